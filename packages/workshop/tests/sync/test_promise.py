"""The promise of the manual, docs/reference/sync.md: each row is a test, and each test is a row."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[4]
ROWS = range(1, 104)


def promised() -> list[tuple[int, str, str]]:
    """Return the table's rows: number, what happened, what a sync does."""
    text = Path(__file__).with_name("promise.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (\d+) \| (.+?) \| (.+?) \|$", text, re.MULTILINE)
    return [(int(number), what, then) for number, what, then in rows]


def covered() -> dict[int, list[str]]:
    """Return the names of the tests by the number of their row."""
    found: dict[int, list[str]] = {}
    for file in sorted((ROOT / "packages/workshop/tests/sync/cases").glob("test_*.py")):
        text = file.read_text(encoding="utf-8")
        for number, name in re.findall(r"^def test_(\d{2,3})_(\w+)\(", text, re.MULTILINE):
            found.setdefault(int(number), []).append(name)
    return found


def test_the_promise_has_every_row_once() -> None:
    assert [number for number, _, _ in promised()] == list(ROWS)


def test_every_row_of_the_promise_is_tested_and_every_tested_row_is_promised() -> None:
    assert sorted(covered()) == list(ROWS)


def test_no_row_repeats_another() -> None:
    happened = [what for _, what, _ in promised()]
    assert len(set(happened)) == len(happened)
