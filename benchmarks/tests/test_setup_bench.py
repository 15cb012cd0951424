"""``bench setup`` on a checkout whose set-up only notes how it was called."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from benchmarks.measuring import Cost
from benchmarks.setup import bench, firstcell
from benchmarks.setup.race import FIRST_LESSON, Trial
from workshop.core.errors import WorkshopError

ROOT = Path(__file__).resolve().parents[2]
COST = {"seconds", "cpu_seconds", "peak_mb"}
SETUP = """#!/bin/sh
printf '%s\\n' "$@" > "$(dirname "$0")/../arguments"
env > "$(dirname "$0")/../environment"
for word in "$@"; do case $word in workshop_prefix=*) prefix=${word#*=} ;; esac; done
mkdir -p "$prefix/bin" "$prefix/venvs/theano" "$prefix/venvs/jupyter/bin" "$prefix/uv/bin"
echo "home = /usr/bin" > "$prefix/venvs/theano/pyvenv.cfg"
touch "$prefix/bin/services"
cp "$(dirname "$0")/python" "$prefix/venvs/jupyter/bin/python"
cp "$(dirname "$0")/uv" "$prefix/uv/bin/uv"
changed=7; [ ! -e "$prefix/again" ] || changed=0; touch "$prefix/again"
echo "localhost                  : ok=40   changed=$changed    unreachable=0    failed=0"
"""
PYTHON = """#!/bin/sh
echo "$@" >> CALLS
echo '{"seconds": 3.0, "cpu_seconds": 2.0, "peak_mb": 200.0}'
"""
UV = """#!/bin/sh
echo "$@" >> CALLS
[ "$1" = venv ] || exit 0
for last; do :; done
mkdir -p "$last/bin"
cp PYTHON "$last/bin/python"
"""


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    folder = tmp_path / "checkout/local"
    folder.mkdir(parents=True)
    scripts = {"setup.bash": SETUP, "python": PYTHON, "uv": UV}
    scripts["stop.bash"] = '#!/bin/sh\ntouch "$(dirname "$0")/../stopped"\n'
    for name, text in scripts.items():
        whole = text.replace("CALLS", f"{tmp_path}/calls").replace("PYTHON", f"{folder}/python")
        (folder / name).write_text(whole)
        (folder / name).chmod(0o755)
    return folder.parent


def test_the_document_has_all_costs_and_the_ratio(
    checkout: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WORKSHOP_CONFIG", "/of/this/machine")
    monkeypatch.setattr(bench, "find_checkout", lambda _: checkout)
    (tmp_path / "scratch").mkdir()
    result = CliRunner().invoke(bench.app, ["--scratch", str(tmp_path / "scratch"), "--json"])
    report = json.loads(result.stdout)
    assert all(set(report[name]) == COST for name in ("setup", "second_run", "peer"))
    assert report["first_cell"] == {"seconds": 3.0, "cpu_seconds": 2.0, "peak_mb": 200.0}
    assert report["second_run_changed"] == 0
    assert report["ratio"] > 0
    assert (checkout / "stopped").exists()
    assert list((tmp_path / "scratch").iterdir()) == []
    # It stays apart from this machine's own workshop, and its peer installs the same locks.
    words = (checkout / "arguments").read_text().split()
    assert "workshop_service_manager=supervisor" in words
    ports = {word.partition("=")[2] for word in words if "_port=" in word}
    assert "workshop_launcher_folder=" in words
    assert len(ports) == 3 and not ports & {"8080", "8081", "8082"}
    assert "WORKSHOP_CONFIG" not in (checkout / "environment").read_text()
    calls = (tmp_path / "calls").read_text()
    assert FIRST_LESSON in calls
    for name in ("jupyter", "theano", "tensorflow"):
        assert f"{checkout}/locks/{name}.txt" in calls
    assert "-m workshop data fetch --allow-unavailable --into" in calls


def test_a_set_up_that_fails_says_why_and_stops(checkout: Path, tmp_path: Path) -> None:
    with (checkout / "local/setup.bash").open("a") as script:
        script.write("echo 'no network' >&2; exit 1\n")
    with pytest.raises(WorkshopError, match=r"setup\.bash failed: .*no network"):
        bench.measure(checkout, tmp_path, 1)
    assert (checkout / "stopped").exists()


@pytest.mark.parametrize(
    ("setup", "cell", "again", "changed", "missed"),
    [
        (199, 14, 29, 0, []),
        (201, 14, 29, 0, ["set-up takes 2.01 times"]),
        (199, 16, 29, 0, ["the first cell takes 16.0 s"]),
        (199, 14, 31, 0, ["the second run takes 31.0 s"]),
        (199, 14, 29, 1, ["the second run changes 1"]),
    ],
)
def test_a_missed_threshold_is_named(
    setup: float, cell: float, again: float, changed: int, missed: list[str]
) -> None:
    costs = {"setup": setup, "first_cell": cell, "second_run": again, "peer": 100}
    found = bench.summarise({name: [Cost(each, each, 1)] for name, each in costs.items()}, changed)
    assert len(found["missed"]) == len(missed)
    assert all(each.startswith(start) for each, start in zip(found["missed"], missed, strict=True))


def test_the_first_lesson_compiles_on_its_short_path() -> None:
    cells = firstcell.first_cells(ROOT / FIRST_LESSON)
    assert "theano.function(" in cells[-1]
    assert not any("theano.function(" in cell for cell in cells[:-1])


def test_ports_are_different(tmp_path: Path) -> None:
    trial = Trial(tmp_path, tmp_path / "x")
    ports = [value for name, value in trial.variables.items() if name.endswith("_port")]
    assert len(set(ports)) == 3
