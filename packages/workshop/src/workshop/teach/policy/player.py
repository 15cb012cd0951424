"""The player of the lesson *Policy gradient*, as its page builds it, for the lesson that goes on from there.

A test holds these functions against the cells of the notebook: what they compute is the same.
"""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any, Protocol

import lasagne.layers
import numpy as np
import numpy.typing as npt
import theano
from theano import tensor

from workshop.teach import training

Numbers = npt.NDArray[Any]
GAMES, STEPS, BLEND, DISCOUNT = 64, 8, 0.95, 0.99


class Games(Protocol):
    """Many games side by side."""

    shape: tuple[int, ...]
    actions: int

    def pictures(self) -> Numbers:
        """Return what each player sees."""

    def step(self, actions: Any) -> tuple[Numbers, Numbers]:
        """Let each player act; return the rewards, and which games are over."""


def to_go(rewards: Numbers, over: Numbers, last: Numbers, discount: float) -> Numbers:
    """Return what each step and all later ones of its game bring, discounted, (steps, games)."""
    worth, after = np.zeros(rewards.shape), last
    for step in reversed(range(len(rewards))):
        after = worth[step] = rewards[step] + discount * after * ~over[step]
    return worth


def advantages(
    rewards: Numbers, over: Numbers, values: Numbers, last: Numbers, discount: float, blend: float
) -> Numbers:
    """Return how much better each step went than the critic expected, (steps, games)."""
    after = np.concatenate([values[1:], [last]]) * ~over
    surprises = rewards + discount * after - values
    return to_go(surprises, over, np.zeros(len(last)), discount * blend)


def policy_loss(log_pi: Any, actions: Any, advantage: Any) -> Any:
    """Return, in Theano, the number whose slope downhill is the policy gradient."""
    return -(log_pi[tensor.arange(actions.shape[0]), actions] * advantage).mean()


def network(games: Games, size: int, stride: int) -> tuple[Any, list[Any]]:
    """Return the input of a convolution and a dense layer, and the layers of scores and of the guess."""
    he, small = lasagne.init.HeNormal(), lasagne.init.Normal(0.01)
    pixels = tensor.tensor4("X")
    layer = lasagne.layers.InputLayer((None, *games.shape), pixels)
    layer = lasagne.layers.Conv2DLayer(layer, 16, size, stride=stride, W=he)
    layer = lasagne.layers.DenseLayer(layer, 128, W=he)
    scores = lasagne.layers.DenseLayer(layer, games.actions, W=small, nonlinearity=None)
    guess = lasagne.layers.DenseLayer(layer, 1, W=small, nonlinearity=None)
    return pixels, [scores, guess]


def log_shares(scores: Any) -> Any:
    """Return the logarithm of softmax, row by row, also where a score is large."""
    shifted = scores - scores.max(axis=1, keepdims=True)
    return shifted - tensor.log(tensor.exp(shifted).sum(axis=1, keepdims=True))


def agent(games: Games, size: int = 3, stride: int = 1) -> SimpleNamespace:
    """Compile what acts and what learns."""
    pixels, layers = network(games, size, stride)
    actions, advantage, aim, rate = tensor.ivector(), tensor.vector(), tensor.vector(), tensor.scalar()
    scores, guess = lasagne.layers.get_output(layers)
    log_pi, guess = log_shares(scores), guess[:, 0]
    entropy = -(tensor.exp(log_pi) * log_pi).sum(axis=1).mean()
    miss = ((aim - guess) ** 2).mean()
    loss = policy_loss(log_pi, actions, advantage) + 0.25 * miss - 0.01 * entropy
    weights = lasagne.layers.get_all_params(layers)
    slopes = tensor.grad(loss, weights)
    given = [pixels, actions, advantage, aim]
    gentle = lasagne.updates.total_norm_constraint(slopes, 0.5)
    updates = lasagne.updates.adam(gentle, weights, rate, epsilon=1e-5)
    return SimpleNamespace(
        layers=layers,
        act=theano.function([pixels], [tensor.exp(log_pi), guess]),
        learn=theano.function([*given, rate], [miss, entropy], updates=updates),
        given=given,
        slopes=slopes,
    )


def drawn(shares: Numbers, rng: np.random.Generator) -> Numbers:
    """Draw an action for each row of probabilities."""
    below = shares.cumsum(axis=1) < rng.random((len(shares), 1))
    actions: Numbers = below.sum(axis=1).clip(max=shares.shape[1] - 1)
    return actions


def play(
    games: Games, act: Callable[[Numbers], Any], seen: Numbers, rng: np.random.Generator
) -> tuple[list[Numbers], Numbers]:
    """Let all games go on for eight steps; return what happened, (steps, games, …), and what is seen then."""
    happened = []
    for _ in range(STEPS):
        shares, values = act(seen)
        actions = drawn(shares, rng)
        rewards, over = games.step(actions)
        happened.append((seen, actions, rewards, over, values))
        seen = games.pictures()
    return [np.stack(each) for each in zip(*happened, strict=True)], seen


def batch(
    happened: list[Numbers], last: Numbers, *, discount: float = DISCOUNT, baseline: bool = True
) -> tuple[Numbers, Numbers, Numbers, Numbers]:
    """Return what to learn from: pictures, actions, how much better they were, the critic's aim."""
    seen, actions, rewards, over, values = happened
    if baseline:
        better = advantages(rewards, over, values, last, discount, BLEND)
        aim = better + values
        even = (better - better.mean()) / (better.std() + 1e-6)
    else:
        aim = to_go(rewards, over, last, discount)
        even = aim / (aim.std() + 1e-6)
    return (
        seen.reshape(-1, *seen.shape[2:]),
        actions.ravel().astype("int32"),
        even.ravel().astype("float32"),
        aim.ravel().astype("float32"),
    )


def teach(
    games: Games,
    learner: SimpleNamespace,
    updates: int,
    title: str,
    *,
    seed: int,
    measure: str = "points a game",
    tell: Callable[[Numbers], Any] = np.mean,
    rate: float = 0.003,
    discount: float = DISCOUNT,
    baseline: bool = True,
) -> training.History:
    """Play and learn, ever more slowly; the second curve tells of the last 200 games that ended."""
    rng = np.random.default_rng(seed)
    seen = games.pictures()
    points, ended = np.zeros(len(seen)), [0.0]
    with training.Follower(title, updates, measure) as follower:
        for number in range(updates):
            happened, seen = play(games, learner.act, seen, rng)
            speed = np.float32(rate * (1 - number / updates) + 1e-5)
            given = batch(happened, learner.act(seen)[1], discount=discount, baseline=baseline)
            miss, _ = learner.learn(*given, speed)
            for rewards, over in zip(*happened[2:4], strict=True):
                points += rewards
                ended += points[over].tolist()
                points[over] = 0
            follower.step(float(miss))
            if (number + 1) % max(1, updates // 20) == 0:
                follower.epoch(float(tell(np.array(ended[-200:]))))
    return follower.history


def judge(games: Games, act: Callable[[Numbers], Any], *, seed: int, longest: int = 2500) -> Numbers:
    """Play until each game has ended once; return the points of each."""
    rng = np.random.default_rng(seed + 1)
    seen = games.pictures()
    points, going = np.zeros(len(seen)), np.full(len(seen), True)
    for _ in range(longest):
        actions = np.zeros(len(seen), int)
        actions[going] = drawn(act(seen[going])[0], rng)
        rewards, over = games.step(actions)
        points += rewards * going
        going &= ~over
        if not going.any():
            break
        seen = games.pictures()
    return points


def by_chance(seen: Numbers, actions: int) -> tuple[Numbers, None]:
    """Return the same probability for all actions."""
    return np.full((len(seen), actions), 1 / actions), None


def watched(games: Games, act: Callable[[Numbers], Any], longest: int, *, seed: int) -> list[Numbers]:
    """Play, and return what the first game shows, until it ends."""
    rng = np.random.default_rng(seed + 2)
    shown = [games.pictures()[0]]
    for _ in range(longest):
        _, over = games.step(drawn(act(games.pictures())[0], rng))
        shown.append(games.pictures()[0])
        if over[0]:
            break
    return shown
