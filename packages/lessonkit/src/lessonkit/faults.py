"""What is wrong with an answer, in one line that a learner can use: what Python or a check says, where."""

from __future__ import annotations

import ast
import contextlib
import functools
import itertools
import re
import sys
import types
from dataclasses import dataclass
from importlib.metadata import entry_points
from typing import Any

LONGEST_MESSAGE = 300

HOUSES = "lessonkit.faults"
"""The group of entry points: a ``Phrases`` each, of what a house's own library says."""
Meanings = tuple[tuple[re.Pattern[str], str], ...]


@dataclass(frozen=True)
class Phrases:
    """What a library says, and what it means to a learner; ``{0}`` is the first group of the pattern."""

    results: Meanings = ()
    """Where a check, not a line of the learner's, cannot use what comes back."""
    anywhere: Meanings = ()
    """Matched against ``Class: message``; ``{inside}`` says in which line of the cell."""
    beyond: re.Pattern[str] | None = None
    """What begins with it only the library's authors can read."""


_OF_RESULTS = (
    (
        re.compile(r"The truth value of an array|only (?:size|length)-1 arrays|only 0-dimensional arrays"),
        "one number is asked for here, and this is an array of several",
    ),
    (
        re.compile(r"operands could not be broadcast together with shapes (\(.*?\)) (\(.*?\))"),
        "what comes back has not the shape that is asked for: {0} beside {1}",
    ),
    (
        re.compile(
            r"(?:object of type '|cannot unpack non-iterable |^')([\w.]+)(?:' has no len| object$|"
            r"' object is not (?:iterable|subscriptable))"
        ),
        "several things are asked for, and this is {0}",
    ),
    (
        re.compile(r"too many values to unpack \(expected (\d+)"),
        "{0} results are asked for, not more",
    ),
    (
        re.compile(r"not enough values to unpack \(expected (\d+), got (\d+)"),
        "{0} results are asked for, and there are {1}",
    ),
    (
        re.compile(r"array is 0-dimensional, but|invalid index to scalar variable|^tuple index out of range"),
        "several numbers are asked for, and this is one",
    ),
    (
        re.compile(r"array is (\d)-dimensional, but (\d) were indexed"),
        "an array with {1} axes is asked for, and this one has {0}",
    ),
    (
        re.compile(r"axis \d is out of bounds for array of dimension (\d)"),
        "more axes are asked for than the {0} that come back",
    ),
    (re.compile(r"index \d+ is out of bounds for axis \d with size (\d+)"), "too few come back: {0}"),
    (re.compile(r"must be real number, not ([\w.]+)"), "a number is asked for, and this is {0}"),
    (
        re.compile(r"ufunc '\w+' not supported for the input types"),
        "numbers are asked for, and this is something else",
    ),
    (
        re.compile(r"list indices must be|converted to a scalar index"),
        "an array is asked for, and this is a list: np.array makes one of it",
    ),
    (
        re.compile(r"unhashable type: '([\w.]+)'"),
        "single things are asked for, and each of these is {0}",
    ),
    (
        re.compile(r"(\w+)\(\) missing \d+ required (?:positional|keyword-only) arguments?: (.+)"),
        "{0} has to work without {1} as well: leave its first line as it was",
    ),
    (
        re.compile(r"(\w+)\(\) (?:got an unexpected keyword argument|takes .*positional arguments?)"),
        "{0} takes other arguments than it did: leave its first line as it was",
    ),
)
"""What NumPy or Python say where a check, not a line of the learner's, cannot use what comes back."""
_KINDS = {
    "NoneType": "nothing at all, None",
    "generator": "a generator, which runs only once: list(…) makes a list of it",
    "map": "a map, which runs only once: list(…) makes a list of it",
    "function": "a function",
    "dict": "a dictionary",
    "str": "a text",
    "tuple": "a tuple",
    "list": "a list",
    "bool": "a truth value",
    "numpy.ndarray": "an array",
} | dict.fromkeys(("int", "float", "numpy.int64", "numpy.float32", "numpy.float64"), "one number")
_FOR_IPYTHON = re.compile(r"^([ \t]*)[%!].*$", re.MULTILINE)
_PLAIN = {
    list: "a list: np.array makes one of it",
    tuple: "a tuple: np.array makes one of it",
    int: "a plain number",
    float: "a plain number",
    dict: "a dictionary",
    str: "a text",
    types.GeneratorType: "a generator: np.array(list(…)) makes one of it",
    types.FunctionType: "a function",
}


def tree_of_cell(text: str) -> ast.Module:
    """Return a cell as Python reads it, without its lines for IPython; raises SyntaxError.

    What stands below ``%%time`` is an answer as well.
    """
    try:
        return ast.parse(text)
    except SyntaxError:
        without = _FOR_IPYTHON.sub(r"\1pass", text)
        if without == text:
            raise
        return ast.parse(without)


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


def words_of_answer(
    error: Exception, trace: types.TracebackType | None, own: set[str], otherwise: str = ""
) -> str:
    """Say in one line what is wrong; for an error within the learner's own code also where.

    The code of the files ``own`` is the learner's; the first in ``trace`` is the check itself. ``otherwise``
    is said of all errors that are not within the learner's code.
    """
    line = getattr(error, "line_in_answer", 0)  # of a hand-in, which runs in another process
    inside, depth = f" in line {line} of its cell" if line else "", 0
    while trace is not None:
        if depth and trace.tb_frame.f_code.co_filename in own:
            inside = f" in line {trace.tb_lineno} of its cell"
        trace, depth = trace.tb_next, depth + 1
    if otherwise and not inside:
        return otherwise
    if isinstance(error, AssertionError):
        return _cut(str(error)) or "this is not what was asked for"
    if depth == 1 and isinstance(error, AttributeError) and hasattr(_array_type(), error.name or ""):
        if isinstance(error.obj, bool):
            return "an array of numbers is asked for, and what comes back cannot be compared with any"
        kind = next((words for kind, words in _PLAIN.items() if type(error.obj) is kind), "")
        if kind:
            return f"an array is asked for, and this is {kind}"
    text = cause(error)
    if not inside:
        for told, meant in _OF_RESULTS + tuple(itertools.chain(*(each.results for each in _houses()))):
            if found := told.search(text) or told.search(str(error)):
                of_a_kind = "is {0}" in meant
                return meant.format(*(_kind(each) if of_a_kind else each for each in found.groups()))
        if "NoneType" in text:
            return "a result is asked for, and this is nothing at all, None"
    said = f"{type(error).__name__}: {' '.join(text.split())}"
    for told, meant in itertools.chain(*(each.anywhere for each in _houses())):
        if found := told.search(said):
            return meant.format(*found.groups(), inside=inside)
    return f"it stops{inside} with {type(error).__name__}: {_cut(text)}"


def _kind(told: str) -> str:
    """Return what kind of thing Python's word for it is."""
    return _KINDS.get(told, f"a {told}")


def cause(error: Exception) -> str:
    """Return what an error says, without what libraries hand over that only they can read."""
    plain = len(error.args) > 1 and type(error).__str__ is Exception.__str__
    text = str(error.args[0] if plain else error)
    for house in _houses():
        if house.beyond is not None:
            text = house.beyond.split(text)[0] or text
    return text


@functools.cache
def _houses() -> tuple[Phrases, ...]:
    """Return what the houses of this environment know; a sandbox may not show all of them."""
    found = []
    for each in entry_points(group=HOUSES):
        with contextlib.suppress(ImportError):
            found.append(each.load())
    return tuple(found)


def returns_nothing(solution: str, texts: list[str]) -> str:
    """Say which function in the cells ``texts`` returns nothing, though the solution's does; or nothing."""
    told = {name for name, value in _functions(solution).items() if value}
    found = [name for text in texts for name, value in _functions(text).items() if name in told and not value]
    told_of = "nothing comes back from {}: end it with `return` and what it found; print only shows it"
    return told_of.format(found[0]) if found else ""


def _functions(text: str) -> dict[str, bool]:
    """Return the functions that a text defines, and of each whether it returns or yields something."""
    found = {}
    for function in tree_of_cell(text).body:
        if isinstance(function, ast.FunctionDef):
            found[function.name] = False
            todo: list[ast.AST] = [*function.body]
            while todo:
                node = todo.pop()
                found[function.name] |= _hands_over(node)
                if not isinstance(node, ast.FunctionDef | ast.Lambda):
                    todo += ast.iter_child_nodes(node)
    return found


def _hands_over(node: ast.AST) -> bool:
    if isinstance(node, ast.Return):
        return not (node.value is None or (isinstance(node.value, ast.Constant) and node.value.value is None))
    return isinstance(node, ast.Yield | ast.YieldFrom)


def _array_type() -> type:
    """Return NumPy's array where NumPy is loaded; else what has none of an array's attributes."""
    numpy = sys.modules.get("numpy")
    return numpy.ndarray if numpy else object


def _cut(text: str) -> str:
    """Return a text as one line of readable length."""
    line = " ".join(text.split())
    return line if len(line) <= LONGEST_MESSAGE else line[: LONGEST_MESSAGE - 1] + "…"
