"""Networks as files: plain arrays and a few facts; nothing in them can run code when they are read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any

from workshop.core.errors import WorkshopError
from workshop.teach import checkpoints
from workshop.teach.charmodel.alphabet import Alphabet
from workshop.teach.charmodel.network import Form, Network


def facts(network: Network, alphabet: Alphabet, more: Mapping[str, object] | None = None) -> dict[str, Any]:
    """Return what a file has to say so that the network can be built again, and ``more``."""
    known = {"alphabet": alphabet.characters, "unknown": alphabet.unknown}
    return {**network.facts(), **known, **(more or {})}


def save(
    path: Path,
    network: Network,
    alphabet: Alphabet,
    more: Mapping[str, object] | None = None,
    *,
    half: bool = False,
) -> Path:
    """Write a network into an ``.npz`` file; return it. ``half`` keeps 16 bits of each weight."""
    values = network.values()
    return checkpoints.write(
        path, checkpoints.halved(values) if half else values, facts(network, alphabet, more)
    )


def load(path: Path) -> tuple[Network, Alphabet, dict[str, Any]]:
    """Read a network, its alphabet and all facts.

    Raises WorkshopError when the file is missing, damaged or not of such a network.
    """
    arrays, known = checkpoints.load(path)
    return build(arrays, known, str(path))


def build(
    arrays: checkpoints.Arrays, known: dict[str, Any], name: str
) -> tuple[Network, Alphabet, dict[str, Any]]:
    """Return what ``load`` does, of what ``checkpoints.rejoin`` gives; ``name`` is for messages."""
    try:
        form = Form(**{field.name: known[field.name] for field in fields(Form)})
        alphabet = Alphabet(str(known["alphabet"]), unknown=bool(known["unknown"]))
        if len(alphabet) != form.characters:
            raise ValueError(f"its alphabet has {len(alphabet)} characters, its network {form.characters}")
        network = Network(form)
        network.take(arrays)
    except (KeyError, TypeError, ValueError) as error:
        raise WorkshopError(f"{name} is not a network that writes ({error}); train it again") from error
    return network, alphabet, known
