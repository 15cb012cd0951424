from pathlib import Path

from workshop.sync.apply import Outcome, Report
from workshop.sync.decide import Action
from workshop.sync.request import ORDER, summary

BESIDE = Outcome(
    "a b.ipynb",
    Action.BESIDE,
    "why; yours is untouched, the new one is a b.upstream-1.ipynb",
    "a b.upstream-1.ipynb",
)


def told(report: Report, dry_run: bool = False, has_viewer: bool = False) -> str:
    return "\n".join(summary(report, Path("/home/me"), dry_run, has_viewer))


def test_every_action_has_its_place_and_every_file_its_line() -> None:
    assert {action for action, _ in ORDER} | {Action.UPDATED, Action.NOTHING} == set(Action)
    files = [
        Outcome(f"{action}.ipynb", action, f"because {action}") for action in Action if action != "nothing"
    ]
    text = told(Report("rev", files))
    for each in files:
        assert f"{each.path}: {each.reason}" in text


def test_what_is_new_is_told_when_something_came() -> None:
    assert "v2\n  More lessons" in told(Report("rev", [BESIDE], news="v2\nMore lessons"))
    assert "v2" not in told(Report("rev", [], news="v2\nMore lessons"))


def test_how_to_look_at_both() -> None:
    report = Report("rev", [BESIDE])
    assert "nbdiff-web '/home/me/a b.ipynb' '/home/me/a b.upstream-1.ipynb'" in told(report, has_viewer=True)
    assert "nbdiff-web" not in told(report) and "side by side" in told(report)


def test_verdicts() -> None:
    assert told(Report("rev", [])) == "Nothing to do: your notebooks are at revision rev."
    assert "Nothing was written" in told(Report("rev", [BESIDE]), dry_run=True)
    assert "as they were before revision rev" in told(Report("rev", [BESIDE], undone=True))
    offline = Report("rev", [], notes=("nothing done, offline: x",), offline=True)
    assert told(offline) == "! nothing done, offline: x"
    assert "workshop update undo" in told(Report("rev", [BESIDE], backups=Path("/state/files")))
