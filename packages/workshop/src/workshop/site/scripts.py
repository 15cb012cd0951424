"""Plain scripts, for pages that must work from a thumb drive, too: ES modules, and handwritten digits.

A page that is opened as a file may load scripts, but neither modules nor data. What a module exports becomes
a property of ``window.workshopModules``, and what it imports is taken from there.
"""

from __future__ import annotations

import base64
import re
import zlib
from pathlib import Path

from workshop.core.errors import WorkshopError

NAMESPACE = "window.workshopModules"

_EXPORT = re.compile(r"^export (?:async )?(?:function|class|const) (\w+)", re.MULTILINE)
_IMPORT = re.compile(r'^import (\{[^}]*\}) from "\./[\w-]+\.js";$', re.MULTILINE)
_OTHER = re.compile(r"^(?:import|export)\b.*", re.MULTILINE)


def as_script(name: str, text: str) -> str:
    """Return the module ``text``, of the file ``name``, as a script.

    Raises WorkshopError when it imports or exports in a way that a script cannot follow.
    """
    names = _EXPORT.findall(text)
    body = _EXPORT.sub(lambda found: found[0].removeprefix("export "), text)
    body = _IMPORT.sub(rf"const \1 = {NAMESPACE};", body)
    if other := _OTHER.search(body):
        raise WorkshopError(
            f"{name}: {other[0]!r} cannot become a script; write 'export function|class|const NAME' "
            "and 'import { NAME } from \"./file.js\";'"
        )
    exported = f"{NAMESPACE} = Object.assign({NAMESPACE} ?? {{}}, {{ {', '.join(names)} }});"
    return f'// Made of {name}; do not edit.\n(function () {{\n"use strict";\n{body}\n{exported}\n}})();\n'


TRAIN, TEST = 8000, 1000
SIDE = 28
PICTURES_AT, LABELS_AT = 16, 8
"""Where the content of an IDX file begins: after its kind and its sizes (LeCun's description of MNIST)."""


PACKED = re.compile(rb'packed: "([A-Za-z0-9+/=]+)" };\n$')


def digits_script(mnist: Path, before: bytes = b"") -> bytes | None:
    """Return a script that puts digits into ``window.workshopDigits``; None when the data set is not there.

    The first 8,000 pictures to learn from and the first 1,000 to test on, as base64 of zlib's format:
    pictures of 28 by 28 bytes, 0 paper and 255 ink, then one byte a label.

    before: an earlier script; what it holds packed is not packed anew, which takes longer than all else.
    """
    try:
        parts = [
            (_after(mnist / "train-images-idx3-ubyte", PICTURES_AT, TRAIN * SIDE * SIDE)),
            (_after(mnist / "t10k-images-idx3-ubyte", PICTURES_AT, TEST * SIDE * SIDE)),
            (_after(mnist / "train-labels-idx1-ubyte", LABELS_AT, TRAIN)),
            (_after(mnist / "t10k-labels-idx1-ubyte", LABELS_AT, TEST)),
        ]
    except OSError:
        return None
    content = b"".join(parts)
    packed = _packed_in(before, content) or base64.b64encode(zlib.compress(content, 6)).decode()
    return (
        "// Made by 'workshop web build' from MNIST; do not edit.\n"
        f'window.workshopDigits = {{ train: {TRAIN}, test: {TEST}, side: {SIDE}, packed: "{packed}" }};\n'
    ).encode()


def _packed_in(script: bytes, content: bytes) -> str:
    """Return the packed part of an earlier script if it is this content; empty where it is not."""
    found = PACKED.search(script)
    if found is None:
        return ""
    unpacker = zlib.decompressobj()
    try:
        is_same = unpacker.decompress(base64.b64decode(found[1]), len(content) + 1) == content
    except (ValueError, zlib.error):
        return ""
    return found[1].decode() if is_same and unpacker.eof and not unpacker.unused_data else ""


def _after(path: Path, start: int, count: int) -> bytes:
    with path.open("rb") as file:
        file.seek(start)
        return file.read(count)
