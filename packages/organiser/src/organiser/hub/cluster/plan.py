"""What a classroom takes of a cluster: nodes, addresses, pulls, requests of the API, and what it costs.

Arithmetic alone: the sizes are the seats' guarantees, the nodes and prices are the organiser's own file.
"""

from __future__ import annotations

import dataclasses
import math
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from workshop.core.errors import WorkshopError

EXAMPLE = Path(__file__).with_name("prices-example.toml")
HOURS_PER_MONTH = 730.0
"""By which clouds count a month."""
HUB_REQUESTS = 2
"""Of a log-in, by KubeSpawner: the claim and the pod; it hears of changes by one watch for all."""
SYSTEM_REQUESTS = 18
"""Of a pod with a new volume, at least: 2 of the scheduler (binding, event), 8 of volumes (volume, claim
bound on both sides, its status, attachment and status, two events), 8 of the node (status when it is set up,
initialised, running and ready; events of one container pulled, made and started, and of one initialiser)."""


@dataclass(frozen=True)
class Node:
    """One kind of node."""

    name: str
    cpus: float
    memory_gib: float
    pods: int = 110
    """As many as the node takes, the cluster's own among them."""
    volumes: int = 0
    """As many as can be attached to it; 0 where homes are on a file system that is no disk of the node."""
    reserved_cpus: float = 0.0
    reserved_memory_gib: float = 0.0
    """What the node keeps for itself and for the cluster's own pods: capacity less `kubectl describe node`'s
    Allocatable, and less what the pods of kube-system ask for."""
    system_pods: int = 10
    price_per_hour: float | None = None


@dataclass(frozen=True)
class Prices:
    """What an organiser knows of a provider; no price: nothing is said of its cost."""

    currency: str
    node: Node
    storage_per_gib_month: float | None = None
    balancer_per_hour: float | None = None
    control_plane_per_hour: float | None = None


@dataclass(frozen=True)
class Seat:
    """What a seat is sure to have, which is what fills a node."""

    cpus: float = 0.25
    memory_gib: float = 1.0
    home_gib: float = 2.0


@dataclass(frozen=True)
class Plan:
    """What so many seats take."""

    seats: int
    seats_per_node: int
    bound_by: str
    """What a node runs out of first: memory, cpus, pods or volumes."""
    nodes: int
    """For seats, and one for hub, proxy and scheduler."""
    pod_addresses: int
    pod_range: str
    """The smallest range of IPv4 in which each node has a block of its own for its pods."""
    node_addresses: int
    pulls: int
    pulled_gib: float | None
    """With the image's size: from the registry, all nodes together."""
    api_requests_per_second: float
    claims: int
    storage_gib: float
    costs: dict[str, float]
    """What there is a price for, in the table's currency."""

    @property
    def cost(self) -> float | None:
        """Return the sum, None without any price."""
        return sum(self.costs.values()) if self.costs else None


def plan(
    seats: int,
    prices: Prices,
    seat: Seat,
    hours: float = 8.0,
    log_ins_per_minute: float = 100.0,
    image_gib: float | None = None,
    storage_days: float = 7.0,
) -> Plan:
    """Work out what a classroom takes.

    hours: that the nodes run, from the first one started to the last one gone.
    storage_days: that homes are kept.

    Raises WorkshopError when not even one seat fits onto a node.
    """
    node = prices.node
    room = {
        "memory": (node.memory_gib - node.reserved_memory_gib) / seat.memory_gib,
        "cpus": (node.cpus - node.reserved_cpus) / seat.cpus,
        "pods": node.pods - node.system_pods,
    }
    if node.volumes:
        room["volumes"] = node.volumes
    bound_by = min(room, key=lambda name: room[name])
    # Not 15.999… for 16 of a quarter of a processor each.
    each = math.floor(room[bound_by] + 1e-9)
    if each < 1:
        raise WorkshopError(f"no seat fits onto a node of the kind {node.name!r}: too little of {bound_by}")
    nodes = math.ceil(seats / each) + 1
    storage = seats * seat.home_gib + 1
    costs = {
        "nodes": _times(node.price_per_hour, nodes * hours),
        "control plane": _times(prices.control_plane_per_hour, hours),
        "load balancer": _times(prices.balancer_per_hour, hours),
        "homes": _times(prices.storage_per_gib_month, storage * storage_days * 24 / HOURS_PER_MONTH),
    }
    return Plan(
        seats=seats,
        seats_per_node=each,
        bound_by=bound_by,
        nodes=nodes,
        pod_addresses=seats + nodes * node.system_pods,
        pod_range=pod_range(nodes, node.pods),
        node_addresses=nodes,
        pulls=nodes,
        pulled_gib=None if image_gib is None else nodes * image_gib,
        api_requests_per_second=log_ins_per_minute / 60 * (HUB_REQUESTS + SYSTEM_REQUESTS),
        claims=seats + 1,
        storage_gib=storage,
        costs={name: cost for name, cost in costs.items() if cost is not None},
    )


def pod_range(nodes: int, pods: int) -> str:
    """Return the prefix of the smallest range of pods' addresses: ``/16``.

    A node gets a block of twice as many addresses as pods, a power of two, so that an address is not given
    away again at once; Kubernetes' own default is 256 for 110.
    """
    block = (2 * pods - 1).bit_length()
    return f"/{32 - block - (nodes - 1).bit_length()}"


def _times(price: float | None, amount: float) -> float | None:
    return None if price is None else price * amount


def load_prices(file: Path) -> Prices:
    """Read an organiser's table.

    Raises WorkshopError, with the name of the field, when it cannot be used.
    """
    try:
        table = tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise WorkshopError(f"{file} cannot be read ({error}); begin with a copy of {EXAMPLE}") from error
    node = _fields(file, table.pop("node", None), Node, "node")
    return Prices(**_fields(file, {"currency": "", **table, "node": Node(**node)}, Prices, "the file"))


def _fields(file: Path, table: Any, kind: type[Any], where: str) -> dict[str, Any]:
    """Return a table as arguments of a class, each field of its type and none below 0."""
    fields = {each.name: each for each in dataclasses.fields(kind)}
    if not isinstance(table, dict):
        raise WorkshopError(f"{file}: the table [{where}] is missing; see {EXAMPLE}")
    if unknown := table.keys() - fields.keys():
        raise WorkshopError(f"{file}: {where} has no field {min(unknown)!r}; see {EXAMPLE}")
    for name, field in fields.items():
        if name not in table and field.default is dataclasses.MISSING:
            raise WorkshopError(f"{file}: {where} lacks {name!r}; see {EXAMPLE}")
        value = table.get(name)
        wanted = str(field.type)
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        if value is None or isinstance(value, Node):
            continue
        if wanted == "str":
            if not isinstance(value, str):
                raise WorkshopError(f"{file}: {name} of {where} must be a text, in quotes")
        elif not is_number or value < 0 or (wanted == "int" and not isinstance(value, int)):
            raise WorkshopError(f"{file}: {name} of {where} must be {wanted.split(' ')[0]}, 0 or more")
    return table
