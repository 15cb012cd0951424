#!/usr/bin/env python3
"""Plant one-line faults all over the Python of the project, and see which of them the unit tests catch.

    tools/plant-faults.py [--seed N] [--count N] [--only NUMBER…] [--seconds S] [--beside REVISION]

Each fault is planted alone in a copy of the last commit, with an environment of its own that imports the
copy's packages. The tests that depend on its file run, nearest first, at normal depth, until one fails that
passes without the fault, or the time of one fault is over; the list tells which one it was. With --beside,
only lines are chosen that an older revision has as well, whatever its files were called; faults that survive
are planted there, too, and its tests run at full depth: so it is seen what a change of the tests lost.
The same seed plants the same faults in the same commit.

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
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from tools.testrun import changed, imports, parts  # noqa: E402  (it lies in the checkout, not beside this file)

SECONDS = 240.0
"""After so many a fault counts as survived, on a machine that does nothing else."""
HANGS = 90
"""A test that takes so many has failed."""
NEAREST, BATCH = 2, 6
"""Files of tests that run together, first and later: a near one that fails saves the time of the rest."""
PLANTED = (
    "packages/*/src/**/*.py",
    "library/*.py",
    "action_plugins/*.py",
    "callback_plugins/*.py",
    "tools/testrun/*.py",
    "roles/*/library/*.py",
)
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


def names_before(revision: str) -> dict[str, str]:
    """Return what each file of Python that the last commit shares with an older one was called there."""
    words = ["diff", "--find-renames=30%", "-l0", "--name-status", "--diff-filter=AMR", revision, "HEAD"]
    names = {file: file for file in changed.git(ROOT, "ls-files", "*.py")}
    for line in changed.git(ROOT, *words, "--", "*.py"):
        status, *files = line.split("\t")
        if status == "A":
            del names[files[0]]
        else:
            names[files[-1]] = files[0]
    return names


def in_the_same_line(fault: Fault, text: str, file: str, before: str) -> Fault | None:
    """Return the fault in the older text of its file where the lines around it are the same, or None."""
    lines = difflib.SequenceMatcher(None, before.splitlines(), text.splitlines(), autojunk=False)
    for block in lines.get_matching_blocks():
        if block.b <= fault.line - 1 < block.b + block.size and block.size >= AROUND:
            return replace(fault, file=file, line=fault.line - block.b + block.a)
    return None


def choose(
    root: Path, beside: Path | None, seed: int, count: int, names: Mapping[str, str] | None = None
) -> list[tuple[Fault, Fault | None]]:
    """Choose faults at random, at most one a file.

    Args:
        root: The checkout in which they are chosen.
        beside: An older one; what is chosen stands there as well.
        seed: Of the dice.
        count: How many faults, if there are so many files.
        names: What the files are called in the older checkout.

    Returns:
        The faults, each with the same one in the older checkout.
    """
    dice, chosen, names = random.Random(seed), list[tuple[Fault, Fault | None]](), names or {}
    files = sorted({str(path.relative_to(root)) for pattern in PLANTED for path in root.glob(pattern)})
    dice.shuffle(files)
    for file in files:
        text = (root / file).read_text(encoding="utf-8")
        possible = [] if beside and file not in names else list(faults_in(file, text))
        dice.shuffle(possible)
        older = (beside / names[file]).read_text(encoding="utf-8") if beside and possible else ""
        for fault in possible:
            twin = in_the_same_line(fault, text, names[file], older) if beside else None
            if fault.parses(text) and (beside is None or (twin and twin.parses(older))):
                chosen.append((fault, twin))
                break
        if len(chosen) == count:
            break
    return chosen


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
        if path.suffix == ".pth" and not (checkout / "packages").exists():
            # An older revision, whose packages lie at the top.
            new = new.replace(b"/packages/workshop/src", b"")
        if new != old:
            # A link's contents are the environment's, too.
            mode = path.stat().st_mode
            path.unlink()
            path.write_bytes(new)
            path.chmod(mode)
    return copy


@dataclass
class Copy:
    """A revision checked out into a folder, with an environment that imports its packages."""

    root: Path
    full: bool
    fails: set[str] = field(default_factory=set)
    """Tests that fail there without a fault, too."""

    def __post_init__(self) -> None:
        """Read who imports whom, and make the environment."""
        files = set(changed.git(self.root, "ls-files"))
        self.graph = imports.Graph(self.root, files)
        self.venv = copy_environment(Path(sys.prefix), self.root)

    def tests_of(self, file: str) -> list[str]:
        """Return the unit tests that depend on a file, nearest first."""
        jobs = [job for job in parts.all_jobs(parts.load(ROOT)).values() if job.changed]
        distances = self.graph.distances(changed.beginnings(self.graph.files, [file]))
        tests = [test for test in distances if Path(test).name.startswith("test_")]
        tests = [test for test in tests if any(job.has_test(test) for job in jobs)]
        return sorted((test for test in tests if (self.root / test).is_file()), key=distances.__getitem__)

    def try_fault(self, fault: Fault, seconds: float) -> dict[str, str]:
        """Plant a fault and run tests until one fails, and take it out again; tell which it was."""
        end, tests, ran = time.monotonic() + seconds, self.tests_of(fault.file), 0
        while ran < len(tests):
            batch = tests[ran : ran + (BATCH if ran else NEAREST)]
            fault.plant(self.root)
            try:
                failed = self._first_failure(fault, batch, end - time.monotonic())
            finally:
                subprocess.run(["git", "checkout", "--quiet", "--", fault.file], cwd=self.root, check=True)
            if failed is None:
                break
            if not failed:
                ran += len(batch)
            # Another reason than the fault: a tool that this machine lacks, a busy moment.
            elif self._first_failure(fault, [failed], seconds):
                self.fails.add(failed)
                print(f"without the fault, too: {failed}", file=sys.stderr, flush=True)
            else:
                return {"caught": failed}
        return {"caught": "", "ran": f"{ran} of {len(tests)} files"}

    def _first_failure(self, fault: Fault, tests: list[str], seconds: float) -> str | None:
        """Run tests; return the first that failed, "" when none did, None when the time was over."""
        without = [f"--deselect={test}" for test in self.fails]
        words = ["-p", "no:cacheprovider", "-x", "-q", *without]
        if len(tests) > NEAREST:
            words += ["--numprocesses", "2", "--dist", "worksteal"]
        cache = ROOT / ".cache/testbed"
        environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
        environment |= {
            "PATH": f"{self.venv}/bin:{environment['PATH']}",
            "PYTEST_TIMEOUT": str(HANGS),
            "WORKSHOP_FULL": "1" if self.full else "0",
            "WORKSHOP_TEST_CACHE": str(cache),
            "UV_CACHE_DIR": str(cache / "uv"),
            "WORKSHOP_WHEELS": str(cache / "wheels"),
            # What Numba keeps is made anew when a function's own file changes, and not for one that it calls.
            "NUMBA_CACHE_DIR": str(self.root / ".cache/numba" / fault.file.replace("/", ".")),
        }
        running = subprocess.Popen(
            [self.venv / "bin/python", "-m", "pytest", *words, *tests],
            cwd=self.root, env=environment, text=True, start_new_session=True,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )  # fmt: skip
        try:
            said, _ = running.communicate(timeout=max(seconds, 0))
        except subprocess.TimeoutExpired:
            return None
        finally:
            if running.poll() is None:
                os.killpg(running.pid, signal.SIGKILL)
                running.communicate()
        if running.returncode in (0, 5):
            return ""
        failed = [line for line in said.splitlines() if line.startswith(("FAILED ", "ERROR "))]
        if not failed:
            raise SystemExit(f"pytest ended with {running.returncode}:\n{said[-2000:]}")
        return failed[0].split(" - ")[0].partition(" ")[2]


def worktree(revision: str, folder: Path) -> Path:
    """Check a revision out into a folder."""
    subprocess.run(["git", "worktree", "add", "--quiet", "--detach", folder, revision], cwd=ROOT, check=True)
    return folder


def main() -> None:
    """Plant the faults that the command line asks for."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--count", type=int, default=50)
    parser.add_argument("--only", type=int, nargs="+", help="the numbers of the list that are planted")
    parser.add_argument("--seconds", type=float, default=SECONDS, help="what one fault's tests may take")
    parser.add_argument("--beside", help="an older revision, for the faults that survive")
    given = parser.parse_args()
    # Ended from outside, it takes its copies away, too.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    (ROOT / ".cache").mkdir(exist_ok=True)
    # Beside the environment, which is copied by links.
    with tempfile.TemporaryDirectory(prefix="plant-faults-", dir=ROOT / ".cache") as name:
        try:
            now = worktree("HEAD", Path(name, "now"))
            old = worktree(given.beside, Path(name, "old")) if given.beside else None
            names = names_before(given.beside) if given.beside else None
            chosen = list(enumerate(choose(now, old, given.seed, given.count, names), 1))
            copy, before = Copy(now, full=False), Copy(old, full=True) if old else None
            survived = 0
            for number, (fault, twin) in chosen:
                if given.only and number not in given.only:
                    continue
                row = {"number": number, "file": fault.file, "line": fault.line, "after": fault.after.strip()}
                row |= copy.try_fault(fault, given.seconds)
                survived += not row["caught"]
                if before and twin and not row["caught"]:
                    row["caught before"] = before.try_fault(twin, given.seconds)["caught"]
                print(json.dumps(row, ensure_ascii=False), flush=True)
            print(f"{survived} faults survived", file=sys.stderr)
        finally:
            for tree in ("now", "old"):
                words = ["git", "worktree", "remove", "--force", Path(name, tree)]
                subprocess.run(words, cwd=ROOT, capture_output=True, check=False)


if __name__ == "__main__":
    main()
