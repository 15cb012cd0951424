"""A module's text, shortened: what Theano writes again and again, and nothing else."""

from __future__ import annotations

import re

from workshop.machine import elementwise, shorter

FAIL = """{
        __failure = 2;
        if (!PyErr_Occurred()) {
            PyErr_SetString(PyExc_RuntimeError,
                "Unexpected error in an Op's C code. "
                "No Python exception was set.");
        }
        goto __label_2;}"""
INCLUDES = (
    "#include <Python.h>\n#include <iostream>\n#include <math.h>\n#include <vector>\n#include <algorithm>\n"
)


def words(text: str) -> str:
    """Return a text, however it is set."""
    return re.sub(r"\s+", " ", text)


def filled(text: str, **holes: str) -> str:
    """Return one of Theano's texts with something in its holes, set with other spaces."""
    for name, value in holes.items():
        text = re.sub(rf"(?<![A-Za-z_]){name}\b|(?<=py_){name}\b", value, text)
    return text.replace("\n", "\n\n    ").replace("__label_NUMBER", f"__label_{holes['NUMBER']}")


def test_what_can_go_wrong_is_one_call() -> None:
    assert (
        shorter.shorten(f"if (!V1) {FAIL}")
        == "if (!V1) { __failure = 2; theano_unexpected(); goto __label_2; }"
    )


def test_one_with_two_numbers_stays() -> None:
    other = FAIL.replace("__label_2", "__label_3")
    assert shorter.shorten(other) == other


def test_an_array_that_comes_is_looked_at_in_one_step() -> None:
    taken = filled(shorter.TAKEN.replace(shorter.FAIL, FAIL), ARRAY="V3", KIND="NPY_FLOAT32", NUMBER="2")
    assert words(shorter.shorten(taken)) == (
        "if (!theano_is_the_array(py_V3, NPY_FLOAT32)) { "
        'theano_not_the_array(py_V3, NPY_FLOAT32, "NPY_FLOAT32"); '
        "{ __failure = 2; theano_unexpected(); goto __label_2; } }"
    )
    # Somewhere it says something else: it stays but for what can go wrong.
    odd = taken.replace("NPY_FLOAT32) got %d", "NPY_FLOAT64) got %d")
    assert "theano_is_the_array" not in shorter.shorten(odd)
    assert words(shorter.shorten(odd)).count("theano_unexpected()") == 4


def test_an_array_that_goes_is_complained_of_by_one_call() -> None:
    given = filled(shorter.GIVEN, ARRAY="V1", NUMBER="2")
    assert shorter.shorten(given).strip() == 'theano_not_aligned(V1, "c_sync: expected an aligned array");'


def test_the_librarys_headers_go() -> None:
    assert shorter.shorten(INCLUDES + "int x;\n") == "#include <Python.h>\n#include <math.h>\nint x;\n"


def test_a_module_that_needs_the_library_keeps_its_headers() -> None:
    for line in ("std::cerr << 1;", "x = std::max(a, b);", "using namespace std;", "cout << endl;"):
        assert shorter.shorten(INCLUDES + line) == INCLUDES + line


def test_what_serves_elementwise_operations_is_in_the_header() -> None:
    module = f"int before;\n{elementwise.DECLARED}{elementwise.DEFINED}int own;\n"
    assert shorter.shorten(module) == "int before;\nint own;\n"
    assert elementwise.DECLARED in shorter.DECLARED and elementwise.DEFINED in shorter.DEFINED
