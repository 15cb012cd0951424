import errno
import json
import os
import shutil
from pathlib import Path
from typing import Any

import pytest

from lessonkit import network

from . import building

pytestmark = pytest.mark.slow

code, notebook, run = building.code, building.notebook, building.run


def snapshot(folder: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_participants_run_passes_with_its_exercises_open(tmp_path: Path) -> None:
    folder, kept = tmp_path / "notebooks", tmp_path / "kept"
    lesson = building.sound()
    lesson["cells"].append(code("from pathlib import Path\nPath('../written').write_text('x')", name="write"))
    lesson["cells"].append(code("1 / 0", "raises-exception", name="may-raise"))
    lesson["cells"].append(code("assert Path('../images/a.txt').read_text() == 'here'", name="read"))
    (folder / "images").mkdir(parents=True)
    (folder / "images" / "a.txt").write_text("here")
    os.mkfifo(folder / "pipe")
    building.put(folder, "1-try/10-it", lesson)
    before = snapshot(folder)

    result = run(folder, lesson, output=kept)

    assert (result.passed, result.why) == (True, "")
    assert result.exercises_open == list(building.EXERCISES)
    assert result.metrics == {"answer": 42.0, "profile": "fast"}
    assert result.cpu_seconds > 0 and result.seconds > 0
    # All three are rounded to hundredths, the slowness, too, by which the other two differ.
    assert result.work == pytest.approx(result.cpu_seconds / result.slowness, rel=0.02, abs=0.05)
    assert (result.slowness, result.noise, result.runs) == (1, 0, 1)
    assert 30 < result.peak_rss_mb < 300
    assert snapshot(folder) == before, "nothing in the checkout may be written"
    executed = json.loads((kept / "1-try" / "10-it.ipynb").read_text())
    assert executed["cells"][-1]["execution_count"], "the kept notebook is the executed one"


def test_a_run_goes_on_past_exercises_that_are_no_python_or_raise(tmp_path: Path) -> None:
    lesson = building.sound()
    cells = {cell["id"]: cell for cell in lesson["cells"]}
    cells["do-double"]["source"] = "def double(x)\n    return 2 * x"
    cells["do-halve"]["source"] = "halve = 1 / 0"
    lesson["cells"].append(code("assert (double(2), halve(2), square(2)) == (4, 1, 4)", name="later"))
    building.put(tmp_path, "1-try/10-it", lesson, building.SOLUTIONS)

    told = building.ran(tmp_path, lesson).outcome

    assert told.failure is None
    assert {name: (each.answer, each.error) for name, each in told.answers.items()} == {
        "double": ("wrong", "SyntaxError"),
        "halve": ("wrong", "ZeroDivisionError"),
        "square": ("not done", ""),
    }


def test_where_nobody_measures_only_what_the_lesson_reaches_is_judged(tmp_path: Path) -> None:
    bars = {
        "reached": {"min": 0.9, "profiles": ["fast"]},
        "took": {"max": 1, "unit": "yardstick", "profiles": ["fast"]},
    }
    told = {"budget": {"fast": {"work": 0.001, "rss_mb": 1}}, "bars": bars}
    for reached, why in ((0.9, ""), (0.8, "reached is 0.8, bar at least 0.9")):
        shown = code(
            f"print({json.dumps(json.dumps({'reached': reached, 'took': 99}))})", "metrics", name="end"
        )
        content = notebook(building.parameters(), shown, **told)
        result = run(tmp_path, content, measured=False)
        assert (result.passed, result.why, result.budget) == (not why, why, None)
    assert not run(tmp_path, content).passed
    assert "budget 1 MB" in run(tmp_path, content).why


def test_the_network_is_refused(tmp_path: Path) -> None:
    if not network.without_network():
        pytest.skip("this system allows no network namespace")
    # The profile comes in a cell after the first one, which has no number of its own.
    ask = code("import urllib.request as u\nu.urlopen('http://192.0.2.1', timeout=9)", name="ask")
    lesson = notebook(building.parameters(), ask, code("print(1)", "metrics", name="end"))
    result = run(tmp_path / "notebooks", lesson)
    assert not result.passed
    assert result.why.startswith("cell 2 (id ask): URLError")
    assert "lessons run with the network cut" in result.why
    assert result.network == network.NAMESPACE


def test_where_the_network_cannot_be_cut_a_lesson_runs_and_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(network, "without_network", tuple)
    result = run(tmp_path, notebook(building.parameters(), code("1 + 1", name="sum")))
    assert (result.passed, result.network) == (True, network.OPEN)


@pytest.mark.parametrize(
    ("source", "told"),
    [
        ("import os, signal; os.kill(os.getpid(), signal.SIGKILL)", "killed, most likely out of memory"),
        pytest.param("import os; os._exit(3)", "the kernel ended with status 3", marks=pytest.mark.slow),
    ],
)
def test_a_kernel_that_dies_is_one_line(tmp_path: Path, source: str, told: str) -> None:
    result = run(tmp_path, notebook(code("1", name="one"), code(source, name="die")))
    assert not result.passed
    assert result.why.startswith("cell 2 (id die): ") and told in result.why
    assert result.peak_rss_mb > 30, "its memory is known although it is gone"


def test_a_lesson_that_takes_too_long_is_stopped(tmp_path: Path) -> None:
    content = notebook(code("import time\nwhile True: time.sleep(1)", name="on"))
    result = run(tmp_path, content, timeout=2)
    assert result.why == "cell 1 (id on): stopped after 2 s; make it shorter or raise --timeout"


def test_a_kernel_that_is_not_there_is_one_line(tmp_path: Path) -> None:
    result = run(tmp_path, notebook(code("1", name="one"), kernel="nowhere"))
    assert "this environment has no kernel 'nowhere' (it has: " in result.why
    assert "ipykernel install" in result.why and "\n" not in result.why


def test_a_kernel_that_does_not_start_is_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    spec = tmp_path / "share" / "kernels" / "broken" / "kernel.json"
    spec.parent.mkdir(parents=True)
    spec.write_text(json.dumps({"argv": ["false"], "display_name": "Broken", "language": "python"}))
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path / "share"))
    result = run(tmp_path / "notebooks", notebook(code("1", name="one"), kernel="broken"))
    assert result.why.startswith("the kernel 'broken' did not start: ") and "\n" not in result.why


def test_a_file_that_cannot_be_copied_is_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(source: str, _target: str, **_options: Any) -> None:
        raise OSError(errno.ENOSPC, "No space left on device", source)

    monkeypatch.setattr(shutil, "copy2", full)
    why = run(tmp_path, notebook(code("1", name="one"))).why
    assert why.startswith("cannot copy ") and "No space left on device" in why and "\n" not in why
