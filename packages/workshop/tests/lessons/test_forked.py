"""Kernels that are forked: like those that are started, and nothing of one is left in the next."""

from __future__ import annotations

import json
import os
import sys
import types
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from waiting import patience, wait_until

from workshop.lessons import runner
from workshop.lessons.catalogue import about
from workshop.lessons.forked import Server, Servers, arguments_of
from workshop.lessons.jobs import Outcome
from workshop.lessons.runner import RunOptions, Worker, run_notebook
from workshop.machine import forkserver

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


def test_what_nobody_wants_to_know_is_not_measured(tmp_path: Path) -> None:
    content = notebook(code("sum(range(3 * 10**7))", name="busy"))
    with Worker() as worker:
        looked_at = building.run(tmp_path, content, kept=worker)
        left_alone = building.run(tmp_path, content, kept=worker, measured=False)
    assert looked_at.passed and left_alone.passed
    assert looked_at.peak_rss_mb > 0 == left_alone.peak_rss_mb
    assert left_alone.slowness > 0, "how long to wait goes by it"


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


def test_the_kernels_of_a_worker_that_gives_way_do_so_too(tmp_path: Path) -> None:
    """They begin sessions, among which Linux shares the processor."""
    group = Path("/proc/self/autogroup")
    if not group.exists():
        pytest.skip("this Linux shares the processor among processes only")
    says = f"import json, os\nprint(json.dumps([os.nice(0), open({str(group)!r}).read().split()[-1]]))"
    with Worker() as worker:
        worker._start()
        assert worker._process is not None
        # The nicest would get next to nothing beside other tests.
        os.setpriority(os.PRIO_PROCESS, worker._process.pid, 5)
        outcome, said = run(tmp_path / "one", says, worker)
    assert outcome.failure is None
    assert said == [5, "5"]


def test_what_a_lesson_leaves_running_ends_with_it(tmp_path: Path, kept: Worker) -> None:
    left = (
        "import json, subprocess\nchild = subprocess.Popen(['sleep', '600'], start_new_session=True)\n"
        "print(json.dumps({'child': child.pid}))"
    )
    _, said = run(tmp_path / "one", left, kept)
    assert gone(said["child"])
    whole, _ = run(tmp_path / "two", SAYS, kept)
    assert whole.failure is None, "the server was spared"


def test_only_kernels_of_python_are_forked() -> None:
    launcher, ours = "ipykernel_launcher", "workshop.machine.kernel"
    assert arguments_of(["python", "-m", launcher, "-f", "file"]) == ["-f", "file"]
    assert arguments_of(["python", "-P", "-m", ours, "-f", "file", "--more"]) == ["-f", "file", "--more"]
    assert arguments_of(["ir", "-f", launcher]) is None


def test_a_server_with_threads_of_its_own_is_refused(tmp_path: Path) -> None:
    """A fork would have none of them."""
    source = "import threading, time\nthreading.Thread(target=time.sleep, args=(60,), daemon=True).start()\n"
    (tmp_path / "with_a_thread.py").write_text(source, encoding="utf-8")
    paths = os.pathsep.join([str(tmp_path), *filter(None, sys.path)])
    command = [sys.executable, "-m", "ipykernel_launcher"]
    with pytest.raises(ValueError, match="threads"):
        Server(command, {**os.environ, "PYTHONPATH": paths}, ("with_a_thread",))


def test_the_server_of_a_kernel_stays_while_another_kernel_has_its_turn() -> None:
    servers, command = Servers(), [sys.executable, "-m", "ipykernel_launcher"]
    try:
        one = servers.of("one", command, dict(os.environ))
        other = servers.of("other", command, dict(os.environ))
        assert one is not None and other is not None and one.pid != other.pid
        assert servers.of("one", command, dict(os.environ)) is one
        assert servers.of("none", ["/bin/false", "-m", "ipykernel_launcher"], {}) is None
        assert sorted(servers.pids()) == sorted([one.pid, other.pid])
    finally:
        servers.end()
    assert gone(one.pid) and gone(other.pid) and not servers.pids()


def test_a_server_reads_what_was_compiled_since_it_began(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[dict[str, bool]] = []
    cache = types.SimpleNamespace(refresh=lambda **how: asked.append(how))
    compilers = types.SimpleNamespace(cc=types.SimpleNamespace(get_module_cache=lambda: cache))
    config = types.SimpleNamespace(cxx="")
    monkeypatch.setitem(sys.modules, "theano", types.SimpleNamespace(config=config, gof=compilers))
    forkserver.look_at_what_was_compiled()
    assert not asked, "without a compiler there is nothing to read"
    config.cxx = "g++"
    forkserver.look_at_what_was_compiled()
    assert asked == [{"cleanup": False}], "what others compiled stays"


PICTURE = """\
import json
import matplotlib.pyplot as plt
from IPython.display import display

(figure, _), drawn = plt.subplots(), []
draw = figure.draw
figure.draw = lambda renderer: (drawn.append(renderer.dpi), draw(renderer))
display(figure)
plt.close(figure)
print(json.dumps({"drawn": drawn}))
"""


@pytest.mark.slow
def test_a_picture_that_nobody_sees_is_drawn_all_the_same_but_once(tmp_path: Path) -> None:
    with Worker() as worker:
        _, checked = run(tmp_path / "one", PICTURE, worker)
    _, seen = run(tmp_path / "two", PICTURE, None)
    assert len(checked["drawn"]) == 1 < len(seen["drawn"])
    assert max(checked["drawn"]) < min(seen["drawn"])


def test_a_server_that_does_not_start_is_refused() -> None:
    with pytest.raises(ValueError):
        Server(["/bin/false", "-m", "ipykernel_launcher"], dict(os.environ), ())
