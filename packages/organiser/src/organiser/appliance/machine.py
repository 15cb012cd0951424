"""The virtual machine's size and ports, as the checkout states them in ``machine.yml``."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from workshop.core.errors import WorkshopError
from workshop.core.settings import find_checkout

FILE = "machine.yml"
LOCAL = "machine.local.yml"
"""Beside the first; what it states wins, key by key."""
KEY = "workshop_machine"
NAME = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")
"""A host name's label: the name is one inside the machine, a file's name and VirtualBox's name."""


@dataclass(frozen=True)
class Forward:
    """One port of the guest that the host can reach on its own 127.0.0.1."""

    name: str
    guest: int
    host: int


@dataclass(frozen=True)
class Machine:
    """What VirtualBox and Vagrant are told about the virtual machine."""

    name: str
    memory: int
    """MiB."""
    cpus: int
    forwards: tuple[Forward, ...]


def load_machine(checkout: Path | None = None) -> Machine:
    """Read the machine from a checkout; by default from the one of this code.

    Raises WorkshopError, which names the file and the setting, when something is missing or wrong.
    """
    folder = checkout or find_checkout(FILE)
    local = folder / LOCAL
    stated = _read(folder / FILE)
    where = FILE
    if local.is_file():
        own = _read(local)
        if unknown := sorted(str(key) for key in own.keys() - stated.keys()):
            raise WorkshopError(f"{LOCAL}: unknown: {', '.join(unknown)}; known: {', '.join(stated)}")
        stated |= own
        where = f"{FILE} with {LOCAL}"
    return parse_machine(stated, where)


def _read(path: Path) -> dict[str, Any]:
    """Return the settings of one file."""
    try:
        document = yaml.safe_load(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise WorkshopError(f"cannot read {path}: {error.strerror}") from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        line = str(error).splitlines()[0]
        raise WorkshopError(f"{path} is not YAML ({line}); correct it") from error
    settings = document.get(KEY) if isinstance(document, dict) else None
    if not isinstance(settings, dict):
        raise WorkshopError(f"{path} has no settings below {KEY}; see {FILE} of a fresh checkout")
    return settings


def parse_machine(stated: Mapping[str, Any], where: str) -> Machine:
    """Return the machine that ``stated`` describes; ``where`` is named in a WorkshopError.

    Settings that only Vagrant reads are left out.
    """
    _expect_fields(stated, Machine, where)
    name = stated["name"]
    if not (isinstance(name, str) and NAME.fullmatch(name)):
        raise WorkshopError(f"{where}: name must be small letters, digits and hyphens, not {name!r}")
    memory = _number(stated, "memory", 512, 65536, where)
    cpus = _number(stated, "cpus", 1, 32, where)
    rules = stated["forwards"]
    if not isinstance(rules, list):
        raise WorkshopError(f"{where}: forwards must be a list, not {rules!r}")
    forwards = tuple(_parse_forward(rule, f"{where}: forwards") for rule in rules)
    for each in ("name", "guest", "host"):
        _expect_unique([getattr(rule, each) for rule in forwards], each, where)
    return Machine(name, memory, cpus, forwards)


def _parse_forward(rule: Any, where: str) -> Forward:
    if not isinstance(rule, dict):
        raise WorkshopError(f"{where}: each must have name, guest and host, not {rule!r}")
    _expect_fields(rule, Forward, where)
    name = rule["name"]
    if not (isinstance(name, str) and NAME.fullmatch(name)):
        raise WorkshopError(f"{where}: name must be small letters, digits and hyphens, not {name!r}")
    return Forward(name, _number(rule, "guest", 1, 65535, where), _number(rule, "host", 1024, 65535, where))


def _expect_fields(stated: Mapping[str, Any], kind: type, where: str) -> None:
    """Raise WorkshopError when a field is missing."""
    if missing := [field.name for field in dataclasses.fields(kind) if field.name not in stated]:
        raise WorkshopError(f"{where}: {', '.join(missing)} missing")


def _number(stated: Mapping[str, Any], name: str, least: int, most: int, where: str) -> int:
    value = stated[name]
    if type(value) is int and least <= value <= most:
        return value
    raise WorkshopError(f"{where}: {name} must be a whole number from {least} to {most}, not {value!r}")


def _expect_unique(values: list[Any], what: str, where: str) -> None:
    if twice := sorted({str(value) for value in values if values.count(value) > 1}):
        raise WorkshopError(f"{where}: two forwards have the same {what}: {', '.join(twice)}")
