#!/usr/bin/env python3
"""Style, and the unit tests next to what the working tree changes: ``tools/test.bash --changed``.

A test is next to a module that it mirrors (tests/a/test_b.py for src/name/a/b.py) or imports.
In a clean tree the last commit is what changed.
"""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

ROOT = Path(__file__).resolve().parents[1]
ABOUT = {
    "roles": ["tests/roles"],
    "notebooks": ["packages/workshop/tests/lessons/test_plugin.py"],
    "js-demos": ["packages/workshop/tests/website"],
    "presentation": ["packages/workshop/tests/slides"],
    "docs": ["tests/test_docs.py"],
    "README.md": ["tests/test_docs.py"],
}
"""Tests of what is no Python, by its first folder."""
NOT_NEXT = ("tests/machines/", "tests/browser/")


def git(*words: str) -> list[str]:
    """Return the lines that git answers."""
    done = subprocess.run(
        ["git", "-c", "core.quotePath=false", *words], cwd=ROOT, capture_output=True, text=True
    )
    return done.stdout.splitlines()


def changed_files() -> list[str]:
    """Return the files that differ from HEAD, or that HEAD changed."""
    untracked = git("ls-files", "--others", "--exclude-standard")
    files = {*git("diff", "--name-only", "HEAD"), *untracked} or {*git("diff", "--name-only", "HEAD~1")}
    return sorted(name for name in files if (ROOT / name).is_file())


def module_of(file: str) -> str:
    """Return the name by which a file of ours is imported; empty for one that is not."""
    parts = PurePosixPath(file).with_suffix("").parts
    if parts[0] == "packages" and "src" in parts:
        parts = parts[parts.index("src") + 1 :]
    return ".".join(part for part in parts if part != "__init__") if file.endswith(".py") else ""


def imports_of(file: Path) -> Iterator[str]:
    """Yield the modules that a file imports; of ``from a import b`` both a and a.b."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def tests_next_to(changed: list[str]) -> list[str]:
    """Return the files and folders of tests."""
    modules = {module_of(file) for file in changed} - {""}
    mirrors = {f"test_{PurePosixPath(file).stem.replace('-', '_')}.py" for file in changed}
    found = {test for file in changed for test in ABOUT.get(PurePosixPath(file).parts[0], [])}
    for test in git("ls-files", "--cached", "--others", "--exclude-standard", "--", "*test_*.py"):
        if test.startswith(NOT_NEXT) or not (ROOT / test).is_file():
            continue
        if (
            test in changed
            or PurePosixPath(test).name in mirrors
            or not modules.isdisjoint(imports_of(ROOT / test))
        ):
            found.add(test)
    return sorted(found)


def main() -> int:
    """Run both; say what was run."""
    changed = changed_files()
    python = [file for file in changed if file.endswith((".py", ".ipynb"))]
    shell = [file for file in changed if file.endswith(".bash")]
    yaml = [file for file in changed if file.endswith((".yml", ".yaml"))]
    commands = [
        *(
            [["ruff", "check", "--force-exclude", *python], ["ruff", "format", "--check", *python]]
            if python
            else []
        ),
        *([["mypy"]] if any(file.startswith(("packages/", "benchmarks/")) for file in python) else []),
        *([["shellcheck", "--external-sources", *shell]] if shell else []),
        *([["yamllint", "--strict", *yaml]] if yaml else []),
        [sys.executable, "tools/check-committed.py", *changed],
    ]
    if tests := tests_next_to(changed):
        commands.append(
            [sys.executable, "-m", "pytest", "-q", "--numprocesses=auto", "--dist=loadgroup", *tests]
        )
    failed = [command[:3] for command in commands if subprocess.run(command, cwd=ROOT).returncode]
    print(f"changed files: {len(changed)}; files of tests next to them: {len(tests)}")
    for words in failed:
        print("failed:", *words)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
