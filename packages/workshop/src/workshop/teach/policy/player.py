"""The agent of the lesson *Policy gradient*, as its page builds it, for the sequel.

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
GAMES, STEPS, LAMBDA, DISCOUNT = 64, 8, 0.95, 0.99


class Games(Protocol):
    """Many games in parallel."""

    shape: tuple[int, ...]
    actions: int

    def images(self) -> Numbers:
        """Return the image that each player sees."""

    def step(self, actions: Any) -> tuple[Numbers, Numbers]:
        """Let each player act; return the rewards, and which games are over."""


def to_go(rewards: Numbers, over: Numbers, last: Numbers, discount: float) -> Numbers:
    """Return the discounted return of each step, (steps, games)."""
    returns, after = np.zeros(rewards.shape), last
    for step in reversed(range(len(rewards))):
        after = returns[step] = rewards[step] + discount * after * ~over[step]
    return returns


def advantages(
    rewards: Numbers, over: Numbers, values: Numbers, last: Numbers, discount: float, lam: float
) -> Numbers:
    """Return the generalised advantage estimate of each step, (steps, games)."""
    after = np.concatenate([values[1:], [last]]) * ~over
    td_errors = rewards + discount * after - values
    return to_go(td_errors, over, np.zeros(len(last)), discount * lam)


def policy_loss(log_pi: Any, actions: Any, advantage: Any) -> Any:
    """Return the symbolic loss whose gradient, negated, is the policy gradient."""
    return -(log_pi[tensor.arange(actions.shape[0]), actions] * advantage).mean()


def network(games: Games, size: int, stride: int) -> tuple[Any, list[Any]]:
    """Return the input of a convolution and a dense layer, and the output layers for scores and value."""
    he, small = lasagne.init.HeNormal(), lasagne.init.Normal(0.01)
    pixels = tensor.tensor4("X")
    layer = lasagne.layers.InputLayer((None, *games.shape), pixels)
    layer = lasagne.layers.Conv2DLayer(layer, 16, size, stride=stride, W=he)
    layer = lasagne.layers.DenseLayer(layer, 128, W=he)
    scores = lasagne.layers.DenseLayer(layer, games.actions, W=small, nonlinearity=None)
    value = lasagne.layers.DenseLayer(layer, 1, W=small, nonlinearity=None)
    return pixels, [scores, value]


def log_softmax(scores: Any) -> Any:
    """Return the logarithm of softmax, row by row, without overflow for large scores."""
    shifted = scores - scores.max(axis=1, keepdims=True)
    return shifted - tensor.log(tensor.exp(shifted).sum(axis=1, keepdims=True))


def agent(games: Games, size: int = 3, stride: int = 1) -> SimpleNamespace:
    """Compile the functions that act and that learn."""
    pixels, layers = network(games, size, stride)
    actions, advantage, target, rate = tensor.ivector(), tensor.vector(), tensor.vector(), tensor.scalar()
    scores, value = lasagne.layers.get_output(layers)
    log_pi, value = log_softmax(scores), value[:, 0]
    entropy = -(tensor.exp(log_pi) * log_pi).sum(axis=1).mean()
    value_loss = ((target - value) ** 2).mean()
    loss = policy_loss(log_pi, actions, advantage) + 0.25 * value_loss - 0.01 * entropy
    weights = lasagne.layers.get_all_params(layers)
    gradients = tensor.grad(loss, weights)
    inputs = [pixels, actions, advantage, target]
    clipped = lasagne.updates.total_norm_constraint(gradients, 0.5)
    updates = lasagne.updates.adam(clipped, weights, rate, epsilon=1e-5)
    return SimpleNamespace(
        layers=layers,
        act=theano.function([pixels], [tensor.exp(log_pi), value]),
        learn=theano.function([*inputs, rate], [value_loss, entropy], updates=updates),
        inputs=inputs,
        gradients=gradients,
    )


def sample(probabilities: Numbers, rng: np.random.Generator) -> Numbers:
    """Draw an action for each row of probabilities."""
    below = probabilities.cumsum(axis=1) < rng.random((len(probabilities), 1))
    actions: Numbers = below.sum(axis=1).clip(max=probabilities.shape[1] - 1)
    return actions


def play(
    games: Games, act: Callable[[Numbers], Any], states: Numbers, rng: np.random.Generator
) -> tuple[list[Numbers], Numbers]:
    """Play eight steps of all games; return the rollout, (steps, games, …), and the states after it."""
    rollout = []
    for _ in range(STEPS):
        probabilities, values = act(states)
        actions = sample(probabilities, rng)
        rewards, over = games.step(actions)
        rollout.append((states, actions, rewards, over, values))
        states = games.images()
    return [np.stack(each) for each in zip(*rollout, strict=True)], states


def batch(
    rollout: list[Numbers], last: Numbers, *, discount: float = DISCOUNT, baseline: bool = True
) -> tuple[Numbers, Numbers, Numbers, Numbers]:
    """Return the training batch: states, actions, normalised advantages, the critic's targets."""
    states, actions, rewards, over, values = rollout
    if baseline:
        advantage = advantages(rewards, over, values, last, discount, LAMBDA)
        target = advantage + values
        normalised = (advantage - advantage.mean()) / (advantage.std() + 1e-6)
    else:
        target = to_go(rewards, over, last, discount)
        normalised = target / (target.std() + 1e-6)
    return (
        states.reshape(-1, *states.shape[2:]),
        actions.ravel().astype("int32"),
        normalised.ravel().astype("float32"),
        target.ravel().astype("float32"),
    )


def train(
    games: Games,
    learner: SimpleNamespace,
    updates: int,
    title: str,
    *,
    seed: int,
    measure: str = "points per game",
    summary: Callable[[Numbers], Any] = np.mean,
    rate: float = 0.003,
    discount: float = DISCOUNT,
    baseline: bool = True,
) -> training.History:
    """Play and learn with a falling learning rate; the second curve averages the last 200 finished games."""
    rng = np.random.default_rng(seed)
    states = games.images()
    points, ended = np.zeros(len(states)), [0.0]
    with training.Follower(title, updates, measure) as follower:
        for number in range(updates):
            rollout, states = play(games, learner.act, states, rng)
            learning_rate = np.float32(rate * (1 - number / updates) + 1e-5)
            inputs = batch(rollout, learner.act(states)[1], discount=discount, baseline=baseline)
            value_loss, _ = learner.learn(*inputs, learning_rate)
            for rewards, over in zip(*rollout[2:4], strict=True):
                points += rewards
                ended += points[over].tolist()
                points[over] = 0
            follower.step(float(value_loss))
            if (number + 1) % max(1, updates // 20) == 0:
                follower.epoch(float(summary(np.array(ended[-200:]))))
    return follower.history


def evaluate(games: Games, act: Callable[[Numbers], Any], *, seed: int, longest: int = 2500) -> Numbers:
    """Play each game to its end; return the points of each."""
    rng = np.random.default_rng(seed + 1)
    states = games.images()
    points, running = np.zeros(len(states)), np.full(len(states), True)
    for _ in range(longest):
        actions = np.zeros(len(states), int)
        actions[running] = sample(act(states[running])[0], rng)
        rewards, over = games.step(actions)
        points += rewards * running
        running &= ~over
        if not running.any():
            break
        states = games.images()
    return points


def random_policy(states: Numbers, actions: int) -> tuple[Numbers, None]:
    """Return the same probability for all actions."""
    return np.full((len(states), actions), 1 / actions), None


def recorded_game(games: Games, act: Callable[[Numbers], Any], longest: int, *, seed: int) -> list[Numbers]:
    """Play, and return the images of the first game until it ends."""
    rng = np.random.default_rng(seed + 2)
    images = [games.images()[0]]
    for _ in range(longest):
        _, over = games.step(sample(act(games.images())[0], rng))
        images.append(games.images()[0])
        if over[0]:
            break
    return images
