from __future__ import annotations

from pathlib import Path

from organiser.hub.plan import KEPT_SHARE, Figures, measure


def test_the_arithmetic() -> None:
    figures = Figures(base=1000, server=100, kernel=300)
    room = 10 * 1024 * (1 - KEPT_SHARE) - 1000
    assert figures.fits(10) == {
        "all_train": int(room / 400),
        "a_third_trains": int(room / 200),
        "all_read": int(room / 100),
    }
    assert figures.fits(0.5) == {"all_train": 0, "a_third_trains": 0, "all_read": 0}


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
