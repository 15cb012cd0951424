#!/usr/bin/env python3
"""Write the generated pages of the manual: commands, roles' variables, lessons, their format, the sync table.

``docs/conf.py`` calls ``write`` for each build. By hand, in the environment of ``locks/docs.txt``:
``tools/manual_pages.py FOLDER``.
"""

from __future__ import annotations

import importlib
import json
import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
DEVELOPERS = ("bench",)
"""Words whose commands need more than this environment; only their overview is shown."""


def commands() -> str:
    """Return each command's own help, one heading a command."""
    import typer.main

    from workshop.core.command import program

    command = typer.main.get_command(program())
    context = command.context_class(
        command,
        info_name="workshop",
        terminal_width=92,
        max_content_width=92,
        **command.context_settings,
    )
    parts = [
        f"{'#' * min(depth + 2, 5)} `{title}`\n\n```text\n{help_text}\n```\n"
        for depth, title, help_text in helps(command, context)
    ]
    return "\n".join(parts)


def helps(command: Any, context: Any, depth: int = 0) -> Iterator[tuple[int, str, str]]:
    """Yield depth, name and help of a command and of all below it."""
    yield depth, context.command_path, command.get_help(context).replace(f"{ROOT}/", "")
    if not hasattr(command, "list_commands") or context.info_name in DEVELOPERS:
        return
    for name in command.list_commands(context):
        below = command.get_command(context, name)
        if not below.hidden:
            yield from helps(below, type(context)(below, info_name=name, parent=context), depth + 1)


def variables() -> str:
    """Return a table of variables for each role, the same as in its README."""
    from role_readmes import load_options, load_yaml, table

    parts = []
    for role in sorted(path.parents[1] for path in ROOT.glob("roles/*/meta/argument_specs.yml")):
        options = load_options(role / "meta/argument_specs.yml")
        parts.append(f"## {role.name}\n\n{table(options, load_yaml(role / 'defaults/main.yml'))}\n")
    return "\n".join(parts)


def docstring(module: str) -> Callable[[], str]:
    """Return what shows a module's docstring, which is reStructuredText."""
    return lambda: f"```{{eval-rst}}\n{importlib.import_module(module).__doc__}\n```\n"


def lessons() -> str:
    """Return the table of lessons: what each notebook's metadata and first cell say."""
    rows = ["| lesson | kernel | minutes | you will learn |", "|---|---|---|---|"]
    for path in sorted(ROOT.glob("notebooks/[0-9]*/*.ipynb")):
        notebook = json.loads(path.read_text(encoding="utf-8"))
        about = notebook["metadata"].get("lessonkit", {})
        first = " ".join("".join(notebook["cells"][0]["source"]).split())
        found = re.search(r"\*\*You will learn\*\* (.+?[.:])(?= |$)", first)
        goal = re.sub(r"\[([^]]*)\]\([^)]*\)", r"\1", found[1].rstrip(".:")) if found else ""
        rows.append(
            f"| {about.get('title', path.stem)}<br>`{path.relative_to(ROOT / 'notebooks')}` "
            f"| {notebook['metadata']['kernelspec']['name']} | {about.get('minutes', '')} "
            f"| {goal.replace('|', chr(92) + '|')} |"
        )
    return "\n".join(rows) + "\n"


PAGES = {
    "commands": commands,
    "variables": variables,
    "lessons": lessons,
    "lesson-format": docstring("lessonkit"),
    "sync": docstring("workshop.sync.decide"),
    "promise": lambda: (ROOT / "packages/workshop/tests/sync/promise.md").read_text(encoding="utf-8"),
}


def write(folder: Path) -> None:
    """Write all pages into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, make in PAGES.items():
        (folder / f"{name}.md").write_text(make(), encoding="utf-8")


if __name__ == "__main__":
    sys.path[:0] = [str(path) for path in ROOT.glob("packages/*/src")]
    write(Path(sys.argv[1]))
