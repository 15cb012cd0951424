#!/usr/bin/env python3
"""Print what ansible-playbook's -e words say of the variables that local mode needs before Ansible is there.

usage: read-extra-vars.py NAME,NAME… WORD…: the words are those of ansible-playbook. Prints name and value in
turn, each ended by a NUL; as for Ansible, the last word wins. Reads NAME=VALUE, JSON, and files of JSON or
YAML (@FILE). Of YAML it understands what a list of settings needs, a line each, and refuses any other value:
it must not guess. It also refuses a secret that is not in a file. Without a NAME ("") that is all it does.
"""

import json
import re
import shlex
import sys
from collections.abc import Iterator
from pathlib import Path

ROLES = Path(__file__).resolve().parents[1] / "roles"
SECRET = re.compile(r"^ {6}(\w+):\n(?: {8}.*\n)*? {8}no_log: true$", re.MULTILINE)
"""An argument that its role's specification calls secret."""


class UnreadableError(Exception):
    """One line: what cannot be read, and what to do."""


def extra_vars(words: list[str]) -> Iterator[str]:
    """Yield what stands behind each -e."""
    rest = iter(words)
    for word in rest:
        if word in ("-e", "--extra-vars"):
            yield next(rest, "")
        elif word.startswith("--extra-vars="):
            yield word.partition("=")[2]
        elif word.startswith("-e"):
            yield word[2:]


def refuse_secrets(texts: list[str]) -> None:
    """Raise UnreadableError for a word that holds a secret itself: every account can read command lines."""
    secrets: set[str] = set()
    for file in ROLES.glob("*/meta/argument_specs.yml"):
        secrets.update(SECRET.findall(file.read_text(encoding="utf-8")))
    given = re.compile(rf"""(?<!\w)({"|".join(sorted(secrets))})["']?\s*[=:]""")
    for text in texts:
        if not text.startswith("@") and (found := given.search(text)):
            raise UnreadableError(
                f"{found[1]} is secret, and every account can read command lines; "
                "give it in a file that only you can read (-e @FILE)"
            )


def read(text: str, wanted: list[str]) -> dict[str, str]:
    """Return the wanted variables of one -e word."""
    if text.startswith("@"):
        return read_file(Path(text[1:]).expanduser(), wanted)
    if text.startswith(("{", "[")):
        return read_structure(text, wanted, "the words after -e")
    try:
        pairs = [word.partition("=") for word in shlex.split(text)]
    except ValueError:
        return {}  # Ansible says what is wrong with it
    return {name: plain(name, value) for name, _, value in pairs if name in wanted}


def read_file(file: Path, wanted: list[str]) -> dict[str, str]:
    """Return the wanted variables of a file of JSON or YAML."""
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UnreadableError(f"cannot read {file} (-e @{file}): {error}") from None
    # What is encrypted is secret, and not where things lie.
    if text.startswith("$ANSIBLE_VAULT"):
        return {}
    return read_structure(text, wanted, str(file))


def read_structure(text: str, wanted: list[str], where: str) -> dict[str, str]:
    """Return the wanted variables of JSON, or of YAML with a line each."""
    try:
        found = json.loads(text)
    except ValueError:
        return dict(read_lines(text, wanted, where))
    if not isinstance(found, dict):
        return {}
    return {name: plain(name, found[name]) for name in wanted if name in found}


def read_lines(text: str, wanted: list[str], where: str) -> Iterator[tuple[str, str]]:
    """Yield the wanted variables of YAML: `name: value` at the beginning of a line, or within { }."""
    flow = text.lstrip().startswith("{")
    names = "|".join(map(re.escape, wanted))
    start, end = (r"(?:^|[{,])\s*", r"(?=[,}\n]|$)") if flow else ("^", "$")
    line = re.compile(rf"""{start}["']?({names})["']?\s*:(?:[ \t]+(.*?))?{end}""", re.MULTILINE)
    for name, value in line.findall(text):
        quoted = re.fullmatch(r"""(['"])((?:(?!\1|\\).)*)\1\s*(?:#.*)?""", value)
        value = quoted[2] if quoted else re.sub(r"(^|\s+)#.*$", "", value).strip()
        if not quoted and (re.match(r"""[|>&*!%@`'"\[{]""", value) or value in ("", "~", "null")):
            raise UnreadableError(
                f"{name} in {where} must be a plain value on its line, for set-up needs it before Ansible"
            )
        yield name, plain(name, value)


def plain(name: str, value: object) -> str:
    """Return a value as text; refuse what only Ansible could work out."""
    if not isinstance(value, (str, int)) or "{{" in str(value):
        raise UnreadableError(f"{name} must be written out, for set-up reads it before Ansible is there")
    return str(value)


def main() -> int:
    """Print what was found."""
    wanted = list(filter(None, sys.argv[1].split(",")))
    texts = list(extra_vars(sys.argv[2:]))
    found: dict[str, str] = {}
    try:
        refuse_secrets(texts)
        for text in texts if wanted else []:
            found |= read(text, wanted)
    except UnreadableError as error:
        print(error, file=sys.stderr)
        return 1
    for name, value in found.items():
        sys.stdout.write(f"{name}\0{value}\0")
    return 0


if __name__ == "__main__":
    sys.exit(main())
