"""The workshop fits into a machine with 2 GB, and a kernel that wants more dies alone and says why."""

from __future__ import annotations

import json

import pytest
from figures import FIGURES
from house import SERVICES, House
from jupyter.serving import state
from limit import MIB

pytestmark = [pytest.mark.machine, pytest.mark.slow, pytest.mark.xdist_group("memory")]

HUNGRIEST = "4-art/10-style-transfer"
"""The lesson that was measured to take most."""
TAKES_ALL = "blocks = []\nwhile True:\n    blocks.append(b'x' * 50_000_000)"


def test_theano_lessons_fit_beside_jupyter_and_tensorboard(house: House) -> None:
    house.use_tensorboard()
    servers = house.processes()
    assert set(servers) == set(SERVICES)
    FIGURES.append(f"servers alone: {house.limit.held() // MIB} MiB")
    house.limit.peak = 0
    done = json.loads(house.workshop("lessons", "run", HUNGRIEST, "--solutions", "--json"))
    assert [lesson["passed"] for lesson in done["lessons"]] == [True]
    FIGURES.append(
        f"servers and {HUNGRIEST}: at most {house.limit.peak // MIB} of {house.limit.size // MIB} MiB; "
        f"the lesson alone {done['lessons'][0]['peak_rss_mb']:.0f} MB"
    )
    assert house.limit.kills() == 0
    assert house.processes() == servers
    assert house.limit.touched() <= house.limit.size


@pytest.mark.parametrize("kernel", ["theano", "tensorflow"])
def test_a_kernel_that_takes_all_memory_dies_alone_and_says_why(house: House, kernel: str) -> None:
    servers, kills = house.processes(), house.limit.kills()
    neighbour, hungry = house.jupyter.start("python3"), house.jupyter.start(kernel)
    with house.jupyter.page(neighbour) as beside, house.jupyter.page(hungry) as page:
        beside.run("kept = 7")
        asked = page.send(TAKES_ALL)
        page.hear_until(lambda message: state(message) == "restarting")
        said = page.under(asked)
        # One process was killed; no server was, not even to be started again at once.
        assert house.limit.kills() == kills + 1
        assert house.processes() == servers
        assert all(map(house.answers, SERVICES))
        assert said.startswith("Memory ran out, so the system ended this notebook's kernel.")
        assert f"the machine has {house.limit.size // 1_000_000:,} MB for everything" in said
        held = int(said.partition("It held ")[2].partition(" MB")[0].replace(",", ""))
        assert 500 < held < house.limit.size / 1e6
        assert said.endswith("run the cells again from the top, with less data at once.\n")
        FIGURES.append(f"{kernel} out of memory: {said.strip()}")
        # Both notebooks go on: one as if nothing had happened, the other with a new kernel.
        assert beside.run("print(kept)") == "7\n"
        assert page.run("print('blocks' in globals())") == "False\n"
    for identity in (neighbour, hungry):
        house.jupyter.ask("DELETE", f"kernels/{identity}")
