"""What the lessons in PyTorch need besides PyTorch: a graph as a picture, and loops watched by a check.

Nothing here trains. Only lessons in PyTorch import this module; the other environments have no PyTorch.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import torch
import torch.nn.functional as F  # noqa: N812 - as PyTorch's own examples write it
from matplotlib.figure import Figure
from torch import nn
from torch.utils.data import Dataset

from workshop.teach import graphs

Tensor = Any  # the environment that checks types has no PyTorch
FAULTS = {
    "in-place operation": "w changes within the graph: put the update under torch.no_grad()",
    "does not have a grad_fn": "backward() finds no graph: was something detached, or made under no_grad()?",
    "'NoneType'": "w.grad is None: w is a new tensor, and only leaves get a gradient",
    "must match the size": "return one prediction per label: the largest score of each row, dim=1",
    "second time": "backward() frees its graph: compute the loss again before the next one",
}
"""What PyTorch says, in part, and the misconception behind it."""


def explained(function: Callable[..., Any]) -> Callable[..., Any]:
    """Return a function that does the same, and names the misconception where PyTorch stops it."""

    @functools.wraps(function)
    def called(*given: Any) -> Any:
        try:
            return function(*given)
        except (RuntimeError, TypeError) as error:
            for sign, words in FAULTS.items():
                assert sign not in str(error), words
            raise

    return called


def draw(result: Tensor, names: Mapping[str, Tensor]) -> Figure:
    """Draw the graph behind a tensor, as autograd keeps it: orange weights, white operations."""
    nodes: list[graphs.Node] = []
    numbers: dict[Any, int] = {}
    known = {id(tensor): name for name, tensor in names.items()}

    def visit(function: Any) -> int:
        if function not in numbers:
            parents = [visit(parent) for parent, _ in function.next_functions if parent is not None]
            variable = getattr(function, "variable", None)
            text = (
                function.name().removesuffix("Backward0") if variable is None else known.get(id(variable), "")
            )
            colour = graphs.OPERATION if variable is None else graphs.SHARED
            level = 1 + max((nodes[parent].level for parent in parents), default=-1)
            nodes.append(graphs.Node(text, colour, parents, level))
            numbers[function] = len(nodes) - 1
        return numbers[function]

    nodes[visit(result.grad_fn)].colour = graphs.RESULT
    graphs.place(nodes)
    return graphs.picture(nodes, "")


class Noted(Dataset):  # type: ignore[misc]
    """A few points in the plane of three classes; it notes which of them are asked for."""

    def __init__(self, count: int) -> None:
        """Make points that depend on nothing but their number."""
        angle = torch.arange(count) * 2.4
        self.points = torch.stack([angle.sin(), angle.cos()], dim=1) * (
            1 + torch.arange(count)[:, None] / count
        )
        self.labels = torch.arange(count) % 3
        self.asked: list[int] = []

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self.labels)

    def __getitem__(self, place: int) -> tuple[Tensor, Tensor]:
        """Return one point and its label."""
        self.asked.append(int(place))
        return self.points[place], self.labels[place]


class Watched(nn.Module):  # type: ignore[misc]
    """A linear layer that notes what goes through it, in which mode, and whether a graph is kept."""

    def __init__(self) -> None:
        """Start with the same weights each time."""
        super().__init__()
        self.layer = nn.Linear(2, 3)
        self.dropout = nn.Dropout(0.0)
        with torch.no_grad():
            self.layer.weight.copy_(torch.tensor([[0.5, -1.0], [1.5, 0.3], [-0.7, 0.9]]))
            self.layer.bias.copy_(torch.tensor([0.1, -0.2, 0.3]))
        self.inputs: list[Tensor] = []
        self.training_modes: list[bool] = []
        self.graphs: list[bool] = []

    def forward(self, inputs: Tensor) -> Tensor:
        """Return three scores."""
        self.inputs.append(inputs.detach())
        self.training_modes.append(self.training)
        self.graphs.append(torch.is_grad_enabled())
        scores: Tensor = self.dropout(self.layer(inputs))
        return scores


@dataclass
class Seen:
    """What a training loop did with a tiny network: two epochs."""

    sizes: list[int] = field(default_factory=list)
    """Of the batches of the first epoch."""
    orders: list[list[int]] = field(default_factory=list)
    """Of the examples, epoch by epoch."""
    steps: int = 0
    """Of the optimiser, in the first epoch."""
    gradients: list[str] = field(default_factory=list)
    """For each step: right, none, erased, added, softmax, sum or other."""
    noted: list[Any] = field(default_factory=list)
    losses: list[float] = field(default_factory=list)
    modes: list[bool] = field(default_factory=list)


def watch(learn: Callable[..., None], count: int = 10, size: int = 4) -> Seen:
    """Let a loop ``learn(network, dataset, size, optimiser, note)`` run for two epochs; say what it did."""
    seen, dataset, network = Seen(), Noted(count), Watched()
    labels_of = {
        tuple(point.tolist()): label for point, label in zip(dataset.points, dataset.labels, strict=True)
    }
    weights = list(network.parameters())
    optimiser = torch.optim.SGD(weights, lr=0.1)
    events: list[str] = []
    before = [torch.zeros_like(weight) for weight in weights]
    weights[0].register_hook(lambda _: events.append("backward"))
    zero_grad = optimiser.zero_grad

    def zeroed(*given: Any, **named: Any) -> None:
        events.append("zero")
        zero_grad(*given, **named)

    def gradients(loss_of: Callable[[Tensor, Tensor], Tensor]) -> list[Tensor]:
        inputs = network.inputs[-1]
        labels = torch.stack([labels_of[tuple(point.tolist())] for point in inputs])
        loss = loss_of(network.layer(inputs), labels)
        if loss_of is F.cross_entropy:
            seen.losses.append(float(loss.detach()))
        return list(torch.autograd.grad(loss, weights))

    def stepping(*_: Any) -> None:
        done = list(events)  # what follows takes gradients of its own
        if not network.inputs:
            seen.gradients.append("none")
            events.append("step")
            return
        with torch.enable_grad():
            right = gradients(F.cross_entropy)
            kinds = {
                "right": right,
                "added": [one + other for one, other in zip(right, before, strict=True)],
                "softmax": gradients(lambda scores, labels: F.cross_entropy(scores.softmax(dim=1), labels)),
                "sum": [len(network.inputs[-1]) * one for one in right],
            }
        found = [weight.grad for weight in weights]
        if any(each is None or not each.any() for each in found):
            seen.gradients.append("erased" if done[-2:] == ["backward", "zero"] else "none")
        else:
            seen.gradients.append(
                next((kind for kind, wanted in kinds.items() if _alike(found, wanted)), "other")
            )
            before[:] = [each.clone() for each in found if each is not None]
        events[:] = [*done, "step"]

    optimiser.zero_grad = zeroed
    optimiser.register_step_pre_hook(stepping)
    with torch.random.fork_rng():
        torch.manual_seed(1)
        for _ in range(2):
            dataset.asked.clear()
            network.eval()
            explained(learn)(network, dataset, size, optimiser, seen.noted.append)
            seen.orders.append(list(dataset.asked))
            if len(seen.orders) == 1:
                seen.steps = events.count("step")
                seen.sizes = [len(inputs) for inputs in network.inputs]
                seen.modes = list(network.training_modes)
    return seen


def _alike(found: list[Tensor | None], wanted: list[Tensor]) -> bool:
    return all(
        one is not None and torch.allclose(one, other, atol=1e-6)
        for one, other in zip(found, wanted, strict=True)
    )
