"""The check of an exercise: one of three answers, shown as one line, without a traceback.

In a lesson::

    with check("mlp-softmax") as right:
        small = softmax(scores)
        assert np.allclose(small.sum(axis=1), 1), "the numbers of each picture must add up to 1"
        right.also_for(lambda random: random.normal(size=(2, 3)))
        right("and every row adds up to 1")

``also_for`` holds the answer against the solution on inputs that are drawn (``agreeing``).

The answer is *not done* while the exercise's cell holds a ``...`` that is to be filled in, *wrong* when
something in the block raises, or the exercise's cell itself did, else *right*. The notebook goes on in all
three; a cell that raises lets Run All go on where it is tagged ``raises-exception``. Later cells run what the
learner wrote once it is right; until then they run the solution, from ``solutions/NAME.py`` beside the
chapters. ``check.mine("mlp-softmax")`` lets them run the learner's in any case.
"""

from __future__ import annotations

import ast
import html
import itertools
import re
import sys
import types
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lessonkit.faults import files_of, returns_nothing, tree_of_cell, words_of_answer, words_of_cell
from lessonkit.kernel import in_notebook
from lessonkit.watching import unwatch, watch

if TYPE_CHECKING:
    from lessonkit.agreeing import Draw

MIME = "application/vnd.lessonkit.answer+json"
"""The part of a check's output that the runner of the lessons reads."""
SOLUTIONS = "solutions"
FOLDERS = "lessonkit.notebooks"
"""The group of entry points: functions that return folders with lessons of this machine."""

Namespace = dict[str, Any]


class Answer(StrEnum):
    """What a check found."""

    NOT_DONE = "not done"
    WRONG = "wrong"
    RIGHT = "right"


@dataclass(frozen=True)
class Record:
    """What the check of an exercise found, and why."""

    exercise: str
    answer: Answer
    message: str
    error: str = ""
    """The class of what was raised; ``AssertionError`` where the check says what is wrong."""


records: dict[str, Record] = {}
"""For each exercise what its check found last."""

_SIGNS = {Answer.NOT_DONE: ("○", "#888"), Answer.WRONG: ("✗", "#d9822b"), Answer.RIGHT: ("✓", "#2e8b57")}
_written: dict[str, Namespace] = {}
"""For each exercise what the learner wrote, where the solution stands in for it."""
_lent: dict[str, tuple[Namespace, int]] = {}
"""For each exercise what of the solution stands in, and the place of ``_newest`` then."""
_failed: dict[int, tuple[str, str]] = {}
"""For each cell that raised, by its place among those that IPython remembers: the class, what and where."""
_BINDS = re.compile(r"^(?:def|class)\s+(\w+)|^(\w+)\s*=(?!=)", re.MULTILINE)
"""What a text that is not Python would bind."""
_insisted: set[str] = set()
"""The exercises of which the learner wants their own answer used in any case."""


class Check:
    """The block that holds what is asserted of an exercise."""

    def __init__(self, exercise: str, namespace: Namespace) -> None:
        """Prepare the check of an exercise whose names are in a namespace."""
        self.exercise = exercise
        self.namespace = namespace
        self.praise = ""
        path = solution_file(exercise)
        self.solution = path.read_text(encoding="utf-8") if path else ""
        self.names = asked_names(self.solution)
        self.changed: list[str] = []
        """The arguments that the learner's functions have changed in place."""
        self._watched: dict[str, tuple[Any, Any]] = {}

    def __enter__(self) -> Check:
        """Look at what the learner wrote, not at the solution that stood in for it."""
        _give_back(self.exercise, self.namespace)
        self._watched = watch(self.names, self.namespace, self.changed)
        return self

    def __call__(self, *words: object) -> None:
        """Say what is worth knowing about a right answer; it takes what ``print`` takes."""
        self.praise = " ".join(map(str, words))

    def also_for(
        self,
        draw: Draw,
        told: Callable[[Any], Any] = lambda result: result,
        *,
        of: str = "",
        made: Callable[[Any], Callable[..., Any]] = lambda function: function,
        tries: int | None = None,
    ) -> None:
        """Demand that the function does the same as the solution's, for inputs that ``draw`` returns.

        ``draw`` gets a generator of NumPy's, always with the same seed, and returns the input, or a tuple of
        the inputs; ``told`` says what of a result counts, such as ``sorted``. ``of`` names the function if it
        is not the last one of the exercise; ``made`` makes of it what is called, if it returns no numbers
        itself, such as an expression that is to be compiled; ``tries`` says how many are drawn where calls
        take long. The asserts for single misconceptions stand above: they can say what to look at.
        """
        from lessonkit.agreeing import difference

        if not self.solution:
            return
        defined = [each.name for each in ast.parse(self.solution).body if isinstance(each, ast.FunctionDef)]
        name = of or defined[-1]
        ours = dict(self.namespace)
        exec(compile(self.solution, f"<the solution of {self.exercise}>", "exec"), ours)
        fault = difference(made(self.namespace[name]), made(ours[name]), draw, told, tries)
        assert not fault, fault

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: types.TracebackType | None,
    ) -> bool:
        """Record and show the answer, and lend the solution where it is not right."""
        unwatch(self._watched, self.namespace)
        if error is not None and not isinstance(error, Exception):
            return False  # an interruption
        record = self._found(error, trace)
        records[self.exercise] = record
        _show(record, _lend(record, self.solution, self.names, self.namespace))
        return True

    def _found(self, error: Exception | None, trace: types.TracebackType | None) -> Record:
        """Return what is to be said when the block has ended, or stopped with an error."""
        names, namespace = self.names, self.namespace
        if (fault := _fault_of_cell(names, namespace)) is not None:
            return Record(self.exercise, Answer.WRONG, fault[1], fault[0])
        if is_unfinished(names, namespace):
            return Record(self.exercise, Answer.NOT_DONE, _task(names, namespace))
        own_fault = error is None or isinstance(error, AssertionError)
        if self.changed and own_fault:
            said = f"it changes `{self.changed[0]}`, which it was given: work on a copy"
            return Record(self.exercise, Answer.WRONG, said, "AssertionError")
        if error is None:
            return Record(self.exercise, Answer.RIGHT, self.praise)
        nothing = returns_nothing(self.solution, _newest_texts(names, namespace))
        said = words_of_answer(error, trace, files_of(names, namespace), nothing)
        kind = "AssertionError" if nothing and said == nothing else type(error).__name__
        return Record(self.exercise, Answer.WRONG, said, kind)


class Checks:
    """What a lesson imports: ``with check("mlp-softmax") as right``, and ``check.mine("mlp-softmax")``."""

    def __call__(self, exercise: str) -> Check:
        """Return the check of an exercise whose names are the caller's."""
        return Check(exercise, sys._getframe(1).f_globals)

    def mine(self, exercise: str) -> None:
        """Let the cells that follow use what the learner wrote, whatever the check says of it."""
        _insisted.add(exercise)
        _give_back(exercise, sys._getframe(1).f_globals)
        print("Later cells use your answer, whatever the check says of it.")


check = Checks()


def forget(exercise: str) -> None:
    """Forget what the check of an exercise found, and what stands in for it."""
    records.pop(exercise, None)
    _written.pop(exercise, None)
    _lent.pop(exercise, None)


def solution_file(exercise: str) -> Path | None:
    """Return the file with the solution: beside the notebook's chapter, else where ``FOLDERS`` says."""
    here = Path.cwd()
    for folder in itertools.chain((here, *here.parents[:3]), _lesson_folders()):
        path = folder / SOLUTIONS / f"{exercise}.py"
        if path.is_file():
            return path
    return None


def _lesson_folders() -> Iterator[Path]:
    """Yield further folders with lessons, which packages of a house name by an entry point each."""
    from importlib.metadata import entry_points

    for each in entry_points(group=FOLDERS):
        yield from each.load()()


def asked_names(solution: str) -> list[str]:
    """Return the names that a solution defines or assigns at its top level, in their order."""
    names: dict[str, None] = {}
    for statement in ast.parse(solution).body:
        if isinstance(statement, ast.FunctionDef | ast.ClassDef):
            names[statement.name] = None
        elif isinstance(statement, ast.Assign):
            found = (node for target in statement.targets for node in ast.walk(target))
            names.update((node.id, None) for node in found if isinstance(node, ast.Name))
    return list(names)


def bound_names(text: str) -> set[str]:
    """Return the names that a cell binds, in whatever way: by an import or within an ``if`` as well."""
    names: set[str] = set()
    todo: list[ast.AST] = [*tree_of_cell(text).body]
    while todo:
        node = todo.pop()
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            names.add(node.name)
            continue
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            names.add(node.id)
        elif isinstance(node, ast.alias):
            names.add((node.asname or node.name).partition(".")[0])
        if not isinstance(node, ast.Lambda | ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp):
            todo += ast.iter_child_nodes(node)
    return names


def has_dots(text: str) -> bool:
    """Tell whether a cell holds a ``...`` that is to be filled in; the one in ``array[..., 0]`` is not."""
    tree = tree_of_cell(text)
    indexing = {
        id(node)
        for subscript in ast.walk(tree)
        if isinstance(subscript, ast.Subscript)
        for node in ast.walk(subscript.slice)
    }
    return any(
        isinstance(node, ast.Constant) and node.value is Ellipsis and id(node) not in indexing
        for node in ast.walk(tree)
    )


def is_unfinished(names: list[str], namespace: Namespace) -> bool:
    """Tell whether one of the names is missing, or the cell that bound it last is still to be filled in."""
    if any(name not in namespace or namespace[name] is Ellipsis for name in names):
        return True
    cells = namespace.get("In", [])
    newest = (_newest(name, namespace) for name in names)
    return any(has_dots(cells[place]) for place in newest if place >= 0)


def _newest(name: str, namespace: Namespace) -> int:
    """Return which of the cells that IPython remembers bound a name last; -1 for none."""
    cells = namespace.get("In", [])
    for place in range(len(cells) - 1, -1, -1):
        if name not in cells[place]:
            continue
        try:
            found = name in bound_names(cells[place])
        except SyntaxError:
            continue
        if found:
            return place
    return -1


def note_failure(result: Any) -> None:
    """Remember whether a cell raised; IPython calls this after each, with its ``ExecutionResult``."""
    error = result.error_before_exec or result.error_in_exec
    place = result.execution_count
    if place is None:
        return
    _failed.pop(place, None)
    if isinstance(error, Exception):
        _failed[place] = type(error).__name__, words_of_cell(error)


def _fault_of_cell(names: list[str], namespace: Namespace) -> tuple[str, str] | None:
    """Return the class, and the words, of what ended the cell that was to bind one of the names last.

    None where it went through; or where it raised because its dots are still to be filled in.
    """
    cells = namespace.get("In", [])
    for place in range(len(cells) - 1, -1, -1):
        text = cells[place]
        if not any(name in text for name in names):
            continue
        try:
            if not bound_names(text).isdisjoint(names):
                return None if has_dots(text) else _failed.get(place)
        except SyntaxError as error:
            if not {one or other for one, other in _BINDS.findall(text)}.isdisjoint(names):
                return "SyntaxError", words_of_cell(error)
    return None


def _newest_texts(names: list[str], namespace: Namespace) -> list[str]:
    """Return the texts of the cells that bound the names last."""
    places = {_newest(name, namespace) for name in names}
    return [namespace["In"][place] for place in sorted(places) if place >= 0]


def _task(names: list[str], namespace: Namespace) -> str:
    """Say what is to be done."""
    missing = [name for name in names if name not in namespace]
    if missing:
        none = " and no ".join(missing)
        return f"there is no {none} yet: run the exercise's cell, and leave the name as it was"
    return f"fill in the dots of {' and '.join(names)}" if names else "fill in the dots"


def _give_back(exercise: str, namespace: Namespace) -> None:
    """Put back what the learner wrote, where the solution still stands in for it."""
    lent, before = _lent.pop(exercise, ({}, -1))
    written = _written.pop(exercise, {})
    if max((_newest(name, namespace) for name in lent), default=-1) > before:
        return  # the learner has run the exercise again since
    for name, value in lent.items():
        if namespace.get(name) is not value:
            continue
        if name in written:
            namespace[name] = written[name]
        else:
            namespace.pop(name, None)


def _lend(record: Record, solution: str, names: list[str], namespace: Namespace) -> str:
    """Let the solution stand in where it has to; return the sentence that says whose answer is used."""
    if record.answer is Answer.RIGHT:
        return "Later cells use yours."
    if record.exercise in _insisted and record.answer is Answer.WRONG:
        return "Later cells use yours all the same, as you wished."
    if not solution:
        return "There is no solution here, so later cells use yours."
    written = {name: namespace[name] for name in names if name in namespace}
    try:
        exec(compile(solution, f"<the solution of {record.exercise}>", "exec"), namespace)
    except Exception as error:
        # Most often it needs what a cell above makes that was not run.
        namespace.update(written)
        return f"Our solution cannot stand in ({type(error).__name__}: {error}); run the cells above first."
    _written[record.exercise] = written
    newest = max((_newest(name, namespace) for name in names), default=-1)
    _lent[record.exercise] = {name: namespace[name] for name in names}, newest
    if record.answer is Answer.NOT_DONE:
        return "Until then later cells use our solution."
    return f'Later cells use our solution; check.mine("{record.exercise}") makes them use yours.'


def _show(record: Record, whose: str) -> None:
    """Show the answer as one line, and leave the record for the runner."""
    sign, colour = _SIGNS[record.answer]
    said = {
        Answer.NOT_DONE: f"Not done yet: {record.message}.",
        Answer.WRONG: f"Not right yet: {record.message}.",
        Answer.RIGHT: f"Right: {record.message}." if record.message else "Right.",
    }[record.answer]
    line = f"{sign} {said.replace('?.', '?').replace('..', '.')} {whose}"
    if not in_notebook():
        print(line)
        return
    from IPython.display import display

    style = f"border-left: 4px solid {colour}; padding: 2px 8px"
    page = f'<div role="status" style="{style}">{html.escape(line)}</div>'
    display({"text/plain": line, "text/html": page, MIME: asdict(record)}, raw=True)  # type: ignore[no-untyped-call]


def _watch() -> None:
    """Let IPython, where it runs this, tell which cells raise."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython else None
    if shell is not None:
        shell.events.register("post_run_cell", note_failure)


_watch()
