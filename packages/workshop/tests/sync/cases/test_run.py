"""Rows 80 to 95 of the promise: any file, any source, stolen keys, and repositories made to hurt."""

import os
import shutil
import subprocess
import time
from pathlib import Path

import pytest

from sync.bed import CLEAN, Bed, book, cell, git, notebook
from sync.forge import carry, listed
from sync.organiser import DAY, FIRST_DAY, Organiser, allowed_signers, last, new_key
from workshop.core.errors import WorkshopError
from workshop.sync import apply, plan, source, trust
from workshop.sync.git import UnreachableError, failure
from workshop.sync.trust import keys_of

A, B = cell("a", "a"), cell("b", "b")


@pytest.fixture
def organiser(bed: Bed, tmp_path: Path) -> Organiser:
    return Organiser(bed, new_key(tmp_path / "keys", "organiser"))


@pytest.fixture
def signers(organiser: Organiser, tmp_path: Path) -> Path:
    assert organiser.key is not None
    return allowed_signers(tmp_path / "signers", organiser.key)


def fed(repository: Path, text: str, *words: str) -> str:
    """Run git with something on its standard input."""
    done = subprocess.run(
        ["git", *words], cwd=repository, env=CLEAN, input=text, capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


ODD = [
    b'{"nbformat": 4, "nbformat_minor": "x", "metadata": {}, "cells": []}',
    b'{"nbformat": [], "metadata": {}, "cells": []}',
    b'{"nbformat": 4, "metadata": {}, "cells": [{"cell_type": [], "source": {}}]}',
    b'{"nbformat": 4, "metadata": {}, "cells": [{"cell_type": "code", "id": [], "source": 1}]}',
    b'{"nbformat": 4, "metadata": {}, "cells": [{"cell_type": "code", "metadata": []}]}',
    b'{"nbformat": 4, "metadata": {}, "cells": [], "cells": []}',
    b'{"nbformat": 3, "worksheets": 7, "metadata": {}}',
    b'{"nbformat": 4, "metadata": {"\\ud800": ' + b"[" * 800 + b"]" * 800 + b'}, "cells": []}',
]


@pytest.mark.parametrize("odd", ODD)
@pytest.mark.parametrize("side", ["mine", "theirs"])
def test_80_one_odd_notebook_does_not_stop_the_others(bed: Bed, odd: bytes, side: str) -> None:
    bed.publish(a_ipynb=book(A, B), b_ipynb=notebook("1"))
    bed.sync()
    bed.edit("a.ipynb", odd if side == "mine" else book(cell("mine", "a"), B))
    bed.publish(a_ipynb=odd if side == "theirs" else book(A, cell("new", "b")), b_ipynb=notebook("2"))
    before = bed.read("a.ipynb")
    actions = bed.actions()
    assert actions["b.ipynb"] == "updated" and bed.read("b.ipynb") == notebook("2")
    assert actions["a.ipynb"] in ("beside", "refused") and bed.read("a.ipynb") == before


def test_80_swapped_ids_are_no_edit(bed: Bed) -> None:
    bed.publish(a_ipynb=book(A, B, cell("c", "c")))
    bed.sync()
    bed.edit("a.ipynb", book(cell("a", "b", ran="1"), cell("b", "a"), cell("c", "c")))
    bed.publish(a_ipynb=book(A, cell("b new", "b"), cell("c", "c")))
    assert bed.actions() == {"a.ipynb": "updated"}
    assert bed.cells() == [("a", "1"), ("b new", ""), ("c", "")]
    assert bed.actions() == {}


def test_80_a_fault_of_ours_is_the_outcome_of_one_file(bed: Bed, monkeypatch: pytest.MonkeyPatch) -> None:
    bed.publish(a_ipynb=notebook("1"), b_ipynb=notebook("1"))
    real = plan.Planner._fate

    def stumble(self: plan.Planner, path: str) -> plan.Fate:
        return real(self, path) if path != "a.ipynb" else [][0]

    monkeypatch.setattr(plan.Planner, "_fate", stumble)
    assert bed.actions() == {"a.ipynb": "refused", "b.ipynb": "updated"}


def test_81_a_locked_folder_of_the_source_is_not_gone(bed: Bed, monkeypatch: pytest.MonkeyPatch) -> None:
    bed.publish(a_ipynb=notebook("1"), **{"sub/b_ipynb": notebook("1")})
    bed.sync()
    scandir, locked = os.scandir, bed.upstream / "notebooks" / "sub"

    def refuse(place: Path) -> object:
        if Path(place) == locked:
            raise PermissionError(13, "Permission denied", str(place))
        return scandir(place)

    monkeypatch.setattr(os, "scandir", refuse)
    assert bed.actions() == {"sub": "refused"}
    assert bed.read("sub/b.ipynb") == notebook("1")


def test_82_an_open_notebook_is_not_undone(bed: Bed) -> None:
    bed.publish(a_ipynb=notebook("1"), b_ipynb=notebook("1"))
    bed.sync()
    bed.publish(a_ipynb=notebook("2"), b_ipynb=notebook("2"))
    bed.sync()
    report = apply.undo(bed.mine, bed.state, open_notebooks=lambda _into: {"a.ipynb": "it is open"})
    assert {each.path: str(each.action) for each in report.files} == {
        "a.ipynb": "deferred",
        "b.ipynb": "restored",
    }
    assert bed.read("a.ipynb") == notebook("2")
    apply.undo(bed.mine, bed.state)
    assert bed.snapshot() == {"a.ipynb": notebook("1"), "b.ipynb": notebook("1")}


@pytest.mark.parametrize(
    "address",
    ["https://example.org/proxy.git", "https://timeout.example.org/x", "git@example.org:ssl/timed-out.git"],
)
def test_83_a_wrong_address_is_not_offline(address: str) -> None:
    said = f"remote: could not resolve\nfatal: repository '{address}/' not found"
    assert not isinstance(failure(said.encode(), address), UnreachableError)
    away = b"fatal: unable to access 'https://x/': Could not resolve host: x"
    assert isinstance(failure(away, address), UnreachableError)


def test_84_a_folder_without_signature_needs_a_word(bed: Bed, organiser: Organiser) -> None:
    bed.publish(a_ipynb=notebook("1"))
    with pytest.raises(WorkshopError, match="--allow-unsigned"):
        organiser.sync(source=str(bed.upstream), allow_unsigned=False)
    assert not bed.mine.exists()
    assert organiser.actions(source=str(bed.upstream)) == {"a.ipynb": "updated"}


def test_85_another_projects_tag_is_refused(
    organiser: Organiser, bed: Bed, signers: Path, tmp_path: Path
) -> None:
    organiser.release("v1", "First\n\nProject: deep-learning", a_ipynb=notebook("1"))
    organiser.sync(signers=signers)
    organiser.release("v2", "Other\n\nProject: cooking", a_ipynb=notebook("cooking"))
    assert organiser.actions(signers=signers) == {} and bed.read("a.ipynb") == notebook("1")
    fresh = Organiser(Bed(bed.upstream, tmp_path / "fresh", tmp_path / "fresh-state"), organiser.key)
    fresh.sync(signers=signers, project="deep-learning")
    assert (tmp_path / "fresh/a.ipynb").read_bytes() == notebook("1"), "a new machine that knows its project"
    organiser.release("v3", "Third\n\nproject: deep-learning", a_ipynb=notebook("3"))
    assert organiser.actions(signers=signers) == {"a.ipynb": "updated"}


def test_86_an_unrelated_history_needs_consent(organiser: Organiser, bed: Bed, signers: Path) -> None:
    organiser.release("v1", a_ipynb=notebook("1"))
    organiser.sync(signers=signers)
    organiser.git("checkout", "--quiet", "--orphan", "other")
    organiser.commit(a_ipynb=notebook("other"))
    organiser.git("branch", "--quiet", "--force", "--move", "other", "main")
    organiser.git("tag", "--sign", "--message=other", "v9")
    for _ in range(2):
        with pytest.raises(WorkshopError, match=r"nothing in common .* --trust-new-source"):
            organiser.sync(signers=signers)
    assert bed.read("a.ipynb") == notebook("1")
    assert organiser.actions(signers=signers, trust_new_source=True) == {"a.ipynb": "updated"}


def begin_anew(organiser: Organiser, **files: bytes) -> None:
    """Put another project in the place of the first."""
    organiser.git("checkout", "--quiet", "--orphan", "other")
    organiser.commit(**files)
    organiser.git("branch", "--quiet", "--force", "--move", "other", "main")


def test_86_an_unrelated_history_that_nobody_signs_needs_it_as_well(organiser: Organiser, bed: Bed) -> None:
    organiser.key = None
    organiser.commit(a_ipynb=notebook("1"))
    organiser.sync()
    known = last(bed)
    begin_anew(organiser, a_ipynb=notebook("other"))
    for options in ({}, {"dry_run": True}, {}):
        with pytest.raises(WorkshopError, match=r"nothing in common .* --trust-new-source"):
            organiser.sync(**options)
    assert bed.read("a.ipynb") == notebook("1") and last(bed) == known
    assert organiser.actions(trust_new_source=True) == {"a.ipynb": "updated"}
    assert last(bed)["commit"] != known["commit"] and organiser.actions() == {}


@pytest.mark.parametrize("lost", ["repository.git", "repository.git/objects/pack"])
def test_86_a_lost_mirror_is_no_consent(organiser: Organiser, bed: Bed, lost: str) -> None:
    organiser.key = None
    organiser.commit(a_ipynb=notebook("1"))
    organiser.sync()
    shutil.rmtree(bed.state / "mirror" / lost)
    begin_anew(organiser, a_ipynb=notebook("other"))
    with pytest.raises(WorkshopError, match="nothing in common"):
        organiser.sync()
    assert bed.read("a.ipynb") == notebook("1")


def test_86_a_history_that_grows_is_found_again_in_a_new_mirror(organiser: Organiser, bed: Bed) -> None:
    organiser.key = None
    organiser.commit(a_ipynb=notebook("1"))
    organiser.sync()
    shutil.rmtree(bed.state / "mirror")
    organiser.commit(a_ipynb=notebook("2"))
    assert organiser.actions() == {"a.ipynb": "updated"}


def test_86_keys_that_are_let_go_are_no_consent(organiser: Organiser, bed: Bed, signers: Path) -> None:
    organiser.release("v1", a_ipynb=notebook("1"))
    organiser.sync(signers=signers)
    begin_anew(organiser, a_ipynb=notebook("other"))
    with pytest.raises(WorkshopError, match="nothing in common"):
        organiser.sync(allow_unsigned=True)
    assert bed.read("a.ipynb") == notebook("1")


@pytest.mark.parametrize("message", ["What is new", "What is new\n\nProject: lessons"])
def test_86_of_a_shallow_source_the_signed_project_tells(
    organiser: Organiser, bed: Bed, signers: Path, tmp_path: Path, message: str
) -> None:
    organiser.release("v1", message, a_ipynb=notebook("1"))
    shallow = tmp_path / "shallow"
    git(tmp_path, "clone", "--quiet", "--depth=1", "--branch=main", organiser.url, str(shallow))
    url = f"file://{shallow}"
    assert organiser.actions(source=url, signers=signers) == {"a.ipynb": "updated"}
    organiser.release("v2", message, a_ipynb=notebook("2"))
    git(
        shallow,
        "fetch",
        "--quiet",
        "--depth=1",
        "origin",
        "+refs/heads/main:refs/remotes/origin/main",
        "tag",
        "v2",
    )
    git(shallow, "reset", "--quiet", "--hard", "origin/main")
    if "Project" in message:
        assert organiser.actions(source=url, signers=signers) == {"a.ipynb": "updated"}
    else:
        with pytest.raises(WorkshopError, match="is cut off, and has nothing in common"):
            organiser.sync(source=url, signers=signers)


def test_87_a_key_that_ended_is_named_with_the_clock(organiser: Organiser, tmp_path: Path) -> None:
    assert organiser.key is not None
    day = time.strftime("%Y%m%d", time.gmtime(FIRST_DAY + 9 * DAY))
    ended = allowed_signers(tmp_path / "ended", organiser.key, options=f'valid-before="{day}"')
    organiser.release("v1", a_ipynb=notebook("1"))
    with pytest.raises(WorkshopError, match=rf"expired on {day[:4]}-.* clock says .* --ignore-clock"):
        organiser.sync(signers=ended)
    assert organiser.actions(signers=ended, ignore_clock=True) == {"a.ipynb": "updated"}


def test_88_an_old_revision_warns(
    organiser: Organiser, signers: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    organiser.release("v1", a_ipynb=notebook("1"))
    assert organiser.sync(signers=signers).notes == ()
    monkeypatch.setattr(trust, "OLD_S", 60)
    (note,) = organiser.sync(signers=signers).notes
    assert "ask the organiser whether there is a newer one" in note


def test_89_a_stolen_key_ends_when_the_root_key_approves_a_list_without_it(
    organiser: Organiser, bed: Bed, tmp_path: Path
) -> None:
    first, names = organiser.key, ("second", "third", "root")
    second, third, root = (new_key(tmp_path / "keys", name) for name in names)
    assert first is not None
    signers = tmp_path / "two"
    signers.write_text(listed([first, second], "2030-01-01", root))
    organiser.release("v1", a_ipynb=notebook("1"))
    organiser.sync(signers=signers)
    organiser.key = second
    carry(organiser, [second, third], "2030-01-02", approved=[root], root=root)
    organiser.release("v2", a_ipynb=notebook("2"))
    organiser.key = first
    organiser.release("v3", a_ipynb=notebook("stolen"))
    assert organiser.actions(signers=signers) == {"a.ipynb": "updated"}
    assert bed.read("a.ipynb") == notebook("2")
    fresh = Organiser(Bed(bed.upstream, tmp_path / "fresh", tmp_path / "fresh-state"), first)
    fresh.sync(signers=signers)
    assert (tmp_path / "fresh/a.ipynb").read_bytes() == notebook("2"), "a new machine follows the same chain"
    organiser.key = third
    organiser.release("v4", a_ipynb=notebook("4"))
    assert organiser.actions(signers=signers) == {"a.ipynb": "updated"}
    assert len(keys_of("\n".join(last(bed)["keys"]))) == 3


def test_89_a_history_begun_at_an_older_list_brings_no_key_back(
    organiser: Organiser, bed: Bed, tmp_path: Path
) -> None:
    """Whoever stole a key can offer the genuine first release once more, and go on from it."""
    first, stolen, third = organiser.key, *(new_key(tmp_path / "keys", name) for name in ("stolen", "third"))
    assert first is not None
    root = new_key(tmp_path / "keys", "root")
    signers = tmp_path / "two"
    signers.write_text(listed([first, stolen], "2030-01-01", root))
    carry(organiser, [first, stolen], "2030-01-01", root=root)
    begin = organiser.release("v1", a_ipynb=notebook("1"))
    carry(organiser, [first, third], "2030-01-02", approved=[root], root=root)
    good = organiser.release("v2", a_ipynb=notebook("2"))
    organiser.sync(signers=signers)
    organiser.git("reset", "--quiet", "--hard", begin)
    organiser.key = stolen
    organiser.release("v3", a_ipynb=notebook("stolen"))
    with pytest.raises(WorkshopError, match="older than v2"):
        organiser.sync(signers=signers)
    assert bed.read("a.ipynb") == notebook("2") and last(bed)["commit"] == good
    # The organiser may begin there as well.
    organiser.git("reset", "--quiet", "--hard", begin)
    organiser.git("tag", "--delete", "v3")
    organiser.key = first
    carry(organiser, [first, third], "2030-01-02", approved=[root], root=root)
    organiser.release("v4", a_ipynb=notebook("4"))
    assert organiser.actions(signers=signers) == {"a.ipynb": "updated"}


def test_90_a_code_read_aloud_brings_a_machine_back(organiser: Organiser, bed: Bed, signers: Path) -> None:
    good = organiser.release("v1", a_ipynb=notebook("1"))
    organiser.release("v99", a_ipynb=notebook("evil"))
    organiser.sync(signers=signers)
    organiser.git("reset", "--quiet", "--hard", good)
    organiser.git("tag", "--delete", "v99")
    fixed = organiser.release("v2", a_ipynb=notebook("2"))
    with pytest.raises(WorkshopError, match="older than v99"):
        organiser.sync(signers=signers)
    for wrong in ("1234", "0123456789abcdef"):
        with pytest.raises(WorkshopError, match="code"):
            organiser.sync(signers=signers, reset=wrong)
    with pytest.raises(WorkshopError, match="too short for a code; it has 24 digits"):
        organiser.sync(signers=signers, reset=fixed[:23])
    spoken = " ".join(fixed[place : place + 4] for place in range(0, 24, 4))
    assert organiser.actions(signers=signers, reset=spoken) == {"a.ipynb": "updated"}
    assert bed.read("a.ipynb") == notebook("2")
    organiser.release("v3", a_ipynb=notebook("3"))
    assert organiser.actions(signers=signers) == {"a.ipynb": "updated"}


def test_95_what_is_signed_and_yet_not_taken_is_said(organiser: Organiser, bed: Bed, signers: Path) -> None:
    """A stolen key signed for a day far ahead: the right update is older now, which is not "not signed"."""
    organiser.release("v1", a_ipynb=notebook("1"))
    organiser.sync(signers=signers)
    today, organiser.day = organiser.day, 20_000
    organiser.release("v9999", a_ipynb=notebook("evil"))
    organiser.sync(signers=signers)
    organiser.day = today
    code = organiser.release("v2", a_ipynb=notebook("2"))
    (note,) = organiser.sync(signers=signers).notes
    assert "but v2 is dated" in note and "that you have" in note and "not signed" not in note
    assert organiser.actions(signers=signers, reset=code) == {"a.ipynb": "updated"}
    assert bed.read("a.ipynb") == notebook("2") and organiser.sync(signers=signers).notes == ()


def test_91_unsigned_tags_hide_nothing(organiser: Organiser, bed: Bed, signers: Path) -> None:
    commit = organiser.release("v1", a_ipynb=notebook("1"))
    text = "".join(
        f"tag refs/tags/v{number}\nfrom {commit}\ntagger x <x@x> 1790000000 +0000\ndata 1\nx\n"
        for number in range(100, 400)
    )
    fed(bed.upstream, text, "fast-import", "--quiet")
    assert organiser.actions(signers=signers) == {"a.ipynb": "updated"}


def test_91_what_replaces_the_last_tag_unsigned_changes_nothing(
    organiser: Organiser, bed: Bed, signers: Path
) -> None:
    organiser.release("v1", a_ipynb=notebook("1"))
    organiser.sync(signers=signers)
    known = last(bed)
    signed = organiser.git("rev-parse", "v1")
    today, organiser.day = organiser.day, 20_000
    organiser.git("tag", "--force", "--annotate", "--no-sign", "--message=x\n\nProject: cooking", "v1")
    organiser.day = today
    bed.edit("a.ipynb", None)
    report = organiser.sync(signers=signers)
    assert [str(each.action) for each in report.files] == ["restored"] and "cooking" not in report.news
    assert last(bed) == known
    organiser.git("update-ref", "refs/tags/v1", signed)
    organiser.release("v2", a_ipynb=notebook("2"))
    assert organiser.actions(signers=signers) == {"a.ipynb": "updated"}


def test_92_a_tree_made_to_hurt_is_refused_and_leaves_nothing(organiser: Organiser, bed: Bed) -> None:
    organiser.commit(a_ipynb=notebook("1"))
    organiser.sync()
    before = {file for file in bed.state.rglob("*") if file.is_file()}
    tree = organiser.git("rev-parse", "HEAD:notebooks")
    for _ in range(6):
        tree = fed(bed.upstream, "".join(f"040000 tree {tree}\t{number}\n" for number in range(10)), "mktree")
    top = fed(bed.upstream, f"040000 tree {tree}\tnotebooks\n", "mktree")
    commit = organiser.git("commit-tree", "-m", "bomb", top)
    organiser.git("update-ref", "refs/heads/main", commit)
    with pytest.raises(WorkshopError, match="more files"):
        organiser.sync(trust_new_source=True)
    assert {file for file in bed.state.rglob("*") if file.is_file()} <= before


def test_93_a_file_too_large_to_read_is_left_out_by_its_size(
    organiser: Organiser, bed: Bed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(source, "LARGEST_BYTES", 100_000)
    organiser.commit(a_ipynb=notebook("1"), big_bin=b"0" * 200_000)
    assert organiser.actions() == {"a.ipynb": "updated", "big.bin": "refused"}
    empty = b"[]," * 10_000
    heavy = b'{"nbformat": 4, "nbformat_minor": 5, "metadata": {"x": [' + empty + b'1]}, "cells": []}'
    monkeypatch.setattr(source, "MOST_MEMORY", 300_000)
    organiser.commit(a_ipynb=heavy)
    assert organiser.actions() == {"a.ipynb": "refused", "big.bin": "refused"}
    assert bed.read("a.ipynb") == notebook("1")
