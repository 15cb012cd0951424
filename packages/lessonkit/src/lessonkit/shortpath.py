"""The ten-minute path through a lesson: a picture, one exercise, a surprise.

Cells tagged ``short-path`` are run one after the other, and no others; each shows ``MARK`` as its first line,
so that it is seen in any program that shows the notebook. Where the path says so, the setting ``REJOIN`` is
True on it, and what was trained comes with the lesson. The first exercise is the learner's; of later ones
the cells are only run, and what follows takes the solution.
"""

from __future__ import annotations

import ast
import builtins
import re
import symtable
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from lessonkit.catalogue import (
    PARAMETERS,
    About,
    Cell,
    Kind,
    Notebook,
    check_of,
    exercise_of,
    source_of,
    tags_of,
)
from lessonkit.cells import tree_of
from lessonkit.plugin import PLAIN, Plugin
from lessonkit.predictions import PREDICT, REVEAL

SHORT_PATH = "short-path"
MARK = "◆"
REJOIN = "REJOIN"
LONGEST = 10.0
"""Minutes."""

# What people take, who may read their second language, and a difficult text. On this path code is skimmed,
# but for the exercise's. No stopwatch was held beside anybody: these are assumptions.
WORDS_A_MINUTE = 150
CODE_LINES_A_MINUTE = 50
EXERCISE_MINUTES = 2.0
PREDICTION_MINUTES = 0.25

_PICTURE = re.compile(
    r"\b(plt\.show|display|draw\w*|show\w*|\w*widget|BubbleBoard)\(|\b(pictures|photos|show)\."
)
# Scopes of their own that run where they stand.
_INLINE = frozenset({"lambda", "listcomp", "setcomp", "dictcomp", "genexpr"})
# What a kernel has beside Python's own names.
_GIVEN = frozenset(dir(builtins)) | {"display", "get_ipython", "__name__", "__file__"}


def is_on_path(cell: Cell) -> bool:
    """Tell whether a cell belongs to the path."""
    return SHORT_PATH in tags_of(cell)


def takes_what_was_trained(notebook: Notebook) -> bool:
    """Tell whether the path says that REJOIN is to be True on it."""
    text = (source_of(cell) for cell in notebook["cells"] if is_on_path(cell) and is_text(cell))
    return any(f"{REJOIN} = True" in each for each in text)


def is_text(cell: Cell) -> bool:
    """Tell whether a cell is to be read and not to be run."""
    return cell.get("cell_type") == "markdown"


@dataclass(frozen=True)
class PathTime:
    """What the minutes of a path are spent on."""

    reading: float
    skimming: float
    """The code."""
    own: float
    """The exercise, and predictions."""
    waiting: float

    @property
    def minutes(self) -> float:
        """All of them."""
        return self.reading + self.skimming + self.own + self.waiting


def path_time(notebook: Notebook, work: float) -> PathTime:
    """Return what the path takes on a machine where its cells take ``work`` seconds.

    Checks need not be read, nor imports, nor the settings.
    """
    words, lines, predictions = 0, 0, 0
    for cell in filter(is_on_path, notebook["cells"]):
        if cell.get("cell_type") == "markdown":
            words += len(re.findall(r"\w+", source_of(cell)))
        elif check_of(cell) is None and PARAMETERS not in tags_of(cell):
            code = [line for line in source_of(cell).splitlines() if line.strip()]
            lines += sum(not line.lstrip().startswith(("import ", "from ", "#")) for line in code)
            predictions += any(tag.startswith(PREDICT) for tag in tags_of(cell))
    own = EXERCISE_MINUTES + PREDICTION_MINUTES * predictions
    return PathTime(words / WORDS_A_MINUTE, lines / CODE_LINES_A_MINUTE, own, work / 60)


def path_minutes(notebook: Notebook, work: float) -> float:
    """Return the minutes of the path on a machine where its cells take ``work`` seconds."""
    return path_time(notebook, work).minutes


def faults_of_path(notebook: Notebook, told: About, plugin: Plugin = PLAIN) -> Iterator[str]:
    """Yield what is wrong with the ten-minute path of a lesson; a tool needs none."""
    cells = notebook["cells"]
    yield from _marks(cells)
    if not any(map(is_on_path, cells)):
        if told.kind is Kind.LESSON:
            yield f"no cell is tagged {SHORT_PATH}: mark ten minutes (a picture, an exercise, a surprise)"
        return
    yield from _parts(cells, plugin)
    yield from _lost_names(cells)
    if told.short_work is None:
        yield "metadata.lessonkit.short_path.work is missing; measure it with 'run --short-path'"
    elif (minutes := path_minutes(notebook, told.short_work)) > LONGEST:
        yield f"the ten-minute path takes {minutes:.1f} minutes; leave something out"


def _marks(cells: list[Cell]) -> Iterator[str]:
    """Tag and mark go together."""
    for number, cell in enumerate(cells, start=1):
        first = source_of(cell).partition("\n")[0].strip()
        marked = first == (MARK if cell.get("cell_type") == "markdown" else f"# {MARK}")
        if marked and not is_on_path(cell):
            yield f"cell {number} shows {MARK} and is not tagged {SHORT_PATH}"
        elif is_on_path(cell) and not marked:
            yield f"cell {number} is tagged {SHORT_PATH}; its first line must be the mark {MARK}"


def _parts(cells: list[Cell], plugin: Plugin) -> Iterator[str]:
    """The path has all that makes one, and none of its pairs is torn apart."""
    on = [cell for cell in cells if is_on_path(cell)]
    text = "\n".join(source_of(cell) for cell in on if cell.get("cell_type") == "markdown")
    tags = {tag for cell in on for tag in tags_of(cell)}
    pairs = [(f"{one}{name}", f"{other}{name}") for one, other, name in _pairs(cells)]
    for one, other in pairs:
        if (one in tags) != (other in tags):
            there, missing = (one, other) if one in tags else (other, one)
            yield f"the ten-minute path has {there} and not {missing}"
    if PARAMETERS not in tags and any(PARAMETERS in tags_of(cell) for cell in cells):
        yield "the ten-minute path leaves out the settings"
    if not any(map(exercise_of, on)):
        yield "the ten-minute path has no exercise"
    if not any(tag.startswith(REVEAL) for tag in tags) and "surprise" not in text.lower():
        yield "the ten-minute path has no surprise: neither a prediction nor a text that tells of one"
    if not any(cell.get("cell_type") == "code" and _PICTURE.search(source_of(cell)) for cell in on):
        yield "the ten-minute path has no picture"
    if "ten minutes" not in text.lower():
        yield "the ten-minute path does not say what it is: begin it with 'Only ten minutes?'"
    if f"{REJOIN} = True" in text:
        code = "\n".join(source_of(cell) for cell in on if not is_text(cell))
        if not any(REJOIN in source_of(cell) for cell in on if PARAMETERS in tags_of(cell)):
            yield f"the ten-minute path says '{REJOIN} = True', and there is no such setting"
        for name in re.findall(r"""\brejoin\(["']([\w-]+)["']""", code):
            if not plugin.has_checkpoint(name):
                yield f"the ten-minute path says '{REJOIN} = True', and no checkpoint {name} comes along"


def _pairs(cells: list[Cell]) -> Iterator[tuple[str, str, str]]:
    """Yield the tags that belong together, as two prefixes and a name."""
    for cell in cells:
        if (name := exercise_of(cell)) is not None:
            yield "exercise:", "check:", name
        for tag in tags_of(cell):
            if tag.startswith(PREDICT):
                yield PREDICT, REVEAL, tag.removeprefix(PREDICT)


@dataclass
class _Names:
    """The names of a kernel that ran some cells."""

    bound: set[str] = field(default_factory=set)
    inner: dict[str, set[str]] = field(default_factory=dict)
    """For each function and class the names of the kernel that it needs when it is called."""

    def needed(self, names: Iterable[str]) -> set[str]:
        """Return the names and what the functions among them need, directly or by other functions."""
        found: set[str] = set()
        ahead = list(names)
        while ahead:
            name = ahead.pop()
            if name not in found:
                found.add(name)
                ahead += self.inner.get(name, ())
        return found - _GIVEN


def _lost_names(cells: list[Cell]) -> Iterator[str]:
    """Yield the cells that use a name which no cell of the path has bound before."""
    names = _Names()
    for number, cell in enumerate(cells, start=1):
        if not is_on_path(cell) or cell.get("cell_type") != "code":
            continue
        try:
            table, tree = symtable.symtable(source_of(cell), "cell", "exec"), tree_of(cell)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            tree = None
        if tree is None:
            yield f"cell {number} is on the ten-minute path and is not plain Python"
            continue
        used, own = _used(table, tree, names), _bound(table, tree)
        if lost := names.needed(used) - names.bound - own:
            shown = ", ".join(sorted(lost))
            yield f"cell {number} of the ten-minute path uses {shown}, bound by no cell of it before"
        if check_of(cell) is None:  # what a check assigns is there only when the answer is right
            names.bound |= own


def _used(table: symtable.SymbolTable, tree: ast.Module, names: _Names) -> set[str]:
    """Return the names that a cell uses when it runs; note those that its functions need when called."""
    used = {symbol.get_name() for symbol in table.get_symbols() if symbol.is_referenced()}
    for node in ast.walk(tree):
        if isinstance(node, ast.AugAssign) and isinstance(node.target, ast.Name):
            used |= {node.target.id} & {symbol.get_name() for symbol in table.get_symbols()}
    for child in table.get_children():
        if child.get_name() in _INLINE:
            used |= _globals_of(child)
        else:
            names.inner[child.get_name()] = _globals_of(child)
    return used


def _globals_of(table: symtable.SymbolTable) -> set[str]:
    """Return the names of the kernel that a function or a class uses, with all that is within it."""
    own = {
        symbol.get_name() for symbol in table.get_symbols() if symbol.is_global() and symbol.is_referenced()
    }
    return own.union(*(_globals_of(child) for child in table.get_children()))


def _bound(table: symtable.SymbolTable, tree: ast.Module) -> set[str]:
    """Return the names that a cell leaves in the kernel; ``n += 1`` alone leaves none that was not there."""
    nodes = list(ast.walk(tree))
    grown = [node.target for node in nodes if isinstance(node, ast.AugAssign)]
    stored = [node for node in nodes if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)]
    only_grown = {node.id for node in grown if isinstance(node, ast.Name)}
    only_grown -= {node.id for node in stored if node not in grown}
    symbols = table.get_symbols()
    bound = {symbol.get_name() for symbol in symbols if symbol.is_assigned() or symbol.is_imported()}
    bound |= {child.get_name() for child in table.get_children() if child.get_name() not in _INLINE}
    # A comprehension is a scope of its own, but a walrus in it binds outside.
    return bound - only_grown | {node.target.id for node in nodes if isinstance(node, ast.NamedExpr)}
