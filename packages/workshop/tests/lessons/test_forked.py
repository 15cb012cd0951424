"""Kernels that are forked: like those that are started, and nothing of one is left in the next."""

from __future__ import annotations

import json
import os
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from waiting import patience, wait_until

from workshop.lessons import runner
from workshop.lessons.catalogue import about
from workshop.lessons.forked import Server
from workshop.lessons.jobs import Outcome
from workshop.lessons.runner import RunOptions, Worker, run_notebook

from . import building

pytestmark = pytest.mark.slow

code, notebook = building.code, building.notebook

THREADS = ("OPENBLAS_NUM_THREADS", "TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS")
SAYS = """\
import json, os, random, sys, tempfile
kept, seen = globals().get("kept", 0) + 1, getattr(sys, "seen_before", 0)
sys.seen_before = 1
print(json.dumps({
    "kept": kept, "seen": seen, "main": __name__, "loaded": "ipykernel" in sys.modules,
    "parent": os.getppid(), "session": os.getsid(0) == os.getpid(), "command": sys.argv[0],
    "folder": os.getcwd(), "temporary": tempfile.gettempdir(), "random": random.random(),
    "input": os.fstat(0).st_rdev, "files": len(os.listdir("/proc/self/fd")),
    "environment": dict(os.environ),
}))
"""


def run(folder: Path, source: str, kept: Worker | None) -> tuple[Outcome, dict[str, Any]]:
    """Run a lesson of one cell; return what came of it, and what it said."""
    content = notebook(code(source, "metrics", name="says"))
    lesson = building.put(folder, "1-try/10-it", content)
    how = RunOptions(folder, kept=kept)
    ran = run_notebook(lesson, about(lesson.name, content), content, how, building.quiet, {})
    texts = ["".join(output.get("text", "")) for output in ran.notebook["cells"][0]["outputs"]]
    return ran.outcome, json.loads(max(texts, key=len)) if ran.outcome.failure is None else {}


def gone(pid: int) -> bool:
    """Tell whether a process has ended."""
    return not Path(f"/proc/{pid}").exists()


def test_one_worker_runs_many_lessons_each_in_a_kernel_of_its_own(tmp_path: Path) -> None:
    with Worker() as worker:
        one, first = run(tmp_path / "one", SAYS, worker)
        two, second = run(tmp_path / "two", SAYS, worker)
        alone, started = run(tmp_path / "three", SAYS, None)
        process = first["parent"]
        assert not gone(process)
    assert gone(process)
    assert first["parent"] == second["parent"] != started["parent"], "one worker, and one of its own"
    for said in (first, second, started):
        assert (said["kept"], said["seen"], said["main"]) == (1, 0, "__main__")
        assert said["session"] and said["loaded"], said
        assert "ipykernel" in said["command"]
        assert said["temporary"].startswith(said["folder"].split("/notebooks/")[0])
    assert first["folder"] != second["folder"]
    assert first["random"] != second["random"]
    assert first["input"] == Path(os.devnull).stat().st_rdev, "it reads none of the orders"
    assert abs(first["files"] - started["files"]) <= 3, "no file of the server stays open"
    assert one.network == two.network == alone.network
    # One of a BLAS and of TensorFlow, for lessons are checked side by side; one that is run chooses.
    assert {first["environment"][name] for name in THREADS} == {"1"}
    assert all(started["environment"].get(name) == os.environ.get(name) for name in THREADS)
    # What the server imported is counted for each lesson, as if its kernel had done it.
    for outcome in (one, two):
        assert outcome.cpu_seconds > alone.cpu_seconds / 3


def test_a_lesson_that_breaks_its_kernel_breaks_no_other(tmp_path: Path, kept: Worker) -> None:
    broken, _ = run(tmp_path / "one", "import os, signal\nos.kill(os.getpid(), signal.SIGKILL)", kept)
    whole, said = run(tmp_path / "two", SAYS, kept)
    assert broken.failure is not None and "killed" in broken.failure.line
    assert whole.failure is None and said["kept"] == 1


def test_a_worker_that_is_killed_is_replaced(tmp_path: Path, kept: Worker) -> None:
    kill = "import os, signal\nos.kill(os.getppid(), signal.SIGKILL)\nimport time\ntime.sleep(60)"
    with pytest.raises(runner.WorkshopError, match="the lesson runner itself stopped"):
        run(tmp_path / "one", kill, kept)
    whole, _ = run(tmp_path / "two", SAYS, kept)
    assert whole.failure is None


def test_a_worker_that_another_thread_stops_leaves_nothing(tmp_path: Path) -> None:
    begun = tmp_path / "begun"
    lasts = f"import os\nopen({str(begun)!r}, 'w').write(str(os.getpid()))\nwhile True: pass"
    with Worker() as worker, ThreadPoolExecutor(1) as pool:
        running = pool.submit(run, tmp_path / "one", lasts, worker)
        wait_until(lambda: begun.exists() and begun.read_text(), 60, "the lesson runs")
        worker.stop()
        with pytest.raises(runner.WorkshopError, match="runner"):
            running.result(patience(60))
        assert gone(int(begun.read_text()))
        with pytest.raises(runner.WorkshopError, match="told to stop"):
            run(tmp_path / "two", SAYS, worker)


def test_what_a_lesson_leaves_running_ends_with_it(tmp_path: Path, kept: Worker) -> None:
    left = (
        "import json, subprocess\nchild = subprocess.Popen(['sleep', '600'], start_new_session=True)\n"
        "print(json.dumps({'child': child.pid}))"
    )
    _, said = run(tmp_path / "one", left, kept)
    assert gone(said["child"])
    whole, _ = run(tmp_path / "two", SAYS, kept)
    assert whole.failure is None, "the server was spared"


def test_a_server_with_threads_of_its_own_is_refused(tmp_path: Path) -> None:
    """A fork would have none of them."""
    source = "import threading, time\nthreading.Thread(target=time.sleep, args=(60,), daemon=True).start()\n"
    (tmp_path / "with_a_thread.py").write_text(source, encoding="utf-8")
    paths = os.pathsep.join([str(tmp_path), *filter(None, sys.path)])
    command = [sys.executable, "-m", "ipykernel_launcher"]
    with pytest.raises(ValueError, match="threads"):
        Server(command, {**os.environ, "PYTHONPATH": paths}, ("with_a_thread",))
