"""Shorten the C++ of a module before g++ sees it: what each module says again and again is in the header.

For every array that it takes, a module looks in four steps whether it is one of the right type, with a
message of its own for each; and after each of some thirty things that can go wrong there are six lines in
case that nobody has said what. It is half of a module's text, and g++ optimises it all. The messages stay as
they are; the precompiled header (``precompiled``) knows the functions that write them, and those that serve
element-wise operations (``elementwise``). Then hardly any module needs C++'s own library, whose headers are
half of what g++ reads before it begins.

What does not look exactly like Theano's own text stays as it is. ``theano_patches`` lays a copy of this file
into Theano's package; so it imports nothing of ours.
"""

from __future__ import annotations

import re

from workshop.machine import elementwise

DECLARED = (
    """\
#define THEANO_RARELY __attribute__((cold))
THEANO_RARELY int theano_import(void);
THEANO_RARELY void theano_unexpected(void);
THEANO_RARELY void theano_not_aligned(PyArrayObject* array, const char* before);
THEANO_RARELY void theano_not_the_array(PyObject* value, int type, const char* name);
static inline int theano_is_the_array(PyObject* value, int type) {
    return value != Py_None && PyArray_Check(value) && PyArray_ISALIGNED((PyArrayObject*) value)
        && PyArray_TYPE((PyArrayObject*) value) == type;
}
"""
    + elementwise.DECLARED
)
"""Follows the includes. Where a module uses none of it, g++ leaves it out."""
DEFINED = (
    """\
int theano_import(void) {
    if (_import_array() == 0)
        return 0;
    PyErr_Print();
    PyErr_SetString(PyExc_ImportError, "numpy.core.multiarray failed to import");
    return -1;
}
void theano_unexpected(void) {
    if (!PyErr_Occurred())
        PyErr_SetString(PyExc_RuntimeError,
            "Unexpected error in an Op's C code. No Python exception was set.");
}
void theano_not_aligned(PyArrayObject* array, const char* before) {
    long ends[6];
    int axes = PyArray_NDIM(array);
    for (int i = 0; i < 3; i++) {
        ends[i] = axes > 2 - i ? (long) PyArray_DIMS(array)[axes - 3 + i] : -1;
        ends[3 + i] = axes > 2 - i ? (long) PyArray_STRIDES(array)[axes - 3 + i] : -1;
    }
    PyErr_Format(PyExc_NotImplementedError,
        "%s, got non-aligned array of type %ld with %ld dimensions, with 3 last dims %ld, %ld, %ld"
        " and 3 last strides %ld %ld, %ld.",
        before, (long) PyArray_TYPE(array), (long) axes,
        ends[0], ends[1], ends[2], ends[3], ends[4], ends[5]);
}
void theano_not_the_array(PyObject* value, int type, const char* name) {
    if (value == Py_None)
        PyErr_SetString(PyExc_ValueError, "expected an ndarray, not None");
    else if (!PyArray_Check(value))
        PyErr_SetString(PyExc_ValueError, "expected an ndarray");
    else if (!PyArray_ISALIGNED((PyArrayObject*) value)) {
        char before[80];
        PyOS_snprintf(before, sizeof before, "expected an aligned array of type %d (%s)", type, name);
        theano_not_aligned((PyArrayObject*) value, before);
    } else
        PyErr_Format(PyExc_TypeError, "expected type_num %d (%s) got %d",
            type, name, PyArray_TYPE((PyArrayObject*) value));
}
"""
    + elementwise.DEFINED
)
"""Is compiled once, and linked with each module."""

OF_THE_LIBRARY = re.compile(r"#include <(?:iostream|vector|algorithm)>\n")
NEEDS_THE_LIBRARY = re.compile(r"\bstd::(?!swap\b)|\busing namespace\b|\b(?:cout|cerr|endl)\b")
# Each is Theano's own text, with a hole for what differs from place to place; how it is set does not count.
UNEXPECTED = """{
    __failure = NUMBER;
    if (!PyErr_Occurred()) {
        PyErr_SetString(PyExc_RuntimeError,
            "Unexpected error in an Op's C code. "
            "No Python exception was set.");
    }
    goto __label_NUMBER;}"""
UNEXPECTED_SHORT = r"{ __failure = \g<NUMBER>; theano_unexpected(); goto __label_\g<NUMBER>; }"
FAIL = "{ __failure = NUMBER; theano_unexpected(); goto __label_NUMBER; }"
ENDS = """
    " with %ld dimensions, with 3 last dims "
    "%ld, %ld, %ld"
    " and 3 last strides %ld %ld, %ld.",
"""
ENDS_OF = """
    (long int) (PyArray_NDIM(TMP) >= 3 ? PyArray_DIMS(TMP)[PyArray_NDIM(TMP)-3] : -1),
    (long int) (PyArray_NDIM(TMP) >= 2 ? PyArray_DIMS(TMP)[PyArray_NDIM(TMP)-2] : -1),
    (long int) (PyArray_NDIM(TMP) >= 1 ? PyArray_DIMS(TMP)[PyArray_NDIM(TMP)-1] : -1),
    (long int) (PyArray_NDIM(TMP) >= 3 ? PyArray_STRIDES(TMP)[PyArray_NDIM(TMP)-3] : -1),
    (long int) (PyArray_NDIM(TMP) >= 2 ? PyArray_STRIDES(TMP)[PyArray_NDIM(TMP)-2] : -1),
    (long int) (PyArray_NDIM(TMP) >= 1 ? PyArray_STRIDES(TMP)[PyArray_NDIM(TMP)-1] : -1) );
"""
TAKEN = f"""if (py_ARRAY == Py_None) {{
    // We can either fail here or set ARRAY to NULL and rely on Ops
    // using tensors to handle the NULL case, but if they fail to do so
    // they'll end up with nasty segfaults, so this is public service.
    PyErr_SetString(PyExc_ValueError, "expected an ndarray, not None");
    {FAIL}
}}
if (!PyArray_Check(py_ARRAY)) {{
    PyErr_SetString(PyExc_ValueError, "expected an ndarray");
    {FAIL}
}}
// We expect KIND
if (!PyArray_ISALIGNED((PyArrayObject*) py_ARRAY)) {{
    PyArrayObject * tmp = (PyArrayObject*) py_ARRAY;
    PyErr_Format(PyExc_NotImplementedError,
        "expected an aligned array of type %ld "
        "(KIND), got non-aligned array of type %ld"
        {ENDS}
        (long int) KIND,
        (long int) PyArray_TYPE((PyArrayObject*) py_ARRAY),
        (long int) PyArray_NDIM(tmp),
        {ENDS_OF.replace("TMP", "tmp")}
    {FAIL}
}}
// This is a TypeError to be consistent with DEBUG_MODE
// Note: DEBUG_MODE also tells the name of the container
if (PyArray_TYPE((PyArrayObject*) py_ARRAY) != KIND) {{
    PyErr_Format(PyExc_TypeError,
        "expected type_num %d (KIND) got %d",
        KIND, PyArray_TYPE((PyArrayObject*) py_ARRAY));
    {FAIL}
}}"""
TAKEN_SHORT = (
    r"if (!theano_is_the_array(py_\g<ARRAY>, \g<KIND>)) {"
    r' theano_not_the_array(py_\g<ARRAY>, \g<KIND>, "\g<KIND>");'
    r" { __failure = \g<NUMBER>; theano_unexpected(); goto __label_\g<NUMBER>; } }"
)
GIVEN = f"""PyErr_Format(PyExc_NotImplementedError,
    "c_sync: expected an aligned array, got non-aligned array of type %ld"
    {ENDS}
    (long int) PyArray_TYPE((PyArrayObject*) py_ARRAY),
    (long int) PyArray_NDIM(ARRAY),
    {ENDS_OF.replace("TMP", "ARRAY")}"""
GIVEN_SHORT = r'theano_not_aligned(\g<ARRAY>, "c_sync: expected an aligned array");'
HOLES = {"NUMBER": r"\d+", "ARRAY": r"V\d+", "KIND": r"NPY_\w+"}


def _pattern(text: str) -> re.Pattern[str]:
    """Return what finds a text, however it is set; its holes hold the same wherever they occur."""
    seen: set[str] = set()

    def hole(found: re.Match[str]) -> str:
        name = found[0]
        again = name in seen
        seen.add(name)
        return f"(?P={name})" if again else f"(?P<{name}>{HOLES[name]})"

    gap = r"\s*"
    loose = gap.join(re.escape(word) for word in text.split())
    return re.compile(re.sub("|".join(HOLES), hole, loose))


SHORT = [
    (_pattern(text), short)
    for text, short in ((UNEXPECTED, UNEXPECTED_SHORT), (TAKEN, TAKEN_SHORT), (GIVEN, GIVEN_SHORT))
]


def shorten(source: str) -> str:
    """Return the C++ of a module with calls of what the header has."""
    for pattern, short in SHORT:
        source = pattern.sub(short, source)
    source = source.replace(elementwise.DECLARED + elementwise.DEFINED, "")
    return source if NEEDS_THE_LIBRARY.search(source) else OF_THE_LIBRARY.sub("", source)
