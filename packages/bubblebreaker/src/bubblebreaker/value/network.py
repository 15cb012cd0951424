"""The value network in Lasagne: a few dense layers that learn how many points are still to come."""

from __future__ import annotations

from collections.abc import Sequence

import lasagne
import lasagne.layers as L  # noqa: N812 - as Lasagne's own examples write it
import numpy as np
import theano
import theano.tensor as T  # noqa: N812

from bubblebreaker.value.features import Floats


class ValueNetwork:
    """Learns by Adam to answer with the mean of its targets; see ``features.describe`` for its inputs.

    ``learn(told, targets, weights, rate)`` makes one step and returns (loss, errors (n,) in points);
    ``worth(told)`` answers, in points. The inputs are brought to mean 0 and spread 1 by ``mean`` and
    ``scale`` (width,), the answers to about 1 by ``unit``, the points that count as one.
    """

    def __init__(
        self,
        mean: Floats,
        scale: Floats,
        unit: float = 500.0,
        hidden: Sequence[int] = (64, 32),
        seed: int = 1,
    ) -> None:
        """Begin with random weights, the last ones 0: every board is worth nothing at first."""
        self.mean, self.scale = mean.astype(np.float32), scale.astype(np.float32)
        self.unit = np.float32(unit)
        lasagne.random.set_rng(np.random.RandomState(seed))
        layer = L.InputLayer((None, len(mean)))
        for neurons in hidden:
            layer = L.DenseLayer(layer, neurons, W=lasagne.init.HeNormal("relu"))
        self.layer = L.DenseLayer(layer, 1, W=lasagne.init.Constant(0), nonlinearity=None)
        self._compile()

    def _compile(self) -> None:
        told, targets, weights = T.matrix("told"), T.vector("targets"), T.vector("weights")
        rate = T.scalar("rate")
        answers = L.get_output(self.layer, (told - self.mean) / self.scale)[:, 0]
        errors = answers - targets / self.unit
        loss = (weights * errors**2).mean()
        updates = lasagne.updates.adam(loss, L.get_all_params(self.layer, trainable=True), rate)
        self._state = list(updates)
        self._worth = theano.function([told], answers * self.unit)
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

    @property
    def arrays(self) -> list[Floats]:
        """All numbers, for ``files.write`` and ``trained.Trained``."""
        return [self.mean, self.scale, np.array(self.unit), *L.get_all_param_values(self.layer)]

    @property
    def state(self) -> list[Floats]:
        """All that changes while it learns: weights and offsets, and Adam's memory of their gradients."""
        return [shared.get_value() for shared in self._state]

    @state.setter
    def state(self, values: Sequence[Floats]) -> None:
        for shared, value in zip(self._state, values, strict=True):
            shared.set_value(value)
