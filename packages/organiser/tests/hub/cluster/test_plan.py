"""The arithmetic of a cluster, by numbers that can be followed by hand."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner

from organiser.hub.cli import app
from organiser.hub.cluster.plan import EXAMPLE, Node, Prices, Seat, load_prices, plan
from workshop.core.errors import WorkshopError

NODE = Node("n", cpus=16, memory_gib=64, reserved_cpus=0.5, reserved_memory_gib=4, price_per_hour=2)
PRICES = Prices("EUR", NODE, storage_per_gib_month=0.5)


@pytest.mark.parametrize(
    ("node", "seats_per_node", "bound_by"),
    [
        (NODE, 60, "memory"),
        (replace(NODE, memory_gib=128), 62, "cpus"),
        (replace(NODE, memory_gib=512, cpus=64), 100, "pods"),
        (replace(NODE, volumes=24), 24, "volumes"),
        # 4 processors less .0 are 16 quarters, whatever floating point makes of it.
        (Node("n", cpus=4.1, memory_gib=64, reserved_cpus=0.1), 16, "cpus"),
    ],
)
def test_a_node_is_full_when_the_first_of_its_limits_is_reached(
    node: Node, seats_per_node: int, bound_by: str
) -> None:
    made = plan(1000, replace(PRICES, node=node), Seat())
    assert (made.seats_per_node, made.bound_by) == (seats_per_node, bound_by)
    # One more is for hub, proxy and scheduler.
    assert (made.nodes - 2) * seats_per_node < 1000 <= (made.nodes - 1) * seats_per_node


def test_the_rest_follows_from_nodes_and_seats() -> None:
    made = plan(
        1000, PRICES, Seat(home_gib=3), hours=10, log_ins_per_minute=60, image_gib=1.5, storage_days=73
    )
    assert made.nodes == 18
    assert made.costs == pytest.approx({"nodes": 360.0, "homes": 3001 * 0.5 * 73 * 24 / 730})
    assert made.cost == pytest.approx(sum(made.costs.values()))
    assert plan(10, Prices("", replace(NODE, price_per_hour=None)), Seat()).cost is None


def test_a_seat_that_fits_nowhere_is_refused() -> None:
    with pytest.raises(WorkshopError, match="too little of memory"):
        plan(1, PRICES, Seat(memory_gib=61))


def test_the_example_is_read_and_a_wrong_table_is_named(tmp_path: Path) -> None:
    assert load_prices(EXAMPLE).currency == "units"
    file = tmp_path / "prices.toml"
    for text, says in {
        "currency = 1\n[node]\nname = 'a'\ncpus = 1\nmemory_gib = 1": "currency",
        "currency = 'a'": r"\[node\]",
        "[node]\nname = 'a'\ncpus = -1\nmemory_gib = 1": "cpus",
        "[node]\nname = 'a'\ncpus = 1\nmemory_gib = 1\npods = 1.5": "pods",
        "[": "cannot be read",
    }.items():
        file.write_text(text)
        with pytest.raises(WorkshopError, match=says):
            load_prices(file)


def test_the_command_plans_a_cluster() -> None:
    done = CliRunner().invoke(app, ["plan", "--seats", "10000", "--json"])
    assert done.exit_code == 0, done.output
    said = json.loads(done.stdout)
    # The example's prices are nobody's, so they are left out unless the file is given.
    assert (said["seats"], said["costs"]) == (10_000, {})
    priced = CliRunner().invoke(app, ["plan", "--seats", "100", "--prices", str(EXAMPLE)])
    assert "units" in priced.stdout
    assert "bound by" in priced.stdout
