#!/usr/bin/env python3
"""Plant one-line faults all over the Python of the project, and see which of them the unit tests catch.

    tools/plant-faults.py [--seed N] [--count N] [--only NUMBER…] [--beside REVISION]

Each fault is planted alone in a copy of the last commit. The tests that depend on its file run, nearest
first, at normal depth, until one fails or the time of one fault is over; the list tells which one it was.
With --beside, faults that survive are planted in an older revision, too, and its tests run at full depth:
so it is seen what a change of the tests lost. The same seed plants the same faults in the same commit.

Run it with the tests' environment: .cache/test/venv/bin/python tools/plant-faults.py
"""

from __future__ import annotations

import argparse
import ast
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from tools.testrun import changed, imports, parts  # noqa: E402  (it lies in the checkout, not beside this file)

SECONDS = 240.0
"""After so many a fault counts as survived."""
BATCH = 6
"""Files of tests that run together, so that a near test that fails saves the time of the far ones."""
PLANTED = (
    "packages/*/src/**/*.py",
    "library/*.py",
    "action_plugins/*.py",
    "callback_plugins/*.py",
    "tools/testrun/*.py",
    "roles/*/library/*.py",
)
COMPARISONS = {
    ast.Eq: "!=", ast.NotEq: "==", ast.Lt: "<=", ast.LtE: "<", ast.Gt: ">=", ast.GtE: ">",
    ast.Is: "is not", ast.IsNot: "is", ast.In: "not in", ast.NotIn: "in",
}  # fmt: skip
ARITHMETIC = {ast.Add: "-", ast.Sub: "+", ast.Mult: "+", ast.Div: "*", ast.FloorDiv: "*", ast.Mod: "*"}


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


def faults_in(file: str, text: str) -> Iterator[Fault]:
    """Yield the faults that can be planted in a file of Python, each in one line."""
    lines = text.splitlines()
    documentation = {id(each) for each in _documentation(ast.parse(text))}
    for node in ast.walk(ast.parse(text)):
        if not hasattr(node, "lineno") or node.lineno != node.end_lineno or id(node) in documentation:
            continue
        for other in _others(node):
            line = lines[node.lineno - 1].encode()
            changed_line = (line[: node.col_offset] + other.encode() + line[node.end_col_offset :]).decode()
            try:
                ast.parse("\n".join([*lines[: node.lineno - 1], changed_line, *lines[node.lineno :]]))
            except SyntaxError:
                continue
            yield Fault(file, node.lineno, lines[node.lineno - 1], changed_line)


def _documentation(tree: ast.AST) -> Iterator[ast.AST]:
    """Yield the texts that stand alone: nobody reads them at run time."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            yield node


def _others(node: ast.AST) -> Iterator[str]:
    """Yield what can stand in a node's place and is wrong."""
    if isinstance(node, ast.Compare) and type(node.ops[0]) in COMPARISONS and len(node.ops) == 1:
        yield f"{ast.unparse(node.left)} {COMPARISONS[type(node.ops[0])]} {ast.unparse(node.comparators[0])}"
    elif (
        isinstance(node, ast.BinOp)
        and type(node.op) in ARITHMETIC
        and not isinstance(node.left, ast.Constant)
    ):
        yield f"({ast.unparse(node.left)} {ARITHMETIC[type(node.op)]} {ast.unparse(node.right)})"
    elif isinstance(node, ast.BoolOp):
        word = " or " if isinstance(node.op, ast.And) else " and "
        yield f"({word.join(map(ast.unparse, node.values))})"
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


def choose(root: Path, beside: Path | None, seed: int, count: int) -> list[Fault]:
    """Choose faults at random, at most one a file; with ``beside`` in files that are the same there."""
    dice, chosen = random.Random(seed), []
    files = sorted({str(path.relative_to(root)) for pattern in PLANTED for path in root.glob(pattern)})
    dice.shuffle(files)
    for file in files:
        text = (root / file).read_text(encoding="utf-8")
        same = beside is None or (
            (beside / file).is_file() and (beside / file).read_text(encoding="utf-8") == text
        )
        if same and (possible := list(faults_in(file, text))):
            chosen.append(dice.choice(possible))
    return chosen[:count]


def tests_of(root: Path, file: str) -> list[str]:
    """Return the unit tests that depend on a file, nearest first."""
    files = set(changed.git(root, "ls-files"))
    jobs = [job for job in parts.all_jobs(parts.load(ROOT)).values() if job.changed]
    distances = imports.Graph(root, files).distances(changed.beginnings(files, [file]))
    tests = [test for test in distances if Path(test).name.startswith("test_") and (root / test).is_file()]
    return sorted(
        (test for test in tests if any(job.has_test(test) for job in jobs)), key=distances.__getitem__
    )


def caught_by(root: Path, fault: Fault, *, full: bool) -> str:
    """Plant a fault and run tests; return the first that failed, or nothing, and take the fault out again."""
    fault.plant(root)
    environment = os.environ | {"PYTHONPATH": str(root), "WORKSHOP_FULL": "1" if full else "0"}
    end, tests = time.monotonic() + SECONDS, tests_of(root, fault.file)
    try:
        for first in range(0, len(tests), BATCH):
            left = end - time.monotonic()
            if left <= 0:
                return ""
            words = ["-x", "-q", "--numprocesses", "2", "--dist", "worksteal", *tests[first : first + BATCH]]
            try:
                done = subprocess.run(
                    [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *words],
                    cwd=root, env=environment, capture_output=True, text=True, timeout=left, check=False,
                )  # fmt: skip
            except subprocess.TimeoutExpired:
                return ""
            if done.returncode not in (0, 5):
                failed = [line for line in done.stdout.splitlines() if line.startswith(("FAILED", "ERROR"))]
                return failed[0].split(" - ")[0] if failed else f"pytest ended with {done.returncode}"
        return ""
    finally:
        subprocess.run(["git", "checkout", "--quiet", "--", fault.file], cwd=root, check=True)


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
    parser.add_argument("--beside", help="an older revision, for the faults that survive")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="plant-faults-") as name:
        try:
            now = worktree("HEAD", Path(name, "now"))
            old = worktree(given.beside, Path(name, "old")) if given.beside else None
            survived = 0
            for number, fault in enumerate(choose(now, old, given.seed, given.count), 1):
                if given.only and number not in given.only:
                    continue
                row = {"number": number, "file": fault.file, "line": fault.line, "after": fault.after.strip()}
                row["caught"] = caught_by(now, fault, full=False)
                survived += not row["caught"]
                if old and not row["caught"]:
                    row["caught before"] = caught_by(old, fault, full=True)
                print(json.dumps(row, ensure_ascii=False), flush=True)
            print(f"{survived} faults survived", file=sys.stderr)
        finally:
            for tree in ("now", "old"):
                words = ["git", "worktree", "remove", "--force", Path(name, tree)]
                subprocess.run(words, cwd=ROOT, capture_output=True, check=False)


if __name__ == "__main__":
    main()
