#!/usr/bin/env python3
"""Write the arguments table of every role's README.md from its argument specs and defaults.

A role's arguments are declared in ``meta/argument_specs.yml``, their defaults
in ``defaults/main.yml``, those of variables that several roles share in that of the
role ``workshop``; the README shows both between two marker lines. Needs PyYAML only.

usage: tools/role_readmes.py [--check] [--roles FOLDER]

Exit 0: the READMEs are up to date (or were brought up to date). 1: one drifted (``--check``), or the
specs and the defaults of a role contradict each other; each fault is named in one line.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

START = "<!-- arguments:start -->"
END = "<!-- arguments:end -->"
SHARED = "workshop_"  # variables of several roles; their defaults are those of the role below
SHARED_ROLE = "workshop"
HEADER = ("Variable", "Type", "Default", "Required", "Choices", "Description")


class RoleFaultError(Exception):
    """A role's files cannot be read or contradict each other; the message holds one line a fault."""


def load_yaml(path: Path) -> dict[str, Any]:
    """Return the mapping in a YAML file, {} for an empty or missing one.

    Raises RoleFaultError when the file is not YAML or holds something else than a mapping.
    """
    if not path.exists():
        return {}
    try:
        document = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise RoleFaultError(f"{path}: not YAML: {' '.join(str(error).split())}") from error
    if document is None:
        return {}
    if not isinstance(document, dict):
        raise RoleFaultError(f"{path}: expected a mapping")
    return document


def load_options(path: Path) -> dict[str, dict[str, Any]]:
    """Return the options of all entry points of an argument_specs.yml, those of ``main`` first."""
    entries = load_yaml(path).get("argument_specs")
    if not isinstance(entries, dict) or not isinstance(entries.get("main"), dict):
        raise RoleFaultError(f"{path}: has no argument_specs.main")
    options: dict[str, dict[str, Any]] = {}
    for entry in (entries["main"], *entries.values()):
        for name, spec in (entry.get("options") or {}).items():
            if not isinstance(spec, dict):
                raise RoleFaultError(f"{path}: {name}: expected a mapping with type and description")
            options.setdefault(name, spec)
    return options


def faults(role: Path, options: dict[str, dict[str, Any]], defaults: dict[str, Any]) -> Iterator[str]:
    """Yield one line for each contradiction between a role's specs and its defaults."""
    for name in defaults:
        if name not in options and not name.startswith("__"):
            yield f"{role.name}: {name} has a default but no entry in meta/argument_specs.yml"
    for name, spec in options.items():
        required = bool(spec.get("required", False))
        shared = name.startswith(SHARED)
        if "description" not in spec:
            yield f"{role.name}: {name} has no description in meta/argument_specs.yml"
        if required and name in defaults:
            yield f"{role.name}: {name} is required, so its default in defaults/main.yml is never used"
        if not required and not shared and name not in defaults:
            yield f"{role.name}: {name} is not required, so it needs a default in defaults/main.yml"
        if "default" in spec and name in defaults and spec["default"] != defaults[name]:
            yield (
                f"{role.name}: {name}: the default in meta/argument_specs.yml ({spec['default']!r}) "
                f"is not the one in defaults/main.yml ({defaults[name]!r})"
            )


def as_code(value: Any) -> str:
    """Return a value as inline code that keeps a Markdown table whole."""
    text = value if isinstance(value, str) else yaml.safe_dump(value, default_flow_style=True, width=10_000)
    text = " ".join(text.removesuffix("...\n").split())
    if not text:
        return '`""`'
    fence = "``" if "`" in text else "`"
    return f"{fence}{text}{fence}".replace("|", r"\|")


def as_prose(value: Any) -> str:
    """Return a description (a string or a list of paragraphs) as one table cell."""
    paragraphs = value if isinstance(value, list) else [value]
    return " ".join(" ".join(str(part).split()) for part in paragraphs).replace("|", r"\|")


def type_of(spec: dict[str, Any]) -> str:
    """Return the type of an option, with that of its elements."""
    kind = spec.get("type", "str")
    return f"{kind} of {spec['elements']}" if "elements" in spec else str(kind)


def table(options: dict[str, dict[str, Any]], defaults: dict[str, Any]) -> str:
    """Return the Markdown table of a role's arguments, in the order of the specs."""
    if not options:
        return "This role takes no arguments."
    rows = [HEADER, tuple("---" for _ in HEADER)]
    for name, spec in options.items():
        default = defaults.get(name, spec.get("default"))
        rows.append(
            (
                f"`{name}`",
                type_of(spec),
                as_code(default) if default is not None else "",
                "yes" if spec.get("required") and name not in defaults else "no",
                ", ".join(as_code(choice) for choice in spec.get("choices", [])),
                as_prose(spec.get("description", "")),
            )
        )
    return "\n".join("| " + " | ".join(row) + " |" for row in rows)


def with_table(readme: Path, new_table: str) -> str:
    """Return the README's text with the table between its markers replaced."""
    try:
        text = readme.read_text(encoding="utf-8")
    except OSError as error:
        raise RoleFaultError(
            f"{readme}: {error.strerror}; write one with the line {START}, then {END}"
        ) from error
    if text.count(START) != 1 or text.count(END) != 1 or text.index(START) > text.index(END):
        raise RoleFaultError(f"{readme}: needs the line {START} once, and after it {END} once")
    before, rest = text.split(START)
    after = rest.split(END)[1]
    return f"{before}{START}\n\n{new_table}\n\n{END}{after}"


def new_readme(role: Path) -> str:
    """Return what a role's README.md should hold; raises RoleFaultError naming each contradiction."""
    options = load_options(role / "meta/argument_specs.yml")
    defaults = load_yaml(role / "defaults/main.yml")
    if found := list(faults(role, options, defaults)):
        raise RoleFaultError("\n".join(found))
    shared = load_yaml(role.parent / SHARED_ROLE / "defaults/main.yml")
    return with_table(role / "README.md", table(options, shared | defaults))


def write(path: Path, text: str) -> None:
    """Replace a file in one step, so that a kill leaves the old one or the new one."""
    beside = path.with_name(f".{path.name}.new")
    with beside.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)


def main(arguments: list[str] | None = None) -> int:
    """Check or write every role's README.md; return the exit status."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 when a README drifted")
    parser.add_argument(
        "--roles",
        type=Path,
        default=Path(__file__).resolve().parent.parent / "roles",
        help="folder of the roles",
    )
    options = parser.parse_args(arguments)
    roles = sorted(path.parent.parent for path in options.roles.glob("*/meta/argument_specs.yml"))
    unspecified = sorted(path.parent.parent for path in options.roles.glob("*/tasks/main.yml"))
    complaints = [f"{role.name}: has no meta/argument_specs.yml" for role in unspecified if role not in roles]
    for role in roles:
        try:
            text = new_readme(role)
        except RoleFaultError as error:
            complaints.append(str(error))
            continue
        readme = role / "README.md"
        if readme.read_text(encoding="utf-8") == text:
            continue
        if options.check:
            complaints.append(f"{readme}: its arguments table drifted; run tools/role_readmes.py")
        else:
            write(readme, text)
            print(f"wrote {readme}")
    if not roles and not complaints:
        complaints.append(f"{options.roles}: holds no roles")
    for complaint in complaints:
        print(complaint, file=sys.stderr)
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main())
