import json
from typing import Any

import pytest

from workshop.sync.merge import ConflictError, merge

from .bed import book, cell

A, B = cell("a", "a"), cell("b", "b")


def document(*cells: dict[str, Any], **metadata: Any) -> dict[str, Any]:
    made: dict[str, Any] = json.loads(book(*cells, **metadata))
    return made


def test_what_i_cleared_stays_cleared() -> None:
    base = document(cell("a", "a", ran="1"), B)
    merged = merge(base, document(A, B), document(cell("a", "a", ran="1"), cell("new", "b")))
    assert merged["cells"][0]["outputs"] == []


def test_outputs_whose_cell_got_another_text_go_to_the_cell_that_says_the_same() -> None:
    theirs = document(cell("new", "a"), cell("a", "copy"))
    merged = merge(document(A), document(cell("a", "a", ran="1")), theirs)
    assert [bool(each["outputs"]) for each in merged["cells"]] == [False, True]


def test_a_kernels_title_is_this_machines_and_its_name_is_a_choice() -> None:
    def with_kernel(name: str, title: str) -> dict[str, Any]:
        return document(A, kernelspec={"name": name, "display_name": title})

    base, mine = with_kernel("python3", "Python 3"), with_kernel("python3", "Mine")
    assert (
        merge(base, mine, with_kernel("python3", "Theirs"))["metadata"]["kernelspec"]["display_name"]
        == "Mine"
    )
    assert merge(base, mine, with_kernel("theano", "Theano"))["metadata"]["kernelspec"]["name"] == "theano"
    with pytest.raises(ConflictError, match="two kernels"):
        merge(base, with_kernel("tensorflow", "T"), with_kernel("theano", "Theano"))
