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
