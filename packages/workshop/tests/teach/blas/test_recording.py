"""What the lesson *BLAS* tells of another machine, and that the cells that measured it are still there."""

from __future__ import annotations

import re
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from workshop.machine.tuning import choose
from workshop.machine.tuning.choose import Table
from workshop.teach import recordings
from workshop.teach.blas import recording


class Libraries:
    """NumPy's library alone, until Theano's is loaded: only the processes that measure have done so."""

    def __init__(self) -> None:
        self.core = "NumPy's"

    def of_theano(self) -> None:
        self.core = "Zen"

    def loaded(self) -> list[Any]:
        return [SimpleNamespace(core=self.core)]


def test_speeds_over_the_size_are_recorded_with_the_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    done: list[str] = []

    def play(notebook: Any, cells: tuple[str, ...], seed: int) -> recordings.Names:
        done.extend(cells)
        rates = np.array([[[1e9, 2e9], [3e9, 6e9]]])
        return {
            "by_size": Table((1, 2), ("32", "64"), rates),
            "cores": 2,
            "workloads": SimpleNamespace(SQUARES=(32, 64)),
            "libraries": Libraries(),
            "running": SimpleNamespace(close=lambda: done.append("closed")),
        }

    monkeypatch.setattr(recordings, "play", play)
    piece = recording.jobs()["size"]()
    assert piece["gflops"] == {"1 thread": [1.0, 2.0], "2 threads": [3.0, 6.0]} and piece["sides"] == [32, 64]
    assert piece["core"] == "Zen" and piece["cores"] == 2 and piece["load"] >= 0 and piece["processor"]
    assert done == [*recording.CELLS, "closed"]
    assert recording.curves({"size": piece}) == piece["gflops"]
    assert recording.curves({}) == {}


def test_what_lessons_compute_is_recorded_with_the_quartiles_of_its_rounds(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    one = np.array([[[1e9], [2e9]], [[1e9], [4e9]]])
    table = Table((1, 2), ("step",), one)

    def play(notebook: Any, cells: tuple[str, ...], seed: int) -> recordings.Names:
        assert cells == recording.LESSONS
        return {
            "table": table, "alone": table, "beside": Table((1, 2), ("step",), one[:1] / 2),
            "shares": {"1 thread": (0.25, 0.33333, 0.5)}, "longer": {"1 thread": (1, 2, 3)},
            "step": "step", "counts": (1, 2), "picked": 2, "choose": choose, "cores": 2,
            "workloads": SimpleNamespace(flops=lambda name: 6e6),
            "libraries": Libraries(),
        }  # fmt: skip

    monkeypatch.setattr(recordings, "play", play)
    piece = recording.jobs()["lessons"]()
    assert piece["gflops"] == {"1 thread": [1.0], "2 threads": [3.0]} and piece["rounds"] == [2, 1]
    assert piece["core"] == "Zen"
    assert piece["step_ms"] == {"1 thread": [6.0, 12.0], "2 threads": [2.0, 6.0]} and piece["picked"] == 2
    assert recording.quartiles({"lessons": piece}, "shares") == {"1 thread": [0.25, 0.333, 0.5]}
    assert recording.quartiles({"lessons": piece}, "longer") == {"1 thread": [1.0, 2.0, 3.0]}
    assert recording.quartiles({}, "longer") == {}


def test_the_machine_is_told_with_the_day_and_how_quiet_it_was() -> None:
    piece: recordings.Piece = {"day": "2026-11-28", "processor": "X1", "cores": 2, "core": "Zen", "load": 0.3}
    told = recording.where({"size": piece | {"first": False}})
    assert told == "dashed: recorded 2026-11-28 on 2 cores of an X1, OpenBLAS for Zen, at a load of 0.3"
    assert recording.where({"size": piece | {"first": True}}).endswith("before all other programs")
    assert recording.COMMAND in recording.where({})
    told = recording.where({"lessons": piece | {"first": False, "nice": -20}}, "lessons")
    assert told.startswith("recorded 2026-11-28") and told.endswith("at a load of 0.3, with nice -20")


def test_a_processor_has_a_name_or_a_kind() -> None:
    assert recording.processor("processor\t: 0\nmodel name\t: A Fast One 7\n") == "A Fast One 7"
    assert recording.processor("CPU implementer\t: 0x41\n") not in ("", "A Fast One 7")


@pytest.mark.parametrize("measuring", [recording.CELLS, recording.LESSONS])
def test_the_cells_that_measure_are_in_the_notebook_in_their_order(measuring: tuple[str, ...]) -> None:
    ids = [cell["id"] for cell in recordings.cells(recording.NOTEBOOK)]
    places = [ids.index(name) for name in measuring]
    assert places == sorted(places)


def test_what_is_recorded_is_of_a_machine_with_two_cores_or_more() -> None:
    known = recording.recorded()
    assert set(known) == set(recording.jobs())
    size = known["size"]
    assert size["cores"] >= 2 and size["processor"], "two threads have to wait for each other"
    assert all(len(speeds) == len(size["sides"]) for speeds in size["gflops"].values())


def test_the_lesson_tells_what_the_recorded_threads_lose() -> None:
    names: dict[str, Any] = {}
    recordings.run(recording.NOTEBOOK, "exercise-waiting", names)
    size = recording.recorded()["size"]
    rates = zip(size["sides"], size["gflops"]["1 thread"], size["gflops"]["2 threads"], strict=True)
    lost, took = {}, {}
    for side, one, two in rates:
        lost[side], took[side] = names["waiting"](side, one, two), 2 * side**3 / two / 1e6
        assert (lost[side] > took[side] / 2) == (two < one), "half is the border"
    assert [round(lost[128], 2), round(took[128], 2), round(lost[1024], 1), round(took[1024])] == [
        0.05, 0.08, 1.5, 13,
    ]  # fmt: skip
    assert lost[128] / took[128] == pytest.approx(2 / 3, abs=0.02)
    assert lost[1024] / took[1024] == pytest.approx(1 / 9, abs=0.01)
    assert lost[1024] / lost[128] == pytest.approx(30, abs=1.5)
    assert all(lost[side] / took[side] == pytest.approx(0.5, abs=0.03) for side in (32, 64))


def text_of(name: str) -> str:
    (source,) = (cell["source"] for cell in recordings.cells(recording.NOTEBOOK) if cell["id"] == name)
    return "".join(source)


def test_the_lesson_tells_how_the_recorded_rows_disagree() -> None:
    piece, told = recording.recorded()["lessons"], text_of("referee-read")
    one, two = (dict(zip(piece["workloads"], speeds, strict=True)) for speeds in piece["gflops"].values())
    gained = {name: two[name] / one[name] for name in one}
    assert f"GoogLeNet's convolution {gained['convolution, GoogLeNet']:.1f} times" in told
    assert f"a step of training {gained['training step']:.1f} times" in told
    assert "{} and {} GFLOP/s".format(*(each["convolution, MNIST"] for each in (one, two))) in told
    low, middle, high = piece["shares"]["1 thread"]
    assert piece["picked"] == 2 and f"reached {100 * middle:.0f} % of" in told
    assert f"{100 * low:.0f} to {100 * high:.0f} % in half of the rounds" in told


def test_the_lesson_tells_what_recorded_neighbours_cost() -> None:
    piece, told = recording.recorded()["lessons"], text_of("busy-read")
    for low, _, high in piece["longer"].values():
        assert f"{low:.1f} to {high:.1f} " in told
    assert f"two threads took {piece['longer']['2 threads'][1]:.1f} times as long" in told
    assert f"often could not: {piece['longer']['1 thread'][1]:.1f} times as long" in told
    (slow, later), (fast, later_still) = piece["step_ms"]["1 thread"], piece["step_ms"]["2 threads"]
    assert f"({fast:.1f} ms a step, not {slow:.1f})" in told
    assert f"({later_still:.1f} ms and {later:.1f})" in told and fast < slow and later_still > later


def test_no_number_of_threads_or_neighbours_is_told_with_an_s_in_brackets() -> None:
    text = "".join("".join(cell["source"]) for cell in recordings.cells(recording.NOTEBOOK))
    assert re.findall(r"\b(?:thread|neighbour)\(s\)", text) == []
