#!/usr/bin/env python3
"""Plant one-line faults all over the project's Python, and see which of them the unit tests catch.

    tools/plant-faults.py [--seed N] [--count N] [--seconds S] [--beside REVISION]

Each fault is planted alone in a copy of the last commit, with an environment that imports the copy's
packages. Then pytest runs the tests of its file until one fails that passes without the fault, or the time
is over: the test module of its name, the tests that import it, and those in the folder that mirrors its own.
With --beside, only lines are chosen that an older revision has in the same file; faults that survive are
planted there, too, which shows what a change of the tests lost. The same seed plants the same faults in the
same commit.

Run it with the tests' environment: .cache/test/venv/bin/python tools/plant-faults.py
"""

from __future__ import annotations

import argparse
import ast
import difflib
import json
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

ROOT = Path(__file__).resolve().parents[1]
SECONDS = 240.0
"""After so many a fault counts as survived, on a machine that does nothing else."""
HANGS = 90
"""A test that takes so many has failed."""
PLANTED = (
    "packages/*/src/**/*.py",
    "library/*.py",
    "callback_plugins/*.py",
    "roles/*/library/*.py",
)
TESTS = ("packages/*/tests/**/test_*.py", "benchmarks/tests/**/test_*.py", "tests/**/test_*.py")
MACHINES = ("tests/machines/", "tests/browser/")
"""Tests that need more than the tests' environment."""
AROUND = 5
"""Lines in a row that two revisions share, for a line to be the same in both."""
COMPARISONS: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Eq: ast.NotEq, ast.NotEq: ast.Eq, ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt,
    ast.Is: ast.IsNot, ast.IsNot: ast.Is, ast.In: ast.NotIn, ast.NotIn: ast.In,
}  # fmt: skip
ARITHMETIC: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Add, ast.Div: ast.Mult, ast.FloorDiv: ast.Mult,
    ast.Mod: ast.Mult,
}  # fmt: skip


@dataclass(frozen=True)
class Fault:
    """One line of a file, as it is and as it becomes."""

    file: str
    line: int
    before: str
    after: str

    def plant(self, root: Path) -> None:
        """Write the fault into a checkout."""
        path = root / self.file
        lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
        assert lines[self.line - 1].rstrip("\n") == self.before, f"{self.file}:{self.line} is another line"
        lines[self.line - 1] = f"{self.after}\n"
        path.write_text("".join(lines), encoding="utf-8")

    def parses(self, text: str) -> bool:
        """Tell whether the file would still be Python."""
        lines = text.splitlines()
        try:
            ast.parse("\n".join([*lines[: self.line - 1], self.after, *lines[self.line :]]))
        except SyntaxError:
            return False
        return True


def faults_in(file: str, text: str) -> Iterator[Fault]:
    """Yield what can be planted in a file of Python, each in one line; a few are no Python."""
    lines = text.splitlines()
    tree = ast.parse(text)
    # Where things stand in an f-string depends on Python's version, and so would what a seed plants.
    formatted = {
        id(part) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in ast.walk(node)
    }
    for node in ast.walk(tree):
        if not hasattr(node, "lineno") or node.lineno != node.end_lineno or id(node) in formatted:
            continue
        line = lines[node.lineno - 1].encode()
        for other in _others(node):
            changed_line = (line[: node.col_offset] + other.encode() + line[node.end_col_offset :]).decode()
            yield Fault(file, node.lineno, lines[node.lineno - 1], changed_line)


def _others(node: ast.AST) -> Iterator[str]:
    """Yield what can stand in a node's place and is wrong."""
    if isinstance(node, ast.Compare) and len(node.ops) == 1 and type(node.ops[0]) in COMPARISONS:
        yield ast.unparse(ast.Compare(node.left, [COMPARISONS[type(node.ops[0])]()], node.comparators))
    elif (
        isinstance(node, ast.BinOp)
        and type(node.op) in ARITHMETIC
        and not isinstance(node.left, ast.Constant)
    ):
        yield f"({ast.unparse(ast.BinOp(node.left, ARITHMETIC[type(node.op)](), node.right))})"
    elif isinstance(node, ast.BoolOp):
        other = ast.Or() if isinstance(node.op, ast.And) else ast.And()
        yield f"({ast.unparse(ast.BoolOp(other, node.values))})"
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        yield f"({ast.unparse(node.operand)})"
    elif isinstance(node, ast.Constant) and isinstance(node.value, bool):
        yield str(not node.value)
    elif isinstance(node, ast.Constant) and isinstance(node.value, int):
        yield str(node.value + 1)
    elif isinstance(node, ast.Return) and node.value is not None and not isinstance(node.value, ast.Constant):
        yield "return None"
    elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
        yield "pass"


def in_the_same_line(fault: Fault, text: str, before: str) -> Fault | None:
    """Return the fault in the older text of its file where the lines around it are the same, or None."""
    lines = difflib.SequenceMatcher(None, before.splitlines(), text.splitlines(), autojunk=False)
    for block in lines.get_matching_blocks():
        if block.b <= fault.line - 1 < block.b + block.size and block.size >= AROUND:
            return replace(fault, line=fault.line - block.b + block.a)
    return None


def choose(root: Path, beside: Path | None, seed: int, count: int) -> list[tuple[Fault, Fault | None]]:
    """Choose faults at random, at most one a file.

    Args:
        root: The checkout in which they are chosen.
        beside: An older one; each fault that is chosen can be planted there as well.
        seed: Of the random numbers.
        count: How many faults, if there are so many files.

    Returns:
        The faults, each with the same one in the older checkout.
    """
    draw, chosen = random.Random(seed), list[tuple[Fault, Fault | None]]()
    files = sorted({str(path.relative_to(root)) for pattern in PLANTED for path in root.glob(pattern)})
    draw.shuffle(files)
    for file in files:
        if beside is not None and not (beside / file).is_file():
            continue
        text = (root / file).read_text(encoding="utf-8")
        older = (beside / file).read_text(encoding="utf-8") if beside else text
        possible = [fault for fault in faults_in(file, text) if fault.parses(text)]
        draw.shuffle(possible)
        pairs = ((fault, in_the_same_line(fault, text, older)) for fault in possible)
        if pair := next((pair for pair in pairs if pair[1] and pair[1].parses(older)), None):
            chosen.append(pair if beside else (pair[0], None))
        if len(chosen) == count:
            break
    return chosen


def imported_by(test: Path) -> set[str]:
    """Return the names that a test imports: modules, and what it takes out of them."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(test.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return names


def tests_of(root: Path, file: str) -> list[str]:
    """Return the unit tests of a file, nearest first: of its name, importing it, in its mirrored folder."""
    path = PurePosixPath(file)
    inside = path.parts[path.parts.index("src") + 1 :] if "src" in path.parts else (path.name,)
    module = ".".join(PurePosixPath(*inside).with_suffix("").parts).removesuffix(".__init__")
    mirror = PurePosixPath(*path.parts[:2], "tests", *inside[1:-1]) if len(inside) > 1 else None
    near: dict[str, int] = {}
    for test in sorted({test for pattern in TESTS for test in root.glob(pattern)}):
        name = test.relative_to(root).as_posix()
        if name.startswith(MACHINES):
            continue
        if test.stem == f"test_{path.stem}":
            near[name] = 0
        elif module in imported_by(test) or (
            mirror is None and path.stem in test.read_text(encoding="utf-8")
        ):
            near[name] = 1
        elif PurePosixPath(name).parent == mirror:
            near[name] = 2
    return sorted(near, key=near.__getitem__)


def copy_environment(venv: Path, checkout: Path) -> Path:
    """Copy the tests' environment into a checkout, by links, and have it import that checkout's packages.

    In the environment itself another checkout's modules would be tested, in which there is no fault.
    """
    copy = checkout / ".cache/test/venv"
    shutil.copytree(venv, copy, symlinks=True, copy_function=os.link)
    for path in [*copy.glob("bin/*"), *copy.glob("lib/*/site-packages/*.pth")]:
        old = b"" if path.is_symlink() or path.is_dir() else path.read_bytes()
        new = old.replace(os.fsencode(venv), os.fsencode(copy))
        new = re.sub(rb"(?m)^.*(?=/packages/[^/]+/src$)", os.fsencode(checkout), new)
        if new != old:
            # A link's contents are the environment's, too.
            mode = path.stat().st_mode
            path.unlink()
            path.write_bytes(new)
            path.chmod(mode)
    return copy


class Copy:
    """A revision checked out into a folder, with an environment that imports its packages."""

    def __init__(self, revision: str, folder: Path) -> None:
        """Check it out and make the environment."""
        subprocess.run(
            ["git", "worktree", "add", "--quiet", "--detach", folder, revision], cwd=ROOT, check=True
        )
        self.root = folder
        self.venv = copy_environment(Path(sys.prefix), folder)
        self.fails: set[str] = set()
        """Tests that fail there without a fault, too."""

    def caught(self, fault: Fault, seconds: float) -> str:
        """Plant a fault and run its tests until one fails, and take it out again; return that test, or ""."""
        end, tests = time.monotonic() + seconds, tests_of(self.root, fault.file)
        while tests:
            fault.plant(self.root)
            try:
                failed = self._first_failure(tests, end - time.monotonic(), fault.file)
            finally:
                subprocess.run(["git", "checkout", "--quiet", "--", fault.file], cwd=self.root, check=True)
            if not failed or not self._first_failure([failed], seconds):
                return failed
            # Another reason than the fault: a tool that this machine lacks, a busy moment.
            self.fails.add(failed)
            print(f"without the fault, too: {failed}", file=sys.stderr, flush=True)
        return ""

    def _first_failure(self, tests: list[str], seconds: float, faulty: str = "no-file") -> str:
        """Run tests; return the first that failed, "" when none did before the time was over."""
        cache = ROOT / ".cache/testbed"
        environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
        environment |= {
            "PATH": f"{self.venv}/bin:{environment['PATH']}",
            "PYTEST_TIMEOUT": str(HANGS),
            "WORKSHOP_TEST_CACHE": str(cache),
            "UV_CACHE_DIR": str(cache / "uv"),
            "WORKSHOP_WHEELS": str(cache / "wheels"),
            # Numba compiles a function again when its own file changes, and not when one does that it calls.
            "NUMBA_CACHE_DIR": str(self.root / ".cache/numba" / faulty.replace("/", ".")),
        }
        words = ["-x", "-q", "-p", "no:cacheprovider", *(f"--deselect={test}" for test in self.fails)]
        running = subprocess.Popen(
            [self.venv / "bin/python", "-m", "pytest", *words, *tests],
            cwd=self.root, env=environment, text=True, start_new_session=True,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )  # fmt: skip
        try:
            said, _ = running.communicate(timeout=max(seconds, 0))
        except subprocess.TimeoutExpired:
            return ""
        finally:
            if running.poll() is None:
                os.killpg(running.pid, signal.SIGKILL)
                running.communicate()
        if running.returncode in (0, 5):
            return ""
        if running.returncode < 0 and (
            crashed := re.search(r'File ".*?/((?:packages|tests)/\S*/test_\w+\.py)"', said)
        ):
            return crashed[1]  # A signal ended pytest, which names no test then.
        failed = [line for line in said.splitlines() if line.startswith(("FAILED ", "ERROR "))]
        if not failed:
            raise SystemExit(f"pytest ended with {running.returncode}:\n{said[-2000:]}")
        return failed[0].split(" - ")[0].partition(" ")[2]


def main() -> None:
    """Plant the faults that the command line asks for."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--count", type=int, default=50)
    parser.add_argument("--seconds", type=float, default=SECONDS, help="what one fault's tests may take")
    parser.add_argument("--beside", help="an older revision, for the faults that survive")
    options = parser.parse_args()
    # Ended from outside, it takes its copies away, too.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    (ROOT / ".cache").mkdir(exist_ok=True)
    # In the same file system as the environment, which is copied by links.
    with tempfile.TemporaryDirectory(prefix="plant-faults-", dir=ROOT / ".cache") as name:
        try:
            now = Copy("HEAD", Path(name, "now"))
            old = Copy(options.beside, Path(name, "old")) if options.beside else None
            survived = 0
            chosen = choose(now.root, old.root if old else None, options.seed, options.count)
            for number, (fault, twin) in enumerate(chosen, 1):
                row = {"number": number, "file": fault.file, "line": fault.line, "after": fault.after.strip()}
                row["caught"] = now.caught(fault, options.seconds)
                survived += not row["caught"]
                if old and twin and not row["caught"]:
                    row["caught before"] = old.caught(twin, options.seconds)
                print(json.dumps(row, ensure_ascii=False), flush=True)
            print(f"{survived} faults survived", file=sys.stderr)
        finally:
            for tree in ("now", "old"):
                words = ["git", "worktree", "remove", "--force", Path(name, tree)]
                subprocess.run(words, cwd=ROOT, capture_output=True, check=False)


if __name__ == "__main__":
    main()
