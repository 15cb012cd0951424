"""What is wrong with an answer, in one line that a learner can use: what Python or a check says, where."""

from __future__ import annotations

import re
import sys
import types
from typing import Any

LONGEST_MESSAGE = 300

_UPDATE = re.compile(
    r"An update must have.*shared_var\.type=(\S+\(.*\)), update_val=.*update_val\.type=(\S+\(.*\))\)"
)
"""Theano's words."""
_OF_ANOTHER_TYPE = (
    "an update has to be of the type of what it updates, {0}, and this is {1}: "
    "np.float32(…) makes a float32 of a number of NumPy's"
)

_OF_RESULTS = (
    (
        re.compile(r"The truth value of an array|only (?:size|length)-1 arrays|only 0-dimensional arrays"),
        "one number is asked for here, and this is an array of several",
    ),
    (
        re.compile(r"operands could not be broadcast together with shapes (\(.*?\)) (\(.*?\))"),
        "what comes back has not the shape that is asked for: {0} beside {1}",
    ),
)
"""What NumPy says where a check, not a line of the learner's, cannot use what comes back; what it means."""
_NUMPY_OF_AN_EXPRESSION = re.compile(r"_tensor_py_operators\.\w+\(\) got an unexpected keyword argument")
_TRACE = "\nApply node that caused the error"
"""What follows is about Theano's graph."""

_PLAIN = {
    list: "a list",
    tuple: "a tuple",
    bool: "a truth value",
    int: "a plain number",
    float: "a plain number",
}


def words_of_cell(error: Exception) -> str:
    """Say in one line what ended a cell, and in which of its lines."""
    if isinstance(error, SyntaxError):
        return f"line {error.lineno} of its cell is not Python ({_cut(error.msg or 'invalid syntax')})"
    where, trace = "", error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_name == "<module>":
            where = f" in line {trace.tb_lineno}"
            break
        trace = trace.tb_next
    return f"its cell stops{where} with {type(error).__name__}: {_cut(str(error))}"


def files_of(names: list[str], namespace: dict[str, Any]) -> set[str]:
    """Return what Python calls the cells that functions, or classes with methods, come from."""
    found = [namespace.get(name) for name in names]
    inner = [value for each in found if isinstance(each, type) for value in vars(each).values()]
    return {each.__code__.co_filename for each in found + inner if isinstance(each, types.FunctionType)}


def words_of_answer(error: Exception, trace: types.TracebackType | None, own: set[str]) -> str:
    """Say in one line what is wrong; for an error within the learner's own code also where.

    The code of the files ``own`` is the learner's; the first in ``trace`` is the check itself.
    """
    if isinstance(error, AssertionError):
        return _cut(str(error)) or "this is not what was asked for"
    inside, depth = "", 0
    while trace is not None:
        if depth and trace.tb_frame.f_code.co_filename in own:
            inside = f" in line {trace.tb_lineno} of its cell"
        trace, depth = trace.tb_next, depth + 1
    if depth == 1 and isinstance(error, AttributeError) and hasattr(_array_type(), error.name or ""):
        kind = next((words for kind, words in _PLAIN.items() if isinstance(error.obj, kind)), "")
        if kind:
            return f"an array is asked for, and this is {kind}: np.array makes one of it"
    # Libraries hand over what they had in their hands, too, which only they can read.
    plain = len(error.args) > 1 and type(error).__str__ is Exception.__str__
    text = str(error.args[0] if plain else error).split(_TRACE)[0]
    if not inside:
        for told, meant in _OF_RESULTS:
            if found := told.search(text):
                return meant.format(*found.groups())
    if _NUMPY_OF_AN_EXPRESSION.search(text):
        return f"it stops{inside}: numpy's functions know no expressions; x.mean() and T.log(x) do"
    if update := _UPDATE.match(" ".join(text.split())):
        return _OF_ANOTHER_TYPE.format(*update.groups())
    return f"it stops{inside} with {type(error).__name__}: {_cut(text)}"


def _array_type() -> type:
    """Return NumPy's array where NumPy is loaded; else what has none of an array's attributes."""
    numpy = sys.modules.get("numpy")
    return numpy.ndarray if numpy else object


def _cut(text: str) -> str:
    """Return a text as one line of readable length."""
    line = " ".join(text.split())
    return line if len(line) <= LONGEST_MESSAGE else line[: LONGEST_MESSAGE - 1] + "…"
