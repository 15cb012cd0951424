"""Hand-ins are judged outside of their process: what they claim counts for nothing; they reach nothing."""

from __future__ import annotations

import csv
import json
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest

from lessonkit import sandbox
from lessonkit.errors import LessonkitError
from lessonkit.report import collect, table

from . import building

TRIED = subprocess.run(
    ["unshare", "--user", "--map-user=1000", "true"], capture_output=True, check=False
).returncode
needs_sandbox = pytest.mark.skipif(
    shutil.which("bwrap") is None or TRIED != 0, reason="needs bubblewrap and user namespaces"
)
# An ordinary account, also where root runs the tests.
ACCOUNT = ["unshare", "--user", "--map-user=1000", "--map-group=1000"] if os.geteuid() == 0 else []
RIGHT = building.SOLUTIONS["double"]

FORGED = {
    "binds check anew": """
from contextlib import nullcontext
check = lambda name: nullcontext()
""",
    "patches the check": """
from lessonkit import checks
checks.Check._found = lambda self, *_: checks.Record(self.exercise, checks.Answer.RIGHT, "")
checks.is_unfinished = lambda *_: False
""",
    "patches the judge": """
import lessonkit.grading, lessonkit.learner
lessonkit.grading._state = lambda *_: ("right", "")
lessonkit.learner._answer = lambda *_: {"state": "right", "answer": "right", "value": True, "names": {}}
""",
    "shows a record": """
from IPython.display import display
record = {"exercise": "double", "answer": "right", "message": "", "error": ""}
display({"application/vnd.lessonkit.answer+json": record}, raw=True)
""",
    "writes to every pipe": """
import json, os
result = {"exercise": "double", "state": "right", "said": "", "seconds": 0}
for descriptor in range(3, 40):
    try:
        os.write(descriptor, json.dumps([result]).encode() + b"\\n" + json.dumps(result).encode() + b"\\n")
    except OSError:
        pass
""",
    "equals everything": """
class Any:
    def __eq__(self, other):
        return True
""",
    "equals as a number": """
class Any(int):
    def __eq__(self, other):
        return True
""",
    "patches the numbers": """
import builtins, numpy
builtins.AssertionError = ValueError
numpy.allclose = numpy.array_equal = lambda *_, **__: True
""",
    "patches the frames": """
import sys
frame = sys._getframe()
while frame:
    for value in list(frame.f_locals.values()):
        if isinstance(value, dict) and "answer" in value:
            value["answer"] = "right"
    frame = frame.f_back
""",
}
"""What stands before ``def double``, whose result is wrong."""

TOLD = "def double(x):\n{body}\n    raise RuntimeError(repr(found))\n"
LOOKS = {
    "solutions": """\
    import os
    found = [os.path.join(at, each) for at, _, files in os.walk('/') for each in files
             if each in ('double.py', 'secret.ipynb', 'order.json', 'result.json') or 'KEPT' in each]""",
    "environment": """\
    import os
    found = [each for each in os.environ if 'TOKEN' in each]""",
    "processes": """\
    import os
    found = [open(f'/proc/{n}/cmdline').read() for n in os.listdir('/proc') if n.isdigit()]
    found = [each for each in found if 'grading' in each or 'report' in each]""",
    "network": """\
    import socket
    try:
        socket.create_connection(('192.0.2.1', 80), 5)
        found = ['connected']
    except OSError as error:
        found = [] if error.errno == 101 else [error]""",
    "writes": """\
    import os, sys
    found = []
    for folder in ('/', '/usr', '/course', '/kit/lessonkit', sys.prefix, '/etc'):
        try:
            open(os.path.join(folder, 'KEPT'), 'w')
            found.append(folder)
        except OSError:
            pass""",
    "large file": """\
    import signal
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    found = []
    try:
        with open('large', 'wb') as file:
            for _ in range(200):
                file.write(b'x' * 10**6)
        found = ['written']
    except OSError as error:
        found = [] if error.errno == 27 else [error]""",
    "memory": """\
    try:
        found = [len(bytearray(6 * 10**9))]
    except MemoryError:
        found = []""",
}
"""An answer that looks for what it should not find, and says what it found."""
ENDS = {
    "loops": ("while True:\n    pass\n", "it does not end within"),
    "exits": ("import os\nos._exit(0)\n", "it ended its process"),
    "forks": (
        "import os, time\nwhile True:\n    try:\n        os.fork() or time.sleep(60)\n    except OSError:\n"
        "        time.sleep(60)\n",
        "it starts more than 64 processes",
    ),
}


def hand_in(folder: Path, cell: str, change: Any = None) -> None:
    notebook = building.sound()
    for each in notebook["cells"]:
        if each["id"] == "do-double":
            each["source"] = cell
    if change is not None:
        change(notebook)
    folder.mkdir(parents=True)
    (folder / "10-it.ipynb").write_text(json.dumps(notebook), encoding="utf-8")


def claims(notebook: building.Notebook) -> None:
    """Make the check of the hand-in pass whatever it is given, and say so in its output."""
    for each in notebook["cells"]:
        if each["id"] == "check-double":
            each["source"] = 'with check("double"):\n    pass'
            record = {"exercise": "double", "answer": "right", "message": "", "error": ""}
            data = {"application/vnd.lessonkit.answer+json": record}
            each["outputs"] = [{"output_type": "display_data", "data": data, "metadata": {}}]


def without_exercise(notebook: building.Notebook) -> None:
    notebook["cells"] = [each for each in notebook["cells"] if each["id"] != "do-double"]


@pytest.fixture(scope="module")
def judged(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, str]]:
    """Judge all hand-ins in one go; return of each person what was found of the exercise double."""
    folder = tmp_path_factory.mktemp("report")
    course, handed = folder / "course", folder / "handed"
    building.put(course, "1-try/10-it", building.sound(), building.SOLUTIONS)
    for name, text in FORGED.items():
        gives = "Any()" if "Any" in text else "x"
        hand_in(handed / name, f"{text}def double(x):\n    return {gives}\n")
    for name, body in LOOKS.items():
        hand_in(handed / name, TOLD.format(body=body))
    for name, (text, _) in ENDS.items():
        hand_in(handed / name, f"{text}{RIGHT}")
    hand_in(handed / "right", RIGHT)
    hand_in(handed / "formula", "def double(x):\n    raise RuntimeError('=1+1')\n")
    hand_in(handed / "claims", "def double(x):\n    return x\n", claims)
    hand_in(handed / "stub", "def double(x):\n    return ...\n", claims)
    hand_in(handed / "lacks it", RIGHT, without_exercise)
    (handed / "right/secret.ipynb").symlink_to("/etc/passwd")
    target = folder / "results.csv"
    words = ["-m", "lessonkit", "report", str(handed), "--notebooks", str(course), "--csv", str(target)]
    done = subprocess.run(
        [*ACCOUNT, sys.executable, *words, "--seconds", "10"],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "HUB_TOKEN": "secret", "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    assert "secret.ipynb: it is a link" in done.stderr, done.stderr
    assert done.returncode == 1 and len(done.stderr.splitlines()) == 1, done.stderr
    with target.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert not list(folder.rglob("KEPT"))
    assert all(row["lesson"] == "1-try/10-it" for row in rows)
    assert all(row["state"] == "not done" for row in rows if row["exercise"] != "double")
    return {row["person"]: row for row in rows if row["exercise"] == "double"}


@needs_sandbox
@pytest.mark.parametrize("name", FORGED)
def test_no_forgery_makes_a_wrong_answer_right(judged: dict[str, dict[str, str]], name: str) -> None:
    assert judged[name]["state"] in ("wrong", "error", "not done")


@needs_sandbox
@pytest.mark.parametrize("name", LOOKS)
def test_a_hand_in_finds_and_reaches_nothing(judged: dict[str, dict[str, str]], name: str) -> None:
    found = judged[name]
    assert (found["state"], found["misconception"].rpartition(": ")[2]) == ("wrong", "[]")


@needs_sandbox
@pytest.mark.parametrize("name", ENDS)
def test_one_that_does_not_end_or_ends_too_soon_is_an_error(
    judged: dict[str, dict[str, str]], name: str
) -> None:
    assert judged[name]["state"] == "error"
    assert judged[name]["misconception"].startswith(ENDS[name][1])


@needs_sandbox
def test_honest_ones_get_their_state_whatever_their_outputs_claim(judged: dict[str, dict[str, str]]) -> None:
    states = {name: judged[name]["state"] for name in ("right", "claims", "stub", "lacks it")}
    assert states == {"right": "right", "claims": "wrong", "stub": "not done", "lacks it": "not done"}
    assert judged["claims"]["misconception"] == "of 2 it makes something else"
    assert 0 < float(judged["right"]["seconds"]) < 60


def test_what_a_spreadsheet_would_compute_is_a_text() -> None:
    row = {
        "person": "=1+1",
        "lesson": "it",
        "exercise": "a",
        "state": "wrong",
        "misconception": "@x\ny",
        "seconds": 1,
    }
    assert table([row]).splitlines()[1] == "'=1+1,it,a,wrong,'@x y,1"


def test_hand_ins_come_from_folders_zips_and_files_and_bad_ones_are_one_line_each(tmp_path: Path) -> None:
    hand_in(tmp_path / "all/anna", RIGHT)
    with zipfile.ZipFile(tmp_path / "all/ben.zip", "w") as archive:
        archive.writestr("work/10-it.ipynb", json.dumps(building.sound()))
        archive.writestr("../../up/10-it.ipynb", json.dumps(building.sound()))
        archive.writestr("__MACOSX/._10-it.ipynb", "x")
    (tmp_path / "all/cleo.zip").write_text("no zip")
    (tmp_path / "broken.ipynb").write_text("{")
    found, faults = collect([tmp_path / "all", tmp_path / "broken.ipynb", tmp_path / "none"])
    assert [each.person for each in found] == ["anna", "ben"]
    assert ["cannot be read" in faults[0], "not a notebook" in faults[1], "no such file" in faults[2]] == [
        True
    ] * 3
    assert len(faults) == 3 and not any("\n" in fault for fault in faults)
    assert not (tmp_path.parent / "up").exists()


@pytest.mark.parametrize(
    ("user", "program", "said"),
    [
        (0, "bwrap", "ordinary account"),
        (1000, "no-such-program", "bubblewrap"),
        (1000, "false", "allows none"),
    ],
)
def test_without_a_sandbox_it_refuses(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, user: int, program: str, said: str
) -> None:
    monkeypatch.setattr(sandbox.os, "geteuid", lambda: user)
    monkeypatch.setattr(sandbox, "words", lambda _course: [program])
    with pytest.raises(LessonkitError, match=said):
        sandbox.require(tmp_path)


def test_hand_ins_among_the_lessons_are_refused(tmp_path: Path) -> None:
    with pytest.raises(LessonkitError, match="lies in the course's folder"):
        sandbox.require_apart(tmp_path, tmp_path / "../elsewhere", tmp_path / "handed-in")


def test_solutions_among_the_programs_are_refused() -> None:
    with pytest.raises(LessonkitError, match="hand-ins can read; move it"):
        sandbox.require_apart(Path("/usr/lib"))
