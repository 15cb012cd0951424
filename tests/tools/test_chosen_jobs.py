"""Which jobs a run of the test command takes, and which it tells as left out."""

from __future__ import annotations

from pathlib import Path

from tools.testrun.parts import Choice, choose, load

TABLE = """
[first]
about = "What others need"
budget = 10
jobs.make = {}
jobs.machine = { depth = "full", after = ["first.make"] }
[second]
about = "A job, and a full one that needs a full one"
budget = 10
jobs.quick = { after = ["first.make"] }
jobs.all = { depth = "full", after = ["first.machine"] }
"""


def chosen(root: Path, *also: str) -> Choice:
    folder = root / "tools/test-parts"
    folder.mkdir(parents=True)
    (folder / "parts.toml").write_text(TABLE)
    for part in ("first", "second"):
        (folder / f"{part}.bash").touch()
    return choose(load(root), (), None, root, also)


def test_a_run_makes_nothing_that_only_a_full_job_needs(tmp_path: Path) -> None:
    choice = chosen(tmp_path)
    assert list(choice.jobs) == ["first.make", "second.quick"]
    assert [str(job) for job in choice.left_out] == ["first.machine", "second.all"]


def test_what_a_full_job_needs_runs_with_it_and_is_not_told_as_left_out(tmp_path: Path) -> None:
    choice = chosen(tmp_path, "second.all")
    assert list(choice.jobs) == ["first.make", "first.machine", "second.quick", "second.all"]
    assert choice.left_out == ()


def test_the_machine_like_fedora_is_made_for_its_full_job_alone() -> None:
    parts = load(Path(__file__).resolve().parents[2])
    assert "prepare.fedora" not in choose(parts, (), None, Path()).jobs
    assert "prepare.fedora" in choose(parts, (), None, Path(), ["roles.fedora"]).jobs
