"""The folders of verified revisions, and the repository that hands them over."""

from pathlib import Path

import pytest

from sync.bed import git, notebook
from sync.machine.bed import PullBed
from workshop.core.errors import WorkshopError
from workshop.sync.machine import make_current


def trees(bed: PullBed) -> set[str]:
    return {path.name for path in (bed.prefix / "pull").glob("source-*")}


def test_the_tree_before_is_kept_and_older_ones_go(bed: PullBed) -> None:
    commits = []
    for number in range(1, 5):
        commits.append(bed.organiser.release(f"v{number}", a_ipynb=notebook(str(number))))
        bed.puller().pull()
    assert trees(bed) == {f"source-{commit}" for commit in commits[-2:]}
    assert bed.current.name == f"source-{commits[-1]}"


def test_a_revision_that_never_came_to_its_end_does_not_displace_the_one_before(bed: PullBed) -> None:
    first = bed.organiser.release("v1", a_ipynb=notebook("1"))
    bed.puller().pull()
    bed.organiser.release("v2", a_ipynb=notebook("2"))
    bed.notes.broken = True
    with pytest.raises(WorkshopError):
        bed.puller().pull()
    assert bed.current.name == f"source-{first}", "what is current came to its end"
    bed.notes.broken = False
    third = bed.organiser.release("v3", a_ipynb=notebook("3"))
    bed.puller().pull()
    assert trees(bed) == {f"source-{first}", f"source-{third}"}


def test_what_killed_pulls_left_is_no_obstacle_and_goes(bed: PullBed) -> None:
    commit = bed.organiser.release("v1", a_ipynb=notebook("1"))
    half, exported = (bed.prefix / "pull" / name for name in (f"source-{commit}", f".source-{commit}.new"))
    for folder in (half, exported):  # the second kind is an older workshop's
        folder.mkdir(parents=True)
        (folder / "rubbish").write_text("x")
    bed.puller().pull()
    assert not exported.exists()
    assert not (bed.current / "rubbish").exists()
    assert git(bed.current, "rev-parse", "HEAD") == commit


def test_a_link_in_place_of_a_tree_is_taken_away_and_not_followed(bed: PullBed, tmp_path: Path) -> None:
    commit = bed.organiser.release("v1", a_ipynb=notebook("1"))
    mine = tmp_path / "mine-alone"
    mine.mkdir()
    (mine / "file").write_text("x")
    (bed.prefix / "pull").mkdir(parents=True)
    (bed.prefix / "pull" / f"source-{commit}").symlink_to(mine)
    bed.puller().pull()
    assert (mine / "file").exists()
    assert not (bed.prefix / "pull" / f"source-{commit}").is_symlink()


def test_current_is_never_missing(tmp_path: Path) -> None:
    for name in ("source-1", "source-2"):
        (tmp_path / name).mkdir()
        (tmp_path / ".current.new").symlink_to("left by a kill")
        make_current(tmp_path / name)
        assert (tmp_path / "current").readlink().name == name


def test_only_the_verified_revision_can_be_taken_from_the_mirror(bed: PullBed) -> None:
    bed.organiser.release("v1", a_ipynb=notebook("1"))
    bed.puller().pull()
    commit = bed.organiser.release("v2", a_ipynb=notebook("2"))
    bed.organiser.git("branch", "--quiet", "--move", "main", "trunk")
    bed.puller().pull()
    offered = git(bed.prefix / "pull/mirror/repository.git", "show-ref", "--heads", "--tags").splitlines()
    assert [line.split()[1] for line in offered] == ["refs/heads/trunk", "refs/tags/v1", "refs/tags/v2"]
    assert offered[0].startswith(commit)
