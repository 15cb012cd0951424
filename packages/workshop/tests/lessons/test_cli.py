import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import commandline
import pytest
from kit import building
from waiting import alive, patience, wait_until

from lessonkit import cli
from lessonkit.catalogue import Lesson, Profile
from lessonkit.judging import Result
from lessonkit.proof import Verdict

COMMAND = [sys.executable, "-m", "workshop", "lessons"]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    notebooks = tmp_path / "notebooks"
    building.put(notebooks, "1-try/10-sound", building.sound(), building.SOLUTIONS)
    building.put(notebooks, "1-try/20-fails", building.notebook(building.code("1 / 0", name="oops")))
    return notebooks


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep what is measured of this machine out of its own cache."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


def test_list_as_json(folder: Path) -> None:
    done = commandline.workshop("lessons", "list", "--json", "--notebooks", folder)
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout)["lessons"][0] == {
        "name": "1-try/10-sound",
        "title": "Small sums",
        "kind": "lesson",
        "kernel": "python3",
        "minutes": 5,
        "short_minutes": 2.3,
        "budget": building.SETTINGS["budget"],
        "exercises": list(building.EXERCISES),
    }
    here = json.loads(done.stdout)["here"]
    assert here["minutes"]["1-try/10-sound"]["whole"] > 0
    # Who asks again is given the same figure.
    again = commandline.workshop("lessons", "list", "--json", "--notebooks", folder)
    assert json.loads(again.stdout)["here"] == here


PASSED, CLOSE, OVER = (0.9, True, False), (1.02, False, True), (1.5, False, False)
"""What a run comes to: its work, whether it passes, and whether noise may have decided."""


@pytest.mark.parametrize("command", ["run", "check"])
@pytest.mark.parametrize(
    ("names", "told", "ran", "status"),
    [
        ((), [CLOSE, PASSED, PASSED], ["10-sound", "20-fails", "10-sound"], 0),
        ((), [PASSED, CLOSE, CLOSE], ["10-sound", "20-fails", "20-fails"], 1),
        ((), [CLOSE, OVER, OVER], ["10-sound", "20-fails", "10-sound"], 1),
        ((), [OVER, PASSED], ["10-sound", "20-fails"], 1),
        (("sound",), [CLOSE], ["10-sound"], 1),
    ],
)
def test_a_lesson_that_was_over_by_little_is_tried_again_after_the_others(
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    command: str,
    names: tuple[str, ...],
    told: list[tuple[float, bool, bool]],
    ran: list[str],
    status: int,
) -> None:
    """A busy minute lasts longer than a lesson; alone, it has had its two runs."""
    seen, left = [], iter(told)

    def run(lesson: Lesson, *_: object, **__: object) -> Result:
        seen.append(lesson.name.rpartition("/")[2])
        work, passed, close = next(left)
        why = "" if passed else "took too much work"
        return Result(lesson.name, Profile.FAST, 1, 1, 1, passed, why, work=work, runs=2, close=close)

    def check(lesson: Lesson, *_: object, **__: object) -> Verdict:
        result = run(lesson)
        return Verdict(lesson.name, result.passed, faults=[result.why] * bool(result.why), close=result.close)

    monkeypatch.setattr(cli, "run_lesson", run)
    monkeypatch.setattr(cli, "check_lesson", check)
    done = commandline.workshop("lessons", command, *names, "--json", "--notebooks", folder)
    assert (seen, done.returncode) == (ran, status)
    lessons = json.loads(done.stdout)["lessons"]
    assert all(lesson["passed"] for lesson in lessons) == (status == 0)
    if command == "run":
        assert [lesson["runs"] for lesson in lessons] == [2 * ran.count(name) for name in dict.fromkeys(ran)]


def test_check_as_json(folder: Path) -> None:
    done = commandline.workshop("lessons", "check", "--static", "--json", "--notebooks", folder)
    document = json.loads(done.stdout)
    assert done.returncode == 1
    assert [lesson["passed"] for lesson in document["lessons"]] == [True, False]
    assert document["faults"] == []
    faults = [fault for lesson in document["lessons"] for fault in lesson["faults"]]
    assert done.stderr.splitlines() == [f"1-try/20-fails: {fault}" for fault in faults]


@pytest.mark.parametrize(
    ("words", "status", "told"),
    [
        (["run", "suond"], 2, "near it: 1-try/10-sound"),
        (["check", "nothing-like-it-at-all"], 2, "workshop lessons list"),
        (["run", "--notebooks", "nowhere"], 1, "there is no folder nowhere"),
    ],
)
def test_a_wrong_name_is_one_line(folder: Path, words: list[str], status: int, told: str) -> None:
    extra = [] if "--notebooks" in words else ["--notebooks", folder]
    done = commandline.workshop("lessons", *words, *extra)
    assert (done.returncode, done.stdout) == (status, "")
    assert told in done.stderr and len(done.stderr.splitlines()) == 1


@pytest.mark.parametrize(
    ("number", "status"),
    [
        (signal.SIGINT, 130),
        pytest.param(signal.SIGTERM, 128 + signal.SIGTERM, marks=pytest.mark.slow),
        (signal.SIGKILL, -signal.SIGKILL),
    ],
)
def test_no_kernel_is_left_behind(tmp_path: Path, number: signal.Signals, status: int) -> None:
    mark, scratch = tmp_path / "pids", tmp_path / "scratch"
    scratch.mkdir()
    busy = building.code(
        "import os, subprocess\nfrom pathlib import Path\n"
        "child = subprocess.Popen(['sleep', '120'], start_new_session=True)\n"
        f"Path({str(mark)!r} + '.new').write_text(f'{{os.getpid()}} {{child.pid}}')\n"
        f"os.rename({str(mark)!r} + '.new', {str(mark)!r})\n"
        "while True: pass",
        name="busy",
    )
    building.put(tmp_path / "notebooks", "1-try/10-busy", building.notebook(busy))
    with subprocess.Popen(
        [*COMMAND, "run", "--json", "--notebooks", str(tmp_path / "notebooks")],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "TMPDIR": str(scratch)},
    ) as running:
        wait_until(mark.exists, 30, "the kernel is busy")
        kernel, child = map(int, mark.read_text().split())
        assert alive(kernel) and alive(child)
        running.send_signal(number)
        out, err = running.communicate(timeout=patience(30))
    assert (running.returncode, out) == (status, "")
    assert "Traceback" not in err
    wait_until(lambda: not alive(kernel) and not alive(child), 10, "kernel and child have ended")
    wait_until(lambda: not list(scratch.iterdir()), 10, "no scratch is left")


@pytest.mark.parametrize("output", ["notebooks", "notebooks/1-try", "mine"])
def test_executed_notebooks_replace_no_others(
    folder: Path, tmp_path: Path, output: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = tmp_path / "workshop.toml"
    settings.write_text(f'notebooks = "{tmp_path / "mine"}"\n', encoding="utf-8")
    monkeypatch.setenv("WORKSHOP_CONFIG", str(settings))
    before = {path: path.read_bytes() for path in folder.rglob("*.ipynb")}
    words = ["run", "sound", "--notebooks", folder, "--output", tmp_path / output]
    done = commandline.workshop("lessons", *words)
    assert done.returncode == 1
    assert "would replace the notebooks in" in done.stderr
    assert {path: path.read_bytes() for path in folder.rglob("*.ipynb")} == before


def test_a_worker_that_is_ended_removes_no_folder_but_a_runners(tmp_path: Path) -> None:
    """Started by hand with a file that lies among others."""
    code = (
        "import pathlib, sys; from lessonkit import worker\n"
        "worker._folder = pathlib.Path(sys.argv[1]).parent\n"
        "worker._end(15, None)"
    )
    for name, stays in (("home", True), ("lessonkit-x1", False)):
        job = tmp_path / name / "job.json"
        job.parent.mkdir()
        job.write_text("{}", encoding="utf-8")
        subprocess.run([sys.executable, "-c", code, str(job)], timeout=60, check=False)
        assert job.exists() == stays
