"""The value network in Lasagne: a few dense layers that learn how many points are still to come."""

from __future__ import annotations

from collections.abc import Sequence

import lasagne
import lasagne.layers as L  # noqa: N812 - as Lasagne's own examples write it
import numpy as np
import theano
import theano.tensor as T  # noqa: N812

from bubblebreaker.cells import Ints
from bubblebreaker.value.features import Floats, has_peels


class ValueNetwork:
    """Learns by Adam to answer with the mean of its targets; see ``features.describe`` for its inputs.

    ``learn(told, targets, weights, rate)`` makes one step and returns (loss, errors (n,) in points);
    ``worth(told)`` answers, in points. The inputs are brought to mean 0 and spread 1 by ``mean`` and
    ``scale`` (width,), the answers to about 1 by ``unit``, the points that count as one.

    Who answers, and is kept in ``arrays``, is the average of the weights over the last steps (Polyak and
    Juditsky, 1992): it forgets by the share 1 - ``inertia`` a step. 0: the weights as they are.
    """

    def __init__(
        self,
        mean: Floats,
        scale: Floats,
        unit: float = 500.0,
        hidden: Sequence[int] = (64, 32),
        seed: int = 1,
        inertia: float = 0.0,
    ) -> None:
        """Begin with random weights, the last ones 0: every board is worth nothing at first."""
        self.mean, self.scale = mean.astype(np.float32), scale.astype(np.float32)
        self.unit, self.peeled = np.float32(unit), has_peels(len(mean))
        lasagne.random.set_rng(np.random.RandomState(seed))
        layer = L.InputLayer((None, len(mean)))
        for neurons in hidden:
            layer = L.DenseLayer(layer, neurons, W=lasagne.init.HeNormal("relu"))
        self.layer = L.DenseLayer(layer, 1, W=lasagne.init.Constant(0), nonlinearity=None)
        self._compile(inertia)

    def _compile(self, inertia: float) -> None:
        told, targets, weights = T.matrix("told"), T.vector("targets"), T.vector("weights")
        rate = T.scalar("rate")
        answers = L.get_output(self.layer, (told - self.mean) / self.scale)[:, 0]
        errors = answers - targets / self.unit
        loss = (weights * errors**2).mean()
        weights_now = L.get_all_params(self.layer, trainable=True)
        updates = lasagne.updates.adam(loss, weights_now, rate)
        self._averages = [theano.shared(weight.get_value(), weight.name) for weight in weights_now]
        for average, weight in zip(self._averages, weights_now, strict=True):
            updates[average] = updates[weight] - (updates[weight] - average) * np.float32(inertia)
        self._state = list(updates)
        averaged = dict(zip(weights_now, self._averages, strict=True))
        self._worth = theano.function([told], answers * self.unit, givens=averaged)
        self._learn = theano.function(
            [told, targets, weights, rate], [loss, errors * self.unit], updates=updates
        )

    def worth(self, told: Floats) -> Floats:
        """Return the points still to come after the boards told of (m, width): float32 (m,)."""
        answer: Floats = self._worth(told)
        return answer

    def learn(self, told: Floats, targets: Floats, weights: Floats, rate: float) -> tuple[float, Floats]:
        """Make one step of Adam towards ``targets`` (n,), each as important as its weight (n,) says."""
        loss, errors = self._learn(told, targets, weights, np.float32(rate))
        return float(loss), errors

    def widen(self, arrays: Sequence[Floats], places: Ints) -> None:
        """Begin by answering as the network of these ``arrays`` does, which has as many layers, none wider.

        Its inputs are those of this one at ``places``; they need the same ``mean`` and ``scale`` there. The
        further inputs count for nothing, and the further neurons are not listened to, until that is learnt.
        """
        weights_now = L.get_all_params(self.layer, trainable=True)
        for number, (weight, average, old) in enumerate(
            zip(weights_now, self._averages, arrays[3:], strict=True)
        ):
            value = weight.get_value()
            if value.ndim == 1:
                value[: len(old)] = old
            else:
                rows, neurons = (np.arange(len(old)) if number else places), old.shape[1]
                value[:, :neurons] = 0
                value[rows, :neurons] = old
            weight.set_value(value)
            average.set_value(value)

    @property
    def arrays(self) -> list[Floats]:
        """All numbers, for ``files.write`` and ``trained.Trained``."""
        averages = [average.get_value() for average in self._averages]
        return [self.mean, self.scale, np.array(self.unit), *averages]

    @property
    def state(self) -> list[Floats]:
        """All that changes while it learns: weights, offsets, Adam's memory of their gradients, averages."""
        return [shared.get_value() for shared in self._state]

    @state.setter
    def state(self, values: Sequence[Floats]) -> None:
        for shared, value in zip(self._state, values, strict=True):
            shared.set_value(value)
