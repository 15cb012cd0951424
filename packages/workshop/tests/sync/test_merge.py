import json
import random
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


def test_whoever_deals_ids_out_anew_no_edit_and_no_output_moves_or_is_lost() -> None:
    draw = random.Random(1)
    for _ in range(300):
        texts = [f"{letter} is a text of its own {letter * draw.randrange(9)}" for letter in "abcde"]
        names = {side: [*"vwxyz"] for side in ("base", "mine", "theirs")}
        for side in draw.choice([["mine"], ["theirs"], ["mine", "theirs"]]):
            draw.shuffle(names[side])
        one, other = draw.sample(range(5), 2)
        said = {side: [*texts] for side in names}
        said["mine"][one] += " mine"
        said["theirs"][other] += " theirs"
        base, mine, theirs = (
            document(*(cell(said[side][n], ids[n], ran="1" if side == "mine" else "") for n in range(5)))
            for side, ids in names.items()
        )
        merged = merge(base, mine, theirs)["cells"]
        wanted = [mine["cells"][place] for place in range(5)]
        wanted[other] = theirs["cells"][other]
        assert [(each["source"], each["outputs"]) for each in merged] == [
            (each["source"], each["outputs"]) for each in wanted
        ]
