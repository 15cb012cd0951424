"""What is no notebook passes unchanged with one line of warning, one by one and in git's process."""

from __future__ import annotations

import json
from typing import Any

from output_filter.bed import (
    HELLO,
    OFFER,
    answers,
    code,
    document,
    request,
    serve,
    text,
)

RAN = text(code("a", ran=1), code("b", ran=2))
DEEP = b"[" * 50_000 + b"]" * 50_000 + b", "


def changed(**parts: Any) -> bytes:
    """Return a notebook that ran, with other values at its top; None takes the key away."""
    whole = document(code("a", ran=1)) | parts
    return json.dumps({key: value for key, value in whole.items() if value is not None}).encode()


def cell(**parts: Any) -> bytes:
    return changed(cells=[code("a", ran=1), code("b", ran=2) | parts])


MALFORMED: dict[str, bytes] = {
    "empty": b"",
    "a NUL": b"\0",
    "only a BOM": b"\xef\xbb\xbf",
    "a merge conflict": RAN.replace(b' "metadata"', b'<<<<<<< HEAD\n "metadata"', 1),
    "null": b"null",
    "a number": b"4",
    "a list": b"[]",
    "an empty object": b"{}",
    "NaN": b"NaN",
    "NaN in an output": RAN.replace(b'"text": [', b'"text": [NaN, ', 1),
    "a huge number": b"1" * 100_000,
    "nested 100,000 lists": b"[" * 100_000,
    "nested deep inside an output": RAN.replace(b'"text": [', b'"text": [' + DEEP, 1),
    "truncated in the middle": RAN[: len(RAN) // 2],
    "truncated in a character": text(code("é"))[: text(code("é")).index("é".encode()) + 1],
    "a NUL behind": RAN + b"\0",
    "UTF-16": RAN.decode().encode("utf-16"),
    "Latin-1": text(code("é", ran=1)).decode().encode("latin-1"),
    "a raw surrogate": RAN.replace(b"ran as", b"\xed\xa0\x80"),
    "a raw line break in a string": RAN.replace(b"ran as", b"ran\nas"),
    "a trailing comma in an object": RAN.replace(b'"nbformat_minor": 5', b'"nbformat_minor": 5,'),
    "a trailing comma in the cells": changed(cells=[]).replace(b'"cells": []', b'"cells": [{},]'),
    "cells twice": RAN.replace(b'"nbformat":', b'"cells": [], "nbformat":'),
    "outputs twice": RAN.replace(b'"outputs":', b'"outputs": [], "outputs":', 1),
    "outputs twice, spelt differently": RAN.replace(b'"outputs":', b'"out\\u0070uts": [], "outputs":', 1),
    "no nbformat": changed(nbformat=None),
    "nbformat 2": changed(nbformat=2),
    "nbformat 5": changed(nbformat=5),
    "nbformat 4.0": changed(nbformat=4.0),
    "nbformat as text": changed(nbformat="4"),
    "nbformat true": changed(nbformat=True),
    "nbformat of 5,000 digits": changed().replace(b'"nbformat": 4', b'"nbformat": ' + b"4" * 5000),
    "nbformat 3 with cells": changed(nbformat=3),
    "nbformat 4 with worksheets": changed(cells=None, worksheets=[{"cells": [code("a", ran=1)]}]),
    "both cells and worksheets": changed(worksheets=[]),
    "no cells": changed(cells=None),
    "cells an object": changed(cells={"a": code("a", ran=1)}),
    "a cell null": changed().replace(b'"cells": [', b'"cells": [null, '),
    "a cell text": changed(cells=[code("a", ran=1), "b"]),
    "a cell a list": changed(cells=[[code("a", ran=1)]]),
    "worksheets an object": changed(nbformat=3, cells=None, worksheets={"cells": []}),
    "a worksheet null": b'{"nbformat": 3, "metadata": {}, "worksheets": [null]}',
    "cells of a worksheet null": b'{"nbformat": 3, "metadata": {}, "worksheets": [{"cells": null}]}',
    "metadata a list": changed(metadata=[]),
    "outputs an object": cell(outputs={"a": 1}),
    "outputs null": cell(outputs=None),
    "a count as text": cell(execution_count="3"),
    "a count false": cell(execution_count=False),
    "a count as a list": cell(execution_count=[1]),
}
NAMES = list(MALFORMED)


def test_all_in_one_process_and_notebooks_between_them_are_cleaned() -> None:
    sent = [HELLO, OFFER]
    for name, data in MALFORMED.items():
        sent += [request(data, name.encode()), request(RAN)]
    done = serve(b"".join(sent))
    assert done.returncode == 0
    got = answers(done.stdout)
    assert got[::2] == list(MALFORMED.values())
    assert got[1::2] == [text(code("a"), code("b"))] * len(MALFORMED)
    lines = done.stderr.decode().splitlines()
    assert [line.split(": ")[1] for line in lines] == NAMES
    assert all("stored as it is, because it is no notebook" in line for line in lines)


def test_smudging_never_looks() -> None:
    done = serve(HELLO + OFFER + b"".join(request(data, command=b"smudge") for data in MALFORMED.values()))
    assert answers(done.stdout) == list(MALFORMED.values())
    assert done.stderr == b""


def test_a_name_cannot_break_the_line() -> None:
    name = "a\nb\x1b[2J é\udcff.ipynb".encode("utf-8", "surrogateescape")
    done = serve(HELLO + OFFER + request(b"", name))
    assert done.stderr.count(b"\n") == 1
    assert b"\x1b" not in done.stderr
    assert "é".encode() in done.stderr or b"\\xe9" in done.stderr
