"""The stored answers to an exercise, beside its solution: wrong ones, and another right one.

``notebooks/solutions/answers/NAME.py`` holds one answer after the other, each the whole text of the
exercise's cell::

    # %% wrong: the largest of the whole table is subtracted, not that of each row
    def softmax(scores): …

    # %% right: by logarithms
    def softmax(scores): …

    # %% also right
    # 3: 0.9 → 1.9: the reason why a change of the solution by one step is right, too

The text after ``wrong:`` is the misconception that the answer stands for. Where many answers are right
in a way that no change by one step leaves, ``# %% no mutants: WHY`` says so.
"""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass, field
from pathlib import Path

from lessonkit.catalogue import SOLUTIONS
from lessonkit.errors import LessonkitError

FOLDER = "answers"
FEWEST_WRONG = 3
_HEADING = re.compile(r"^# %% *(wrong|right|also right|no mutants) *(?:: *(.*))?$")
_REASON = re.compile(r"^# (\d+: .+? → .+?): (.+)$")


@dataclass
class Answers:
    """The stored answers to one exercise."""

    wrong: dict[str, str] = field(default_factory=dict)
    """By misconception the text of the cell."""
    right: dict[str, str] = field(default_factory=dict)
    reasons: dict[str, str] = field(default_factory=dict)
    """By mutant of the solution why it is right, too."""
    spared: str = ""
    """Why no mutants are tried: what the exercise asks for is a matter of taste."""


def answers_path(notebooks: Path, exercise: str) -> Path:
    """Return where the answers to an exercise lie."""
    return notebooks / SOLUTIONS / FOLDER / f"{exercise}.py"


def read_answers(notebooks: Path, exercise: str) -> Answers:
    """Return the stored answers to an exercise.

    Raises LessonkitError when there are none, too few, or something in the file cannot be understood.
    """
    path = answers_path(notebooks, exercise)
    shown = f"{SOLUTIONS}/{FOLDER}/{path.name}"
    try:
        answers = parse(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise LessonkitError(f"the exercise {exercise} has no wrong answers; write {shown}") from error
    except (ValueError, SyntaxError) as error:
        raise LessonkitError(f"{shown}: {error}") from error
    if len(answers.wrong) < FEWEST_WRONG:
        raise LessonkitError(f"{shown} has {len(answers.wrong)} wrong answers, at least {FEWEST_WRONG}")
    if not answers.right:
        raise LessonkitError(f"{shown} has no right answer beside the solution; write one, differently")
    return answers


def parse(text: str) -> Answers:
    """Read a file of answers; raises ValueError or SyntaxError where it cannot be understood."""
    answers = Answers()
    blocks: list[tuple[str, str, list[str]]] = []
    for line in text.splitlines():
        heading = _HEADING.match(line)
        if heading:
            blocks.append((heading[1], heading[2] or "", []))
        elif line.startswith("# %%"):
            raise ValueError(f"'{line}' is none of wrong, right, also right, no mutants")
        elif blocks:
            blocks[-1][2].append(line)
        elif line.strip() and not line.startswith("#"):
            raise ValueError(f"'{line}' stands before the first '# %%'")
    for kind, title, lines in blocks:
        body = "\n".join(lines).strip("\n")
        if kind == "no mutants":
            answers.spared = title
            continue
        if kind == "also right":
            answers.reasons.update(_reasons(lines))
            continue
        found = answers.wrong if kind == "wrong" else answers.right
        if not title or title in found:
            raise ValueError(f"a {kind} answer needs a name of its own, not '{title}'")
        ast.parse(body)
        found[title] = body
    return answers


def _reasons(lines: list[str]) -> dict[str, str]:
    """Read which mutants are right, too, and why."""
    found = {}
    for line in filter(str.strip, lines):
        match = _REASON.match(line)
        if not match:
            raise ValueError(f"'{line}' is not a mutant with a reason, such as '# 3: a + b → a - b: why'")
        found[match[1]] = match[2]
    return found
