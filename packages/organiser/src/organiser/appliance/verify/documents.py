"""The documents of an image, as its readers take them, who are programs in Go.

Go's JSON takes the last of two equal keys, and any mixture of capitals for a key. So there are only the keys
that ours have, written as ours are: what else a runtime or builder would act on is in none.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from organiser.image import layout

Check = Callable[[Any], bool]
LONGEST_LABEL = 4096
DATE = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z")


def loads(data: bytes) -> Any:
    """Return what a document says; ValueError when it is none that all readers take alike."""
    return json.loads(data.decode("utf-8"), object_pairs_hook=_unique, parse_constant=_refused)


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    folded = {key.casefold() for key, _ in pairs}
    if len(folded) != len(pairs):
        raise ValueError("it has a key twice, or in small letters and in capitals")
    return dict(pairs)


def _refused(word: str) -> Any:
    raise ValueError(f"{word} is no JSON")


def mapping(said: object) -> dict[str, Any]:
    """Return what has keys; nothing for what has none."""
    return said if isinstance(said, dict) else {}


def _is(*values: object) -> Check:
    # True equals 1 in Python, and nowhere else.
    return lambda said: any(type(said) is type(value) and said == value for value in values)


def _any(_: object) -> bool:
    return True


def _is_word(said: object) -> bool:
    return isinstance(said, str) and said.isprintable() and len(said) <= LONGEST_LABEL


def _is_date(said: object) -> bool:
    return isinstance(said, str) and DATE.fullmatch(said) is not None


def _has_words(*keys: str) -> Check:
    return lambda said: (
        isinstance(said, dict) and all(key in keys and _is_word(value) for key, value in said.items())
    )


_LABELS = _has_words(*(f"{layout.LABEL}{name}" for name in layout.LABELS), layout.VARIANT)
# What a checker with a reason of its own looks at is any here.
_DESCRIPTOR: Mapping[str, Check] = {"mediaType": _any, "digest": _any, "size": _any}
FORMS: dict[str, Mapping[str, Check]] = {
    "an index": {"schemaVersion": _is(2), "mediaType": _is(layout.INDEX), "manifests": _any},
    "an entry": {**_DESCRIPTOR, "platform": _any, "annotations": _has_words(layout.REFERENCE)},
    "a descriptor": _DESCRIPTOR,
    "a manifest": {
        "schemaVersion": _is(2), "mediaType": _is(layout.MANIFEST), "config": _any, "layers": _any,
        "annotations": _LABELS,
    },
    "a configuration": {
        "created": _is_date, "architecture": _any, "os": _any, "config": _any, "rootfs": _any,
        "history": _any,
    },
    "the sums of layers": {"type": _is("layers"), "diff_ids": _any},
    "a step of the history": {"created": _is_date, "created_by": _is_word},
    "what is started": {
        "User": _any, "ExposedPorts": _any, "Env": _any, "Entrypoint": _any,
        "WorkingDir": _is(f"/{layout.HOME}"), "Labels": _LABELS, "StopSignal": _any, "Healthcheck": _any,
    },
}  # fmt: skip
"""The keys of each kind of document, and what each may say. No other key is in one of ours."""


def faults(kind: str, said: object) -> Iterator[str]:
    """Yield what no document of ours of that kind says."""
    if not isinstance(said, dict):
        yield f"{kind} is none"
        return
    form = FORMS[kind]
    for key, value in said.items():
        if key not in form:
            yield f"{kind} has the key {key[:80]!r}, which none of ours has"
        elif not form[key](value):
            yield f"{kind} says another {key} than ours: {str(value)[:200]!r}"


def of_configuration(config: dict[str, Any]) -> Iterator[str]:
    """Yield what no configuration of ours says, with all that is in it."""
    yield from faults("a configuration", config)
    yield from faults("the sums of layers", config.get("rootfs"))
    yield from faults("what is started", config.get("config"))
    history = config.get("history", [])
    for step in history if isinstance(history, list) else [None]:
        yield from faults("a step of the history", step)
