"""Rows 1 to 18, and 94, of the promise: what is in a notebook."""

import json

import pytest

from sync.bed import Bed, book, cell, cells_of, notebook

A, B, C = cell("a", "a"), cell("b", "b"), cell("c", "c")


def test_01_what_only_the_organiser_changed_is_updated(bed: Bed) -> None:
    assert bed.both_change(book(A, B), book(A, B), book(A, cell("new", "b"))) == {"a.ipynb": "updated"}
    assert bed.read("a.ipynb") == book(A, cell("new", "b"))


def test_02_edits_of_different_cells_are_merged(bed: Bed) -> None:
    actions = bed.both_change(book(A, B, C), book(cell("mine", "a"), B, C), book(A, B, cell("new", "c")))
    assert actions == {"a.ipynb": "merged"}
    assert bed.cells() == [("mine", ""), ("b", ""), ("new", "")]


def test_03_edits_of_the_same_cell_leave_mine_and_bring_theirs_beside(bed: Bed) -> None:
    mine, theirs = book(A, cell("mine", "b"), indent=3), book(cell("new a", "a"), cell("new", "b"))
    assert bed.both_change(book(A, B), mine, theirs) == {"a.ipynb": "beside"}
    assert bed.read("a.ipynb") == mine
    assert bed.beside() == theirs


def test_04_edits_of_adjacent_cells_are_merged(bed: Bed) -> None:
    actions = bed.both_change(book(A, B), book(cell("mine", "a"), B), book(A, cell("new", "b")))
    assert actions == {"a.ipynb": "merged"}
    assert bed.cells() == [("mine", ""), ("new", "")]


def test_05_outputs_of_unchanged_cells_outlive_an_update(bed: Bed) -> None:
    ran = book(cell("a", "a", ran="1"), cell("b", "b", ran="2"))
    assert bed.both_change(book(A, B), ran, book(A, cell("new", "b"))) == {"a.ipynb": "updated"}
    assert bed.cells() == [("a", "1"), ("new", "")]


def test_06_my_outputs_win_when_both_ran_it(bed: Bed) -> None:
    mine = book(cell("a", "a", ran="mine"), cell("b", "b", ran="mine"))
    theirs = book(cell("a", "a", ran="theirs"), cell("new", "b", ran="theirs"))
    assert bed.both_change(book(A, B), mine, theirs) == {"a.ipynb": "updated"}
    assert bed.cells() == [("a", "mine"), ("new", "theirs")]


def test_06_nothing_but_outputs_on_both_sides_leaves_my_file(bed: Bed) -> None:
    mine = book(cell("a", "a", ran="mine"))
    assert bed.both_change(book(A), mine, book(cell("a", "a", ran="theirs"))) == {"a.ipynb": "kept"}
    assert bed.read("a.ipynb") == mine


def test_07_a_cell_is_inserted_into_a_notebook_that_i_ran(bed: Bed) -> None:
    ran = book(cell("a", "a", ran="1"), cell("b", "b", ran="2"))
    assert bed.both_change(book(A, B), ran, book(A, cell("new", "n"), B)) == {"a.ipynb": "updated"}
    assert bed.cells() == [("a", "1"), ("new", ""), ("b", "2")]


def test_08_both_inserted_at_one_spot(bed: Bed) -> None:
    mine = book(A, cell("mine 1", "m1"), cell("mine 2", "m2"), B)
    theirs = book(A, cell("new 1", "n1"), cell("new 2", "n2"), B)
    assert bed.both_change(book(A, B), mine, theirs) == {"a.ipynb": "merged"}
    assert [text for text, _ in bed.cells()] == ["a", "new 1", "new 2", "mine 1", "mine 2", "b"]


def test_09_both_appended(bed: Bed) -> None:
    mine, theirs = book(A, cell("mine", "m", ran="1")), book(A, cell("new", "n"))
    assert bed.both_change(book(A), mine, theirs) == {"a.ipynb": "merged"}
    assert bed.cells() == [("a", ""), ("new", ""), ("mine", "1")]


def test_09_both_appended_under_one_id(bed: Bed) -> None:
    assert bed.both_change(notebook("a"), notebook("a", "m"), notebook("a", "n")) == {"a.ipynb": "merged"}
    assert bed.cells() == [("a", ""), ("n", ""), ("m", "")]


def test_10_an_edited_cell_outlives_its_deletion(bed: Bed) -> None:
    actions = bed.both_change(book(A, B, C), book(A, cell("mine", "b"), C), book(A, cell("new", "c")))
    assert actions == {"a.ipynb": "merged"}
    assert bed.cells() == [("a", ""), ("mine", ""), ("new", "")]


def test_10_a_cell_that_i_only_ran_goes_when_it_was_deleted(bed: Bed) -> None:
    ran = book(cell("a", "a", ran="1"), cell("b", "b", ran="2"))
    assert bed.both_change(book(A, B), ran, book(A)) == {"a.ipynb": "updated"}
    assert bed.cells() == [("a", "1")]
    assert ran in bed.backups()


def test_11_their_order_with_my_edits(bed: Bed) -> None:
    actions = bed.both_change(book(A, B, C), book(A, cell("mine", "b"), C), book(C, B, A))
    assert actions == {"a.ipynb": "merged"}
    assert bed.cells() == [("c", ""), ("mine", ""), ("a", "")]


def test_11_my_order_with_their_edits(bed: Bed) -> None:
    theirs = book(A, cell("n", "n"), B, cell("new", "c"))
    assert bed.both_change(book(A, B, C), book(C, A, B), theirs) == {"a.ipynb": "merged"}
    assert bed.cells() == [("new", ""), ("a", ""), ("n", ""), ("b", "")]


def test_11_two_new_orders_come_beside(bed: Bed) -> None:
    assert bed.both_change(book(A, B, C), book(C, A, B), book(B, A, C)) == {"a.ipynb": "beside"}


def test_12_settings_of_both_are_merged(bed: Bed) -> None:
    mine = book(A, cell("b", "b", tags=["mine"]), title="mine")
    theirs = book(cell("a", "a", tags=["new"]), B, level=2)
    assert bed.both_change(book(A, B), mine, theirs) == {"a.ipynb": "merged"}
    document = json.loads(bed.read("a.ipynb"))
    assert document["metadata"] == {"level": 2, "title": "mine"}
    assert [each["metadata"] for each in document["cells"]] == [{"tags": ["new"]}, {"tags": ["mine"]}]


def test_12_one_setting_changed_in_two_ways_comes_beside(bed: Bed) -> None:
    assert bed.both_change(book(A), book(A, title="mine"), book(A, title="new")) == {"a.ipynb": "beside"}


def test_12_a_new_minor_format_is_taken(bed: Bed) -> None:
    old = book(cell("a"), cell("b = 1"), minor=4)
    mine = book(cell("a", ran="1"), cell("b = 12"), minor=4)
    theirs = book(cell("new", "a"), cell("b = 1", "b"))
    assert bed.both_change(old, mine, theirs) == {"a.ipynb": "merged"}
    assert bed.cells() == [("new", ""), ("b = 12", "")]
    assert [each["id"] for each in json.loads(bed.read("a.ipynb"))["cells"]] == ["a", "b"]


def test_12_a_minor_format_that_jupyter_raised_is_no_edit(bed: Bed) -> None:
    old, saved = book(cell("a"), minor=4), book(cell("a", "0a1b2c3d", ran="1"))
    assert bed.both_change(old, saved, book(cell("a"), cell("new"), minor=4)) == {"a.ipynb": "updated"}
    assert bed.cells() == [("a", "1"), ("new", "")]


def test_13_cells_without_ids_are_matched_by_what_they_say(bed: Bed) -> None:
    base = book(cell("import numpy"), cell("x = numpy.ones(3)"), cell("print(x)"), minor=4)
    mine = book(cell("import numpy"), cell("x = numpy.ones(30)", ran="1"), cell("print(x)"), minor=4)
    theirs = book(
        cell("# new", kind="markdown"), cell("import numpy as np"), *json.loads(base)["cells"][1:], minor=4
    )
    assert bed.both_change(base, mine, theirs) == {"a.ipynb": "merged"}
    assert bed.cells() == [
        ("# new", ""),
        ("import numpy as np", ""),
        ("x = numpy.ones(30)", "1"),
        ("print(x)", ""),
    ]
    assert "id" not in json.loads(bed.read("a.ipynb"))["cells"][0]


def test_13_a_new_format_without_the_ids_that_it_asks_for_is_delivered_and_merged(bed: Bed) -> None:
    base = book(cell("first = numpy.ones(3)"), cell("second = 2 * first"))
    mine = book(cell("first = numpy.ones(30)", ran="1"), cell("second = 2 * first"))
    theirs = book(cell("first = numpy.ones(3)"), cell("second = 2 * first + 1"))
    assert bed.both_change(base, mine, theirs) == {"a.ipynb": "merged"}
    assert bed.cells() == [("first = numpy.ones(30)", "1"), ("second = 2 * first + 1", "")]


@pytest.mark.filterwarnings("ignore")  # nbformat's own, of the doubled ids
def test_14_doubled_ids_become_unique(bed: Bed) -> None:
    base = book(cell("one", "x"), cell("two", "x"), cell("three", "x"))
    mine = book(cell("one", "x"), cell("two", "x", ran="2"), cell("three and mine", "x"))
    theirs = book(cell("one, new", "x"), cell("two", "x"), cell("three", "x"))
    assert bed.both_change(base, mine, theirs) == {"a.ipynb": "merged"}
    assert bed.cells() == [("one, new", ""), ("two", "2"), ("three and mine", "")]
    ids = [each["id"] for each in json.loads(bed.read("a.ipynb"))["cells"]]
    assert len(set(ids)) == 3


def version_3(*texts: str) -> bytes:
    cells = [
        {
            "cell_type": "code",
            "collapsed": False,
            "input": text,
            "language": "python",
            "metadata": {},
            "outputs": [],
        }
        for text in texts
    ]
    worksheets = [{"cells": cells, "metadata": {}}]
    return json.dumps(
        {"metadata": {"name": ""}, "nbformat": 3, "nbformat_minor": 0, "worksheets": worksheets}
    ).encode()


def test_15_an_old_format_is_delivered_and_merged(bed: Bed) -> None:
    actions = bed.both_change(version_3("a", "b"), version_3("a", "mine"), version_3("new", "b"))
    assert actions == {"a.ipynb": "merged"}
    assert bed.cells() == [("new", ""), ("mine", "")]


def test_15_a_notebook_that_the_organiser_converted_is_merged(bed: Bed) -> None:
    theirs = book(cell("new", "a"), B)
    assert bed.both_change(version_3("a", "b"), version_3("a", "mine"), theirs) == {"a.ipynb": "merged"}
    assert bed.cells() == [("new", ""), ("mine", "")]


def test_16_the_same_edit_on_both_sides_is_nothing_to_do(bed: Bed) -> None:
    mine = book(A, cell("same", "b", ran="1"), indent=2)
    assert bed.both_change(book(A, B), mine, book(A, cell("same", "b"))) == {}
    assert bed.read("a.ipynb") == mine


@pytest.mark.parametrize("how", ["line ends", "byte-order mark", "executable"])
@pytest.mark.parametrize("name", ["a.ipynb", "a.py"])
def test_17_what_editors_and_systems_do_is_no_edit(bed: Bed, how: str, name: str) -> None:
    base, theirs = (book(A), book(B)) if name == "a.ipynb" else (b"x = 1\ny = 2\n", b"x = 2\n")
    bed.publish(**{name: base})
    bed.sync()
    if how == "executable":
        (bed.mine / name).chmod(0o755)
    elif how == "line ends":
        bed.edit(name, base.replace(b"\n", b"\r\n"))
    else:
        bed.edit(name, b"\xef\xbb\xbf" + base)
    assert bed.actions() == {}
    bed.publish(**{name: theirs})
    assert bed.actions() == {name: "updated"}
    assert bed.read(name) == theirs
    assert (bed.mine / name).stat().st_mode & 0o111 == (0o111 if how == "executable" else 0)


def test_18_reformatted_json_is_no_edit(bed: Bed) -> None:
    base, theirs = book(A, B), book(A, cell("new", "b"))
    reformatted = json.dumps(json.loads(base), indent=4, sort_keys=True).encode()
    assert bed.both_change(base, reformatted, theirs) == {"a.ipynb": "updated"}
    assert cells_of(bed.read("a.ipynb")) == cells_of(theirs)


def test_94_an_answer_outlives_a_stub_that_was_rewritten(bed: Bed) -> None:
    def exercise(text: str) -> dict[str, object]:
        return cell(f"def half(x):\n    return {text}", "e", tags=["exercise:half"])

    actions = bed.both_change(book(A, exercise("0")), book(A, exercise("x / 2")), book(B, exercise("...")))
    assert actions == {"a.ipynb": "merged"}
    assert bed.cells() == [("b", ""), ("def half(x):\n    return x / 2", "")]


@pytest.mark.parametrize("swapped", ["mine", "theirs", "both"])
def test_96_ids_that_were_dealt_out_anew_move_no_text_and_no_output(bed: Bed, swapped: str) -> None:
    here = ("b", "a") if swapped in ("mine", "both") else ("a", "b")
    there = ("b", "a") if swapped in ("theirs", "both") else ("a", "b")
    actions = bed.both_change(
        book(cell("one", "a"), cell("two", "b"), cell("three", "c")),
        book(cell("one", here[0], ran="1"), cell("two", here[1], ran="2"), cell("my three", "c", ran="3")),
        book(cell("one", there[0]), cell("two", there[1]), cell("three", "c"), cell("four", "d")),
    )
    assert actions == {"a.ipynb": "merged"}
    assert bed.cells() == [("one", "1"), ("two", "2"), ("my three", "3"), ("four", "")]
