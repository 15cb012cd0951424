"""Nothing of ours takes Python's modules from the folder in which somebody happens to stand.

With ``-m`` and ``-c`` Python looks there first. Whoever sets up, perhaps as root, may stand in a folder that
other accounts can write to.
"""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SAFE = re.compile(r"-\w*[PI]\w*")
"""Options that keep Python from it, perhaps among others."""
FOR_PEOPLE = {"ipykernel_launcher"}
"""A kernel works in its notebook's folder, and imports what lies there because its owner wants it."""
PLANTED = "import os; open({hit!r}, 'a').write(__file__ + '\\n')\n"
ENVIRONMENT = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}


@pytest.fixture
def planted(tmp_path: Path) -> Path:
    """A folder with a module of every name of Python's own, and pip: each writes down that it ran."""
    folder = tmp_path / "planted"
    folder.mkdir()
    for name in {*sys.stdlib_module_names, "pip", "sitecustomize", "usercustomize"}:
        (folder / f"{name}.py").write_text(PLANTED.format(hit=str(tmp_path / "hit")))
    return folder


def ran(planted: Path) -> list[str]:
    hit = planted.parent / "hit"
    return hit.read_text().splitlines() if hit.exists() else []


def test_the_modules_would_be_taken(planted: Path) -> None:
    words = [sys.executable, "-m", "venv", "x"]
    subprocess.run(words, cwd=planted, env=ENVIRONMENT, check=False, capture_output=True)
    assert ran(planted)


def test_the_bootstrap_takes_none_of_them(planted: Path, tmp_path: Path) -> None:
    script = f"source {ROOT}/tools/bootstrap.bash; ensure_uv {tmp_path}/uv"
    environment = ENVIRONMENT | {"PIP_NO_INDEX": "1", "WORKSHOP_WHEELS": str(tmp_path / "wheels")}
    done = subprocess.run(
        ["bash", "-c", script], cwd=planted, env=environment, capture_output=True, text=True, check=False
    )
    # It came as far as pip, which had nothing to install from.
    assert "cannot get uv" in done.stderr, done.stderr
    assert "uv==" in done.stderr, done.stderr
    assert not ran(planted)


@pytest.mark.parametrize("script", ["setup", "run-jupyter"])
def test_what_a_shell_sets_for_its_own_python_reaches_none_of_ours(tmp_path: Path, script: str) -> None:
    own = tmp_path / "own"
    own.mkdir()
    (own / "sitecustomize.py").write_text(PLANTED.format(hit=str(tmp_path / "hit")))
    environment = ENVIRONMENT | {"PYTHONPATH": str(own), "WORKSHOP_CONFIG": str(tmp_path / "none")}
    subprocess.run(["python3", "-c", ""], env=environment, check=True)
    assert ran(own), "Python itself would take it"
    (tmp_path / "hit").unlink()
    words = [ROOT / f"local/{script}.bash", "-e", "@/nowhere/variables.yml"]
    done = subprocess.run(
        words, env=environment, stdin=subprocess.DEVNULL, check=False, capture_output=True, text=True
    )
    # It came as far as the program that reads variables.
    assert "/nowhere/variables.yml" in done.stderr, done.stderr
    assert not ran(own)


def test_making_a_token_takes_none_of_them(planted: Path, tmp_path: Path) -> None:
    task = (ROOT / "roles/jupyter-service/tasks/token.yml").read_text(encoding="utf-8")
    options = re.findall(r"^    executable: .* (-\w+)\"$", task, re.MULTILINE)
    program = ROOT / "roles/jupyter-service/files/make_token.py"
    words = [sys.executable, *options, program, tmp_path / "token", "root"]
    done = subprocess.run(words, cwd=planted, env=ENVIRONMENT, capture_output=True, check=False)
    assert done.stdout == b"made\n", done.stderr
    assert not ran(planted)


def committed(*patterns: str) -> list[Path]:
    listed = subprocess.check_output(["git", "ls-files", "-z", *patterns], cwd=ROOT, text=True)
    return [path for name in listed.split("\0") if name and (path := ROOT / name).is_file()]


def starts_python(word: str) -> bool:
    """Tell whether a word before an option may be an interpreter."""
    return re.search(r"(?i)python[0-9.]*[\"'}]*$|executable\W*$|interpreter\W*$", word) is not None


def unsafe_words(text: str) -> Iterator[str]:
    """Yield each call in a script, or in a list of YAML's, that takes modules from where it is run."""
    text = re.sub(r"(?m)(^|\s)#.*$", "", text)
    words = [word for word in re.findall(r"[^\s,\[\]()]+", text) if word != "-"]
    plain = [word.strip("\"'") for word in words]
    for number, word in enumerate(plain[:-1]):
        before = [each for each in plain[max(0, number - 3) : number] if each not in ("{{", "}}", "~")]
        if (
            word in ("-m", "-c")
            and before
            and starts_python(before[-1])
            and plain[number + 1] not in FOR_PEOPLE
        ):
            yield f"{before[-1]} {word} {plain[number + 1]}"


def unsafe_lists(text: str) -> Iterator[str]:
    """Yield each such call in a list or tuple of Python's."""
    for node in ast.walk(ast.parse(text)):
        if not isinstance(node, ast.List | ast.Tuple):
            continue
        for before, each, after in zip(node.elts, node.elts[1:], [*node.elts[2:], None], strict=False):
            said = ast.unparse(before)
            option = each.value if isinstance(each, ast.Constant) else None
            name = after.value if isinstance(after, ast.Constant) else ""
            is_safe = SAFE.fullmatch(said.strip("'")) or name in FOR_PEOPLE
            if option in ("-m", "-c") and starts_python(said) and not is_safe:
                yield f"{said} {option} {name}"


def test_no_call_of_ours_does() -> None:
    found = []
    for path in committed(
        "*.bash", "tools", "inventories", "roles", "playbooks", "library", "packages/*/src"
    ):
        if path.suffix == ".md":
            continue
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
        is_python = path.suffix == ".py" or re.match("#!.*python", text)
        lines = unsafe_lists(text) if is_python else unsafe_words(text)
        found += [f"{path.relative_to(ROOT)}: {line}" for line in lines]
    # These are run in the root of the checkout, by whoever tests it.
    tests = (
        "tools/changed.py",
        "tools/plant-faults.py",
        "tools/test.bash",
        "tools/testbed/release.bash",
        "tools/lock.bash",
    )
    assert [line for line in found if not line.startswith(tests)] == []
