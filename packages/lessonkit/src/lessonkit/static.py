"""What can be said about a lesson's file without running it."""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote

from lessonkit.answers import FOLDER, read_answers
from lessonkit.catalogue import (
    BUDGET_UNITS,
    CHECK,
    EXERCISE,
    INJECTED,
    MAY_RAISE,
    PARAMETERS,
    WORK,
    About,
    Cell,
    Kind,
    Lesson,
    Notebook,
    Profile,
    check_of,
    exercise_of,
    exercises_in,
    read_solution,
    source_of,
    tags_of,
)
from lessonkit.cells import hidden_pictures, replaced_helpers, tree_of
from lessonkit.errors import LessonkitError
from lessonkit.plugin import PLAIN, Plugin
from lessonkit.predictions import faults_of_predictions
from lessonkit.shortpath import faults_of_path

CELL_LINES = 25
FEWEST_EXERCISES = 3
FAST_WORK = 60.0
SHORTEST_STEP = 12
"""What is shorter than this gives no solution away."""

_ID = re.compile(r"[a-zA-Z0-9_-]{1,64}")
_EXERCISE_NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_MARKDOWN_IMAGE = re.compile(r"!\[[^\]]*\]\(\s*<?([^)\s>]+)")
_HTML_IMAGE = re.compile(r"<(?:img|source|video)\b[^>]*?\bsrc\s*=\s*[\"']([^\"']+)", re.IGNORECASE)
_CODE = re.compile(r"(`+).+?\1", re.DOTALL)
_FORMULA = re.compile(r"\$\$?([^$]+)\$\$?")
_NOTEBOOK_LINK = re.compile(r"(?<!!)\[[^\]]*\]\(\s*<?([^)\s>]+\.ipynb)(?:#[^)]*)?\)")


def faults_of_file(
    lesson: Lesson, notebook: Notebook, told: About, notebooks: Path, *, ran: bool, plugin: Plugin = PLAIN
) -> list[str]:
    """Return what is wrong with a lesson's file, one line for each fault.

    ``ran`` says that the lesson is also going to be run here, so its kernel has to be here too.
    """
    cells = notebook["cells"]
    faults = [
        *_left_overs(notebook),
        *_identities(notebook),
        *_lengths(cells),
        *_kernel(told, plugin, ran=ran),
    ]
    faults += [*_settings(told), *_parameters(cells, told), *_pairs(cells, told)]
    faults += [*_check_cells(cells), *_solutions(notebook, notebooks), *_references(lesson, cells)]
    faults += _formulas(cells)
    faults += [*faults_of_predictions(notebook), *faults_of_path(notebook, told, plugin)]
    faults += [*hidden_pictures(notebook, plugin.sources), *replaced_helpers(notebook)]
    return list(map(as_one_line, faults))


def as_one_line(text: str) -> str:
    """Return a text with what would break its line, or steer a terminal, written as escapes."""
    return "".join(letter if letter.isprintable() else repr(letter)[1:-1] for letter in text)


def _left_overs(notebook: Notebook) -> Iterator[str]:
    """Outputs and execution counts do not belong in git, but for those that the output filter keeps too."""
    if notebook.get("metadata", {}).get("git", {}).get("suppress_outputs", True) is False:
        return
    for number, cell in enumerate(notebook["cells"], start=1):
        if "keep_output" in tags_of(cell):
            continue
        if cell.get("outputs"):
            yield f"cell {number} holds outputs; clear them"
        if cell.get("execution_count") is not None:
            yield f"cell {number} holds an execution count; clear it"


def _identities(notebook: Notebook) -> Iterator[str]:
    """Every cell needs an id of its own: sync tells cells apart by it."""
    if (notebook.get("nbformat", 0), notebook.get("nbformat_minor", 0)) < (4, 5):
        yield "the notebook's format is older than 4.5, which has no cell ids; save it with JupyterLab"
    seen: dict[str, int] = {}
    for number, cell in enumerate(notebook["cells"], start=1):
        identity = str(cell.get("id", ""))
        if not _ID.fullmatch(identity):
            yield f"cell {number} has no proper id; save it with JupyterLab"
        elif identity in seen:
            yield f"cell {number} has the id {identity} of cell {seen[identity]}; give it another"
        seen.setdefault(identity, number)


def _lengths(cells: list[Cell]) -> Iterator[str]:
    """Short cells can be taught."""
    for number, cell in enumerate(cells, start=1):
        if lines_of(cell) > CELL_LINES:
            yield f"cell {number} has {lines_of(cell)} lines of code, at most {CELL_LINES}"


def _kernel(told: About, plugin: Plugin, *, ran: bool) -> Iterator[str]:
    """The kernel must be one that the house knows, or one that is here."""
    if not told.kernel:
        yield "its metadata names no kernel; choose one in JupyterLab and save"
        return
    # As dear as all other imports of this package together, and who only warms lessons needs it not.
    from jupyter_client.kernelspec import KernelSpecManager

    here = set(KernelSpecManager().find_kernel_specs())
    known = here | set(plugin.kernels)
    if told.kernel not in known:
        yield f"the kernel '{told.kernel}' is unknown; known are {', '.join(sorted(known))}"
    elif ran and told.kernel not in here:
        yield plugin.no_kernel(told.kernel, ", ".join(sorted(here)) or "none")


def _settings(told: About) -> Iterator[str]:
    """A lesson says what it takes."""
    if told.minutes is None:
        yield "metadata.lessonkit.minutes is missing"
    for profile in Profile:
        for key in BUDGET_UNITS:
            if key not in told.budget.get(profile, {}):
                yield f"metadata.lessonkit.budget.{profile}.{key} is missing"
    work = told.budget.get(Profile.FAST, {}).get(WORK, 0)
    if work > FAST_WORK:
        yield f"metadata.lessonkit.budget.fast.{WORK} is {work:g}, at most {FAST_WORK:g}"


def _parameters(cells: list[Cell], told: About) -> Iterator[str]:
    """Exactly one cell sets the profile, and nobody saved an injected one."""
    tagged = [cell for cell in cells if PARAMETERS in tags_of(cell)]
    if len(tagged) != 1 and (tagged or told.kind is Kind.LESSON):
        yield f"{len(tagged)} cells are tagged parameters, there must be exactly one"
    for cell in tagged:
        if not re.search(r"^PROFILE\s*=\s*([\"'])full\1", source_of(cell), re.MULTILINE):
            yield 'the parameters cell does not say PROFILE = "full"'
    if any(INJECTED in tags_of(cell) for cell in cells):
        yield f"a cell is tagged {INJECTED}; remove it"


def _pairs(cells: list[Cell], told: About) -> Iterator[str]:
    """Every exercise has one stub, which may raise, and after it one check."""
    stubs = _positions(cells, EXERCISE)
    checks = _positions(cells, CHECK)
    if told.kind is Kind.LESSON and len(stubs) < FEWEST_EXERCISES:
        yield f"the number of exercises is {len(stubs)}, at least {FEWEST_EXERCISES}"
    for name in sorted(set(stubs) | set(checks)):
        if not _EXERCISE_NAME.fullmatch(name):
            yield f"the exercise name {name!r} must be lower case words joined by hyphens"
        if len(stubs.get(name, [])) != 1 or len(checks.get(name, [])) != 1:
            yield (
                f"{name}: {len(stubs.get(name, []))} cells are tagged exercise:{name} and "
                f"{len(checks.get(name, []))} check:{name}, there must be one of each"
            )
        elif checks[name][0] < stubs[name][0]:
            yield f"{name}: the check comes before the exercise"
    for number, cell in enumerate(cells, start=1):
        if cell.get("cell_type") != "code" and (exercise_of(cell) or check_of(cell)):
            yield f"cell {number} is tagged as exercise or check but holds no code"
        elif exercise_of(cell) and MAY_RAISE not in tags_of(cell):
            yield f"cell {number} is an exercise; tag it {MAY_RAISE}, too: a slip must not stop Run All"


def _check_cells(cells: list[Cell]) -> Iterator[str]:
    """A check stands behind its exercise, says what it checks, and leaves nothing that later cells need.

    What it assigns is missing when the answer is not right, and Run All would stop there.
    """
    numbered = [(number, cell) for number, cell in enumerate(cells, 1) if cell.get("cell_type") == "code"]
    bound, used = ([_names(cell, kind) for _, cell in numbered] for kind in (ast.Store, ast.Load))
    for place, (number, cell) in enumerate(numbered):
        name = check_of(cell)
        if name is None:
            continue
        if place == 0 or exercise_of(numbered[place - 1][1]) != name:
            yield f"cell {number} checks {name}; it has to be the next cell of code behind that exercise"
        if f'check("{name}")' not in source_of(cell):
            yield f"cell {number} is tagged check:{name} but holds no 'with check(\"{name}\")'"
        lost = bound[place] - set().union(*bound[:place], *bound[place + 1 :])
        for (later, _), names in zip(numbered[place + 1 :], used[place + 1 :], strict=True):
            if needed := lost & names:
                yield f"cell {later} uses {', '.join(sorted(needed))} of the check in cell {number}"


def _names(cell: Cell, context: type[ast.expr_context]) -> set[str]:
    """Return the names that a cell assigns or defines, or those that it uses; none of one with magics."""
    tree = tree_of(cell)
    nodes = [] if tree is None else list(ast.walk(tree))
    names = {node.id for node in nodes if isinstance(node, ast.Name) and isinstance(node.ctx, context)}
    if context is ast.Store:
        names |= {node.arg for node in nodes if isinstance(node, ast.arg)}
        names |= {node.name for node in nodes if isinstance(node, ast.FunctionDef | ast.ClassDef)}
        names |= {
            (node.asname or node.name).partition(".")[0] for node in nodes if isinstance(node, ast.alias)
        }
    return names


def _positions(cells: list[Cell], prefix: str) -> dict[str, list[int]]:
    """Return where each name behind a prefix is tagged."""
    found: dict[str, list[int]] = {}
    for position, cell in enumerate(cells):
        for tag in tags_of(cell):
            if tag.startswith(prefix):
                found.setdefault(tag.removeprefix(prefix), []).append(position)
    return found


def _solutions(notebook: Notebook, notebooks: Path) -> Iterator[str]:
    """Every exercise has a solution that fits into a cell, and stored answers."""
    for name in dict.fromkeys(exercises_in(notebook)):
        try:
            lines = code_lines(read_solution(notebooks, name))
        except LessonkitError as error:
            yield str(error)
            continue
        try:
            read_answers(notebooks, name)
        except LessonkitError as error:
            yield str(error)
        if lines > CELL_LINES:
            yield f"the solution of {name} has {lines} lines of code, at most {CELL_LINES}"


def _references(lesson: Lesson, cells: list[Cell]) -> Iterator[str]:
    """Every picture and every other lesson that the text refers to is there, without a network."""
    for number, cell in enumerate(cells, start=1):
        if cell.get("cell_type") != "markdown":
            continue
        text = source_of(cell)
        for target in _MARKDOWN_IMAGE.findall(text) + _HTML_IMAGE.findall(text):
            if target.startswith("attachment:"):
                if unquote(target.removeprefix("attachment:")) not in cell.get("attachments", {}):
                    yield f"cell {number} shows {target}, which is not attached"
            elif re.match(r"(https?:)?//", target):
                yield f"cell {number} shows {target} from the network; put it into notebooks/images"
            elif not target.startswith("data:") and not _there(lesson, target):
                yield f"cell {number} shows {target}, which does not exist"
        for target in _NOTEBOOK_LINK.findall(text):
            if "://" not in target and not _there(lesson, target):
                yield f"cell {number} links to {target}, which does not exist"


def _formulas(cells: list[Cell]) -> Iterator[str]:
    """What stands between dollars is drawn as a formula, even where the dollars themselves are meant."""
    for number, cell in enumerate(cells, start=1):
        if cell.get("cell_type") == "markdown":
            for formula in _FORMULA.findall(_CODE.sub("", source_of(cell))):
                if not re.search(r"\w", formula):
                    yield f"cell {number} shows {formula} as a formula; write `${formula}$`"


def _there(lesson: Lesson, target: str) -> bool:
    """Tell whether a relative reference leads to a file."""
    return (lesson.path.parent / unquote(target.partition("#")[0])).is_file()


def faults_between(notebooks: Path, exercises: dict[str, list[str]]) -> list[str]:
    """Return what is wrong between lessons: exercises with one name, solutions of no exercise.

    ``exercises`` holds the exercises of every lesson.
    """
    counts = Counter(name for names in exercises.values() for name in set(names))
    faults = []
    for name in sorted(name for name, count in counts.items() if count > 1):
        where = ", ".join(lesson for lesson, names in exercises.items() if name in names)
        faults.append(f"the exercise name {name} is used by {where}; give each its own")
    for path in sorted((notebooks / "solutions").glob("*.py")):
        if path.stem not in counts:
            faults.append(f"solutions/{path.name} belongs to no exercise; remove it or tag its cell")
    for path in sorted((notebooks / "solutions" / FOLDER).glob("*.py")):
        if path.stem not in counts:
            faults.append(f"solutions/{FOLDER}/{path.name} belongs to no exercise; remove it or tag its cell")
    return faults


def solution_steps(text: str) -> list[str]:
    """Return the expressions that a solution is made of: what it returns, assigns or hands to a call."""
    steps = []
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Return | ast.Assign | ast.AugAssign) and node.value is not None:
            steps.append(ast.unparse(node.value))
    return [step for step in steps if len(step) >= SHORTEST_STEP]


def code_lines(text: str) -> int:
    """Count the lines of code in a text: those that are neither blank nor only a comment."""
    return sum(1 for line in text.splitlines() if line.strip() and not line.strip().startswith("#"))


def lines_of(cell: Cell) -> int:
    """Count the lines of code in a cell."""
    return code_lines(source_of(cell)) if cell.get("cell_type") == "code" else 0
