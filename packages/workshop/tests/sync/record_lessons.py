"""Add a revision that is out to ``lessons-before.json``: ``record_lessons.py REVISION``, at each release."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[4]
FILE = Path(__file__).with_name("lessons-before.json")


def git(*words: str) -> str:
    return subprocess.run(["git", "-C", str(ROOT), *words], capture_output=True, text=True, check=True).stdout


def recorded(cell: dict[str, Any]) -> dict[str, Any]:
    """Return what is kept of a cell: which it is, and of an exercise the text as well."""
    tags = cell["metadata"].get("tags", [])
    kept: dict[str, Any] = {"id": cell["id"], "type": cell["cell_type"]}
    if tags:
        kept["tags"] = tags
    if any(tag.startswith("exercise:") for tag in tags):
        kept["source"] = "".join(cell["source"])
    return kept


def lessons_of(revision: str) -> dict[str, list[dict[str, Any]]]:
    """Return the cells of each lesson with exercises."""
    found = {}
    for path in git("ls-tree", "-r", "--name-only", revision, "notebooks").splitlines():
        if path.endswith(".ipynb"):
            cells = [recorded(cell) for cell in json.loads(git("show", f"{revision}:{path}"))["cells"]]
            if any("source" in cell for cell in cells):
                found[path.removeprefix("notebooks/")] = cells
    return found


def laid_out(records: dict[str, dict[str, list[dict[str, Any]]]]) -> str:
    """Return the file's text: a line for each cell."""
    lessons = (
        f' "{revision}": {{\n'
        + ",\n".join(
            f'  "{lesson}": [\n'
            + ",\n".join(f"   {json.dumps(cell, ensure_ascii=False)}" for cell in cells)
            + "\n  ]"
            for lesson, cells in found.items()
        )
        + "\n }"
        for revision, found in records.items()
    )
    return "{\n" + ",\n".join(lessons) + "\n}\n"


def main() -> None:
    revision = git("rev-parse", "--short=8", sys.argv[1]).strip()
    records = json.loads(FILE.read_text(encoding="utf-8")) | {revision: lessons_of(revision)}
    FILE.write_text(laid_out(records), encoding="utf-8")


if __name__ == "__main__":
    main()
