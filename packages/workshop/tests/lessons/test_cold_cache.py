"""What a lesson compiles: told apart from its work, whoever compiled; ``test_budget`` has the verdicts."""

from __future__ import annotations

from pathlib import Path

from workshop.lessons.runner import Worker

from . import building

code, notebook = building.code, building.notebook

COMPILE = """\
import subprocess, sys, time
from workshop.machine.compiling import counted
def burn(seconds):
    end = time.thread_time() + seconds
    while time.thread_time() < end: pass
@counted
def compile_module():
    burn(0.3)
    subprocess.run([sys.executable, "-S", "-c", "for _ in range(10_000_000): pass"])
"""
TRIAL = "def double(x):\n    compile_module()\n    return 2 * x\n"


def test_what_an_answer_compiles_that_is_tried_is_counted_once(tmp_path: Path, kept: Worker) -> None:
    cells = [code(COMPILE, name="define"), *building.exercise_cells("double")]
    content = notebook(code(building.SETTING, name="solved"), *cells)
    found = building.tried(tmp_path, content, {"double": {"right: compiles": TRIAL}}, kept)
    assert found.tried["double"]["right: compiles"].answer == "right"
    assert (found.compiled, found.compiling_seconds) == (0, 0.0)
    assert found.trial_seconds > 0.35
    assert found.cpu_seconds > 0.02, "the kernel's own start"


def test_a_compilers_memory_is_not_the_lessons(tmp_path: Path, kept: Worker) -> None:
    content = notebook(
        code(
            "import subprocess, sys\n"
            "from workshop.machine.compiling import counted\n"
            "allocate = 'import time; data = bytearray(400_000_000); time.sleep(0.4)'\n"
            "call = [sys.executable, '-S', '-c', allocate]\n"
            "counted(subprocess.run)(call, check=True)",
            name="do",
        ),
    )
    assert building.run(tmp_path, content, kept=kept).peak_rss_mb < 300


def test_what_an_answer_takes_that_is_tried_is_not_the_lessons_memory(tmp_path: Path, kept: Worker) -> None:
    large = "def double(x):\n    return 2 * x * bytearray(b'x' * 400_000_000)[0] // ord('x')\n"
    content = notebook(code(building.SETTING, name="solved"), *building.exercise_cells("double"))
    found = building.tried(tmp_path, content, {"double": {"right: in much memory": large}}, kept)
    assert found.tried["double"]["right: in much memory"].answer == "right"
    assert found.peak_rss_mb < 300
