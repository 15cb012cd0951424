import json

import pytest

from workshop.sync.merge import NotANotebookError, Version, read_notebook

from .bed import notebook


def changed(data: bytes, **metadata: object) -> bytes:
    document = json.loads(data)
    document["metadata"].update(metadata)
    return json.dumps(document).encode()


SAME = {
    "run": notebook("1", "2", outputs=True),
    "reformatted": json.dumps(json.loads(notebook("1", "2")), indent=4).encode(),
    "byte-order mark": b"\xef\xbb\xbf" + notebook("1", "2"),
    "line ends": notebook("1", "2").replace(b"\n", b"\r\n"),
    "language info": changed(notebook("1", "2"), language_info={"version": "3.11.9"}),
}
OTHER = {
    "a source": notebook("1", "3"),
    "one more cell": notebook("1", "2", ""),
    "the order": notebook("2", "1"),
    "a tag": notebook("1", "2").replace(b'"metadata": {}', b'"metadata": {"tags": ["x"]}', 1),
    "the kernel": changed(notebook("1", "2"), kernelspec={"name": "theano"}),
    "half a file": notebook("1", "2")[:-20],
    "nothing": b"",
}


@pytest.mark.parametrize("how", SAME)
def test_what_running_and_editors_do_is_no_change(how: str) -> None:
    assert Version(SAME[how]).meaning == Version(notebook("1", "2")).meaning


@pytest.mark.parametrize("what", OTHER)
def test_what_a_person_does_is_a_change(what: str) -> None:
    assert Version(OTHER[what]).meaning != Version(notebook("1", "2")).meaning


def test_a_kernels_title_is_no_change_but_its_name_is() -> None:
    here = Version(changed(notebook("1"), kernelspec={"name": "theano", "display_name": "Theano"}))
    there = Version(changed(notebook("1"), kernelspec={"name": "theano", "display_name": "Python 3"}))
    other = Version(changed(notebook("1"), kernelspec={"name": "python3", "display_name": "Theano"}))
    assert here.meaning == there.meaning != other.meaning


@pytest.mark.parametrize("data", [b"\0\r\n", b"\xff\xfe\r\n\0"])
def test_binary_data_is_compared_byte_by_byte(data: bytes) -> None:
    assert Version(data).meaning != Version(data.replace(b"\r\n", b"\n")).meaning


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"[]",
        b"{}",
        b"{",
        b"\xff",
        b'{"nbformat": 3}',
        b'{"nbformat": 4, "cells": 1}',
        b'{"nbformat": 4, "cells": [1]}',
    ],
)
def test_what_is_no_notebook_is_none(data: bytes) -> None:
    with pytest.raises(NotANotebookError):
        read_notebook(data)
    assert Version(data).notebook is None
