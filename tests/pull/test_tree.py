"""A verified revision as files: nothing that git could be made to run, nothing outside the folder."""

import os

from tests.pull.bed import PullBed
from tests.sync.bed import notebook


def test_programs_stay_programs_and_links_are_left_out(bed: PullBed) -> None:
    bed.publish_file("tools/run.bash", b"#!/bin/sh\n", mode=0o755)
    (bed.organiser.folder / "link").symlink_to("/etc/passwd")
    bed.organiser.release("v1", a_ipynb=notebook("1"))
    bed.puller().pull()
    assert os.access(bed.current / "tools/run.bash", os.X_OK)
    assert not os.access(bed.current / "notebooks/a.ipynb", os.X_OK)
    assert not (bed.current / "link").is_symlink()


def test_filters_of_the_revision_are_not_run(bed: PullBed) -> None:
    marker = bed.folder / "ran"
    bed.publish_file(".gitattributes", b"*.ipynb filter=evil export-subst\n")
    bed.publish_file(".gitconfig", f'[filter "evil"]\n\tsmudge = touch {marker}\n'.encode())
    bed.organiser.release("v1", a_ipynb=notebook("$Format:%H$"))
    bed.puller().pull()
    assert (bed.current / "notebooks/a.ipynb").read_bytes() == notebook("$Format:%H$")
    assert not marker.exists()


def test_the_tree_before_is_kept_and_older_ones_go(bed: PullBed) -> None:
    commits = []
    for number in range(1, 5):
        commits.append(bed.organiser.release(f"v{number}", a_ipynb=notebook(str(number))))
        bed.puller().pull()
    trees = {path.name for path in (bed.prefix / "pull").glob("source-*")}
    assert trees == {f"source-{commit}" for commit in commits[-2:]}
    assert bed.current.name == f"source-{commits[-1]}"


def test_a_half_written_tree_of_a_killed_pull_is_no_obstacle(bed: PullBed) -> None:
    commit = bed.organiser.release("v1", a_ipynb=notebook("1"))
    half = bed.prefix / "pull" / f".source-{commit}.new"
    half.mkdir(parents=True)
    (half / "rubbish").write_text("x")
    bed.puller().pull()
    assert not half.exists()
    assert not (bed.current / "rubbish").exists()
