"""Filling the compile cache: for which lessons, once, by one process at a time."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from kit import building
from waiting import patience, wait_until

from lessonkit.runner import Progress, RunOptions
from workshop.core.errors import WorkshopError
from workshop.core.settings import Settings
from workshop.lessons import warm


@contextlib.contextmanager
def quiet(_: str) -> Iterator[Progress]:
    yield lambda position, count: None


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    (tmp_path / "house" / "theano").mkdir(parents=True)
    return Settings(prefix=tmp_path / "house")


@pytest.fixture
def notebooks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two lessons, one of which is on the kernel that is warmed for, and a tool on that kernel."""
    monkeypatch.setattr(warm, "KERNEL", "python3")
    # Every set-up of the part lessons warms with real kernels.
    monkeypatch.setattr(warm, "run_notebook", building.run_here)
    folder = tmp_path / "notebooks"
    write(folder / "0-first" / "10-warmed.ipynb", "print(1)")
    write(folder / "0-first" / "20-other.ipynb", "print(1)", kernel="elsewhere")
    write(folder / "9-tools" / "10-measure.ipynb", "print(1)", kind="tool")
    return folder


def write(path: Path, source: str, kernel: str = "python3", kind: str = "lesson") -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    cells = building.parameters(), building.code(source, name="work")
    path.write_text(json.dumps(building.notebook(*cells, kernel=kernel, kind=kind)))


def fill(folder: Path, settings: Settings) -> bool:
    return warm.warm(warm.survey(folder, settings), RunOptions(folder), quiet)


def test_runs_the_kernels_lessons_once(notebooks: Path, settings: Settings) -> None:
    assert [one.name for one in warm.survey(notebooks, settings).lessons] == ["0-first/10-warmed"]
    ran = notebooks.parent / "ran"
    write(notebooks / "0-first" / "10-warmed.ipynb", f"open({str(ran)!r}, 'a').write('once ')")
    assert fill(notebooks, settings)
    assert warm.survey(notebooks, settings).is_done()
    assert not fill(notebooks, settings)
    assert ran.read_text() == "once "


def test_only_the_lessons_that_were_named(notebooks: Path, settings: Settings) -> None:
    write(notebooks / "1-second" / "10-another.ipynb", "print(2)")
    named = warm.survey(notebooks, settings, ["1-second"])
    assert [one.name for one in named.lessons] == ["1-second/10-another"]
    assert warm.warm(named, RunOptions(notebooks), quiet)
    assert warm.survey(notebooks, settings, ["1-second"]).is_done()
    # The others are still to be done, and what was done stays so.
    assert not warm.survey(notebooks, settings).is_done()
    assert fill(notebooks, settings)
    assert named.is_done() and warm.survey(notebooks, settings).is_done()
    # Whoever warms for one lesson afterwards makes nothing undone.
    write(notebooks / "1-second" / "10-another.ipynb", "print(3)")
    assert warm.warm(warm.survey(notebooks, settings, ["1-second"]), RunOptions(notebooks), quiet)
    assert warm.survey(notebooks, settings).is_done()


def test_a_changed_lesson_is_warmed_for_again(notebooks: Path, settings: Settings) -> None:
    assert fill(notebooks, settings)
    assert warm.survey(notebooks, settings).is_done()
    write(notebooks / "0-first" / "20-other.ipynb", "print(2)", kernel="elsewhere")
    assert warm.survey(notebooks, settings).is_done()
    write(notebooks / "0-first" / "10-warmed.ipynb", "print(2)")
    assert not warm.survey(notebooks, settings).is_done()


def test_other_packages_are_warmed_for_again(notebooks: Path, settings: Settings) -> None:
    assert settings.prefix
    packages = settings.prefix / "venvs" / "python3" / "lib" / "python3.11" / "site-packages"
    assert fill(notebooks, settings)
    (packages / "deep_learning_workshop-9.dist-info").mkdir(parents=True)
    assert warm.survey(notebooks, settings).is_done()
    (packages / "theano-2.dist-info").mkdir()
    assert not warm.survey(notebooks, settings).is_done()


def test_a_lesson_that_breaks_off_leaves_no_stamp(notebooks: Path, settings: Settings) -> None:
    write(notebooks / "0-first" / "10-warmed.ipynb", "raise ValueError('no data')")
    with pytest.raises(WorkshopError, match=r"10-warmed fails: .*no data"):
        fill(notebooks, settings)
    assert not warm.survey(notebooks, settings).is_done()


def test_what_was_done_stays_done_when_it_is_ended_in_between(notebooks: Path, settings: Settings) -> None:
    ran = notebooks.parent / "ran"
    write(notebooks / "0-first" / "10-warmed.ipynb", f"open({str(ran)!r}, 'a').write('first ')")
    second = notebooks / "0-first" / "15-second.ipynb"
    write(second, "raise KeyboardInterrupt")
    with pytest.raises(KeyboardInterrupt):
        fill(notebooks, settings)
    write(second, f"open({str(ran)!r}, 'a').write('second ')")
    assert fill(notebooks, settings)
    assert ran.read_text() == "first second "


def test_the_background_warms_for_the_folder_that_was_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is patched: the process that it starts runs the lesson, and remembers it."""
    prefix, folder = tmp_path / "prefix", tmp_path / "elsewhere"
    for name in ("etc", "log", "theano", "venvs/theano"):
        (prefix / name).mkdir(parents=True)
    (prefix / "etc/workshop.toml").write_text(f'prefix = "{prefix}"\n', encoding="utf-8")
    spec = {
        "argv": [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"],
        "display_name": "Theano",
        "language": "python",
    }
    (tmp_path / "jupyter/kernels/theano").mkdir(parents=True)
    (tmp_path / "jupyter/kernels/theano/kernel.json").write_text(json.dumps(spec), encoding="utf-8")
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path / "jupyter"))
    monkeypatch.setenv("WORKSHOP_CONFIG", str(prefix / "etc/workshop.toml"))
    notebook = building.notebook(building.parameters(), building.code("1 + 1", name="sum"), kernel="theano")
    building.put(folder, "0-first/10-own", notebook)
    settings = Settings(prefix=prefix)
    # On a machine that has other work it would wait for that.
    monkeypatch.setattr(warm, "GIVES_WAY", "--json")
    assert warm.warm_in_background(warm.survey(folder, settings), settings)
    log = prefix / "log/warm.log"
    wait_until(warm.survey(folder, settings).is_done, 120, f"a warm cache, {log}")
    assert not warm.warm_in_background(warm.survey(folder, settings), settings)


SCHEDULE = """
[[workshop]]
name = "short"
item = [{section = "a", lessons = ["0-first/20-b"]}, {title = "A break"}]
[[workshop]]
name = "long"
item = [{section = "a", lessons = ["0-first/30-c", "9-last/10-none"]},
  {section = "b", lessons = ["0-first/20-b"]}]
"""


def test_the_lessons_of_todays_workshop_come_first(tmp_path: Path) -> None:
    notebook = building.notebook(building.parameters(), kernel="theano")
    for name in ("0-first/10-a", "0-first/20-b", "0-first/30-c"):
        building.put(tmp_path / "notebooks", name, notebook)
    (tmp_path / "checkout/presentation").mkdir(parents=True)
    (tmp_path / "checkout/presentation/schedule.toml").write_text(SCHEDULE)
    settings = Settings(prefix=tmp_path / "prefix", source=tmp_path / "checkout")

    def order(workshop: str, *names: str) -> list[str]:
        found = warm.survey(tmp_path / "notebooks", settings, names, workshop)
        return [lesson.name[-1] for lesson in found.lessons]

    assert order("") == ["b", "a", "c"]
    assert order("long") == ["c", "b", "a"]
    assert order("long", "0-first/10-a", "0-first/30-c") == ["c", "a"]
    with pytest.raises(WorkshopError, match="no plan 'longer'; it has short, long"):
        order("longer")


@pytest.mark.parametrize("gives_way", [True, False])
def test_whoever_waits_for_it_ends_the_one_in_the_background_and_no_other(
    notebooks: Path, settings: Settings, gives_way: bool
) -> None:
    warmth = warm.survey(notebooks, settings)
    lock = warmth.record.with_suffix(".lock")
    code = (
        "import fcntl, sys; lock = open(sys.argv[1], 'w'); fcntl.flock(lock, fcntl.LOCK_EX)\n"
        "print(flush=True); input()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code, str(lock), "warm"], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as other:
        assert other.stdout
        other.stdout.readline()
        told = {"lessons": 1, "warm": 0, "now": "x", "process": other.pid, "gives_way": gives_way}
        warmth.record.with_name(warm.PROGRESS).write_text(json.dumps(told))
        waiting = threading.Thread(target=warm.warm, args=(warmth, RunOptions(notebooks), quiet))
        waiting.start()
        if not gives_way:
            waiting.join(1)
            assert other.poll() is None and not warmth.is_done()
            assert not warm.warm_in_background(warmth, settings), "one process warms at a time"
            other.communicate(b"\n")
        assert other.wait(patience(60)) == (-signal.SIGTERM if gives_way else 0)
        waiting.join(patience(120))
    assert warmth.is_done()


def test_work_in_the_background_is_no_part_of_the_set_up_that_started_it(
    notebooks: Path, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert settings.prefix is not None
    (settings.prefix / "log").mkdir()
    told = tmp_path / "told"
    os.mkfifo(told)
    stand_in = tmp_path / "python"
    stand_in.write_text(f"#!/bin/sh\n{{ env; readlink /proc/self/fd/*; }} >{told}\n")
    stand_in.chmod(0o755)
    monkeypatch.setattr(warm.sys, "executable", str(stand_in))
    monkeypatch.setenv("WORKSHOP_SETUP", "1")
    monkeypatch.setenv("ANOTHER", "2")
    lock = tmp_path / "lock"
    with lock.open("w") as held:
        os.set_inheritable(held.fileno(), True)
        assert warm.warm_in_background(warm.survey(notebooks, settings), settings)
        lines = told.read_text().splitlines()
    assert "ANOTHER=2" in lines
    assert "WORKSHOP_SETUP=1" not in lines
    assert str(lock) not in lines


def test_a_machine_that_was_not_set_up_has_nothing_to_warm(notebooks: Path) -> None:
    with pytest.raises(WorkshopError, match="was not set up"):
        warm.survey(notebooks, Settings())
