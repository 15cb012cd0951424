#!/usr/bin/env python3
"""Write the generated pages of the manual: commands, variables, lessons, proofs, the sync table.

``docs/conf.py`` calls ``write`` for each build. By hand, in the environment of ``locks/docs.txt``:
``tools/manual_pages.py FOLDER``.
"""

from __future__ import annotations

import importlib
import json
import re
import sys
import tomllib
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


SPINE = (
    "0-basics/20-backpropagation",
    "1-mnist/10-mlp",
    "1-mnist/20-cnn",
    "1-mnist/35-pytorch",
    "1-mnist/37-training-craft",
    "1-mnist/40-residual",
    "2-imagenet/30-efficientnet",
    "3-commerce/20-fine-tuning",
    "5-bubble-breaker/20-policy-gradient",
    "6-text/50-tokens",
    "6-text/60-language-model",
    "6-text/70-following-instructions",
    "7-make/30-diffusion",
    "7-make/40-attention",
    "8-since/20-is-it-good",
)
"""The lessons that a teacher's page is written for."""
MOST_WRONG = 4
"""How many wrong answers are listed for an exercise; the most telling ones stand first in its file."""
EXERCISE = re.compile(r"%load \.\./solutions/([a-z0-9-]+)\.py")
WRONG = re.compile(r"^# %% wrong: (.+)$", re.MULTILINE)
FOLDED = re.compile(r"<summary>(?:\d+\. )?(.+?)</summary>")


def teaching() -> str:
    """Return what a teacher wants to know of each lesson of the spine, all of it read from the lesson."""
    parts = []
    for name in SPINE:
        notebook = json.loads((ROOT / f"notebooks/{name}.ipynb").read_text(encoding="utf-8"))
        about = notebook["metadata"]["lessonkit"]
        texts = ["".join(cell["source"]) for cell in notebook["cells"]]
        goal = re.search(r"\*\*You will learn\*\* (.+?[.:])(?= |$)", " ".join(texts[0].split()))
        rows = []
        for text in texts:
            for exercise in EXERCISE.findall(text):
                answers = ROOT / f"notebooks/solutions/answers/{exercise}.py"
                found = WRONG.findall(answers.read_text(encoding="utf-8")) if answers.exists() else []
                heading = re.search(r"^### (?:Exercise: )?(.+)$", text, re.MULTILINE)
                rows.append(f"| {heading[1] if heading else exercise} | {'; '.join(found[:MOST_WRONG])} |")
        asked = [question for text in texts if "uestions" in text for question in FOLDED.findall(text)]
        sections = [
            section
            for text in texts
            if not text.startswith("◆")
            for section in re.findall(r"^## \d+ · (.+)$", text, re.MULTILINE)
        ]
        parts += [f"## {about['title']}\n", f"`{name}`, {about['minutes']} minutes.\n"]
        parts += [f"**Aims.** {goal[1][0].upper()}{goal[1][1:]}\n"] if goal else []
        parts += [f"**A question for the room.** {asked[0]}\n"] if asked else []
        parts += [f"**When time is short**, run the cells with ◆ and leave out: {'; '.join(sections)}.\n"]
        parts += ["| exercise | wrong answers that its check explains |", "|---|---|", *rows, ""]
    return "\n".join(parts)


UNKNOWN = {"result": "no record", "date": "", "commit": ""}
RELEASE_TEST = re.compile(r"^  ([a-z0-9-]+(?: \| [a-z0-9-]+)*)\)", re.MULTILINE)


def proofs() -> str:
    """Return how each release test ended last, from what ``tools/testbed/release.bash`` wrote down."""
    script = (ROOT / "tools/testbed/release.bash").read_text(encoding="utf-8")
    names = [name for found in RELEASE_TEST.findall(script) for name in found.split(" | ")]
    known = tomllib.loads((ROOT / "docs/proofs.toml").read_text(encoding="utf-8"))
    rows = [
        f"| `{name}` | {ended['result']} | {ended['date']} | {ended['commit']} |"
        for name in names
        for ended in [known.get(name, UNKNOWN)]
    ]
    return "\n".join(["| release test | result | date | commit |", "|---|---|---|---|", *rows, ""])


PAGES = {
    "proofs": proofs,
    "commands": commands,
    "variables": variables,
    "lessons": lessons,
    "teaching": teaching,
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
    if len(sys.argv) != 2 or sys.argv[1].startswith("-"):
        sys.exit("usage: tools/manual_pages.py FOLDER")
    sys.path[:0] = [str(path) for path in ROOT.glob("packages/*/src")]
    write(Path(sys.argv[1]))
