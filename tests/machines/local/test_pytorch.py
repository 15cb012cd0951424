"""Set-up without PyTorch, on purpose and because its wheel cannot be had, and then with it from a folder."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator
from typing import Any

import pytest
from bed import LEAST, OURS, Bed, Ran
from local_machine import torch_folder

pytestmark = [
    pytest.mark.machine,
    pytest.mark.slow,
    pytest.mark.skipif(not torch_folder(), reason="network: no folder with PyTorch's wheel"),
]

FOLDER = "/srv/torch"
NOWHERE = "/nowhere"
"""PyPI has no build for processors only: without the folder the wheel cannot be had."""
WORKSHOP = "./.workshop/venvs/jupyter/bin/workshop"


@pytest.fixture(scope="module")
def bench() -> Iterator[Bed]:
    """A machine that sees the folder with PyTorch's wheel."""
    bed = Bed(f"workshop-pytorch-{OURS}", [f"--volume={torch_folder()}:{FOLDER}:ro"])
    bed.start()
    bed.bring_checkout()
    yield bed
    bed.stop()


def set_up(bed: Bed, environments: list[str], wheels: str) -> dict[str, Any]:
    """Set up with these environments; return the machine's settings."""
    chosen = LEAST | {"python_venv_names": environments, "python_venv_torch": wheels}
    chosen |= {"deep_libs_kernels": [name for name in environments if name != "jupyter"]}
    done = bed.setup("-e", json.dumps(chosen))
    assert done.status == 0, done.text
    return tomllib.loads(bed.root(f"cat {bed.prefix}/etc/workshop.toml"))


def asked(bed: Bed, command: str) -> Ran:
    return bed.run(f"cd {bed.checkout} && {WORKSHOP} {command}")


def test_set_up_with_and_without_the_kernel_is_as_documented(bench: Bed) -> None:
    lesson = "lessons run 1-mnist/35-pytorch --profile fast --solutions"
    left_out = set_up(bench, ["jupyter"], FOLDER)
    assert ("pytorch" in left_out["left_out"].split(), left_out.get("lacking", "")) == (True, "")
    assert "pytorch" not in asked(bench, "doctor").text.lower()
    said = asked(bench, lesson)
    assert said.status != 0 and "made without PyTorch" in said.text, said.text

    lacking = set_up(bench, ["jupyter", "pytorch"], NOWHERE)
    assert lacking["lacking"] == "pytorch"
    assert "environment pytorch" in asked(bench, "doctor").text
    said = asked(bench, lesson)
    assert said.status != 0 and "connect to a network" in said.text, said.text

    there = set_up(bench, ["jupyter", "pytorch"], FOLDER)
    assert "pytorch" not in there["left_out"].split() and "lacking" not in there
    done = bench.run(f"{bench.prefix}/venvs/pytorch/bin/python -c 'import torch; print(torch.ones(2).sum())'")
    assert done.last_line == "tensor(2.)", done.text
    assert asked(bench, lesson).status == 0
