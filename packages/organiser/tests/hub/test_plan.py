from __future__ import annotations

from pathlib import Path

import pytest

from organiser.hub.plan import KEPT_SHARE, MEASURED, Figures, measure
from workshop.errors import WorkshopError


def test_the_arithmetic() -> None:
    figures = Figures(base=1000, server=100, kernel=300)
    room = 10 * 1024 * (1 - KEPT_SHARE) - 1000
    assert figures.fits(10) == {
        "all_train": int(room / 400),
        "a_third_trains": int(room / 200),
        "all_read": int(room / 100),
    }
    assert figures.fits(0.5) == {"all_train": 0, "a_third_trains": 0, "all_read": 0}


@pytest.mark.parametrize("gib", [8, 256])
def test_as_many_as_fit_need_no_more_than_there_is_and_one_more_does(gib: int) -> None:
    seats = MEASURED.fits(gib)["all_train"]
    assert MEASURED.needed_mib(seats) <= gib * 1024 < MEASURED.needed_mib(seats + 1)


def process(proc: Path, number: int, command: str, kib: int) -> None:
    folder = proc / str(number)
    folder.mkdir(parents=True)
    (folder / "cmdline").write_bytes(command.replace(" ", "\0").encode())
    (folder / "smaps_rollup").write_text(f"x\nRss: 9999999 kB\nPss: {kib} kB\nPss_Anon: 1 kB\n")


def test_what_runs_is_measured_by_its_proportional_set_size(tmp_path: Path) -> None:
    process(tmp_path, 1, "/venvs/hub/bin/python -P -m jupyterhub.singleuser", 100 * 1024)
    process(tmp_path, 2, "/venvs/hub/bin/python -m ipykernel_launcher -f x", 60 * 1024)
    process(tmp_path, 3, "/venvs/hub/bin/python -P -m jupyterhub --config x", 120 * 1024)
    process(tmp_path, 4, "/usr/bin/python3 something", 5)
    (tmp_path / "5").mkdir()
    assert measure(tmp_path) == {"server": [100.0], "kernel": [60.0], "hub": [120.0], "proxy": []}


def test_who_may_not_look_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    process(tmp_path, 1, "jupyterhub.singleuser", 1)

    def refuse(path: Path) -> float:
        raise PermissionError

    monkeypatch.setattr("organiser.hub.plan.pss_mib", refuse)
    with pytest.raises(WorkshopError, match="sudo"):
        measure(tmp_path)
