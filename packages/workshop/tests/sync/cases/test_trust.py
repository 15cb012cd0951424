"""Rows 70 to 79 of the promise: whose updates are taken, sticks, repetition, dry runs and undo."""

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from sync.bed import Bed, book, cell, notebook
from sync.organiser import Organiser, allowed_signers, last, new_key
from workshop.core.errors import WorkshopError
from workshop.sync.apply import undo
from workshop.sync.request import Request, perform

A, B = cell("a", "a"), cell("b", "b")


@pytest.fixture
def organiser(bed: Bed, tmp_path: Path) -> Organiser:
    return Organiser(bed, new_key(tmp_path / "keys", "organiser"))


@pytest.fixture
def signers(organiser: Organiser, tmp_path: Path) -> Path:
    assert organiser.key is not None
    return allowed_signers(tmp_path / "signers", organiser.key)


@pytest.fixture(scope="session")
def gpg_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A GPG home with two keys, one of which expires on the day it was made."""
    if shutil.which("gpg") is None:
        pytest.skip("gpg is not installed")
    home = tmp_path_factory.mktemp("gpg")
    home.chmod(0o700)
    words = ["gpg", "--homedir", str(home), "--batch", "--quiet", "--pinentry-mode=loopback", "--passphrase="]
    for name, until, when in (("good", "never", []), ("expired", "1d", ["--faked-system-time=1780000000"])):
        subprocess.run(
            [*words, *when, "--quick-generate-key", f"{name}@example.org", "ed25519", "sign", until],
            check=True,
            capture_output=True,
        )
    yield home
    subprocess.run(["gpgconf", "--homedir", str(home), "--kill", "all"], check=False)


def keyring(home: Path, file: Path, name: str) -> Path:
    """Export one public key."""
    words = [
        "gpg",
        "--homedir",
        str(home),
        "--batch",
        "--armor",
        "--output",
        str(file),
        "--export",
        f"{name}@",
    ]
    subprocess.run(words, check=True, capture_output=True)
    return file


def with_gpg(organiser: Organiser, home: Path, name: str) -> Organiser:
    """Let the organiser sign with GPG, as long as the key was good."""
    organiser.key, organiser.format = Path(f"{name}@example.org"), "openpgp"
    organiser.environment = {"GNUPGHOME": str(home)}
    if name == "expired":
        wrapper = home / "gpg-back-then"
        wrapper.write_text('#!/bin/sh\nexec gpg --faked-system-time=1780000060 "$@"\n')
        wrapper.chmod(0o755)
        organiser.git("config", "gpg.program", str(wrapper))
    return organiser


def check_refused(organiser: Organiser, reason: str, **options: object) -> None:
    """Sync; it is refused for this reason, nothing of the participant's changes and nothing runs."""
    bed, before = organiser.bed, organiser.bed.snapshot()
    remembered = last(bed) if (bed.state / "trust.json").exists() else None
    for _ in range(2):  # a second try does not get through either
        with pytest.raises(WorkshopError, match=reason) as error:
            organiser.sync(**options)
        assert "\n" not in str(error.value) and "nothing was changed" in str(error.value)
    assert bed.snapshot() == before
    assert (last(bed) if (bed.state / "trust.json").exists() else None) == remembered
    assert not list(bed.mine.parent.rglob("executed"))


def plant(organiser: Organiser) -> None:
    """Commit everything that git might execute when it checks a revision out."""
    touch = b"#!/bin/sh\ntouch executed ../executed\n"
    organiser.bed.write(organiser.folder / ".gitattributes", b"* filter=evil diff=evil\n")
    organiser.bed.write(organiser.folder / ".lfsconfig", b"[lfs]\n\turl = file:///nowhere\n")
    organiser.bed.write(organiser.folder / "hooks/post-checkout", touch)
    organiser.bed.write(organiser.folder / "notebooks/conftest.py", b"open('executed', 'w')\n")
    for name in ("uploadpack.packObjectsHook", "core.sshCommand", "filter.evil.smudge"):
        organiser.git("config", name, f"touch {organiser.folder.with_name('executed')}")


def test_signed_releases_are_taken_and_told(organiser: Organiser, bed: Bed, signers: Path) -> None:
    organiser.release("v1", "First lessons\n\nTwo of them.", a_ipynb=notebook("1"))
    report = organiser.sync(signers=signers)
    assert report.changed and report.news == "v1\nFirst lessons\n\nTwo of them."
    signed = organiser.commit("--gpg-sign", a_ipynb=notebook("2"))
    assert organiser.sync(signers=signers).revision == signed[:8]
    assert bed.read("a.ipynb") == notebook("2")


def test_keys_must_be_named_or_waived(organiser: Organiser) -> None:
    organiser.release("v1", a_ipynb=notebook("1"))
    with pytest.raises(WorkshopError, match="--allowed-signers FILE"):
        organiser.sync(allow_unsigned=False)


def test_70_an_unsigned_revision_is_refused(organiser: Organiser, signers: Path) -> None:
    plant(organiser)
    organiser.commit(a_ipynb=notebook("1"))
    organiser.git("tag", "--annotate", "--message=not signed", "v1")
    check_refused(organiser, "is not signed", signers=signers)


def test_70_what_is_not_signed_yet_waits(organiser: Organiser, bed: Bed, signers: Path) -> None:
    organiser.release("v1", a_ipynb=notebook("1"))
    organiser.sync(signers=signers)
    organiser.commit(a_ipynb=notebook("unsigned"))
    report = organiser.sync(signers=signers)
    assert (report.files, bed.read("a.ipynb")) == ([], notebook("1"))
    assert "what is not signed waits" in report.notes[0]
    organiser.git("tag", "--sign", "--message=now it is", "v2")
    assert organiser.actions(signers=signers) == {"a.ipynb": "updated"}


def test_71_a_wrong_key_is_refused(organiser: Organiser, signers: Path, tmp_path: Path) -> None:
    organiser.release("v1", a_ipynb=notebook("1"))
    organiser.sync(signers=signers)
    organiser.key = new_key(tmp_path / "keys", "stranger")
    plant(organiser)
    organiser.release("v2", a_ipynb=notebook("evil"))
    organiser.git("tag", "--delete", "v1")
    check_refused(organiser, "not signed by a key that you trust", signers=signers)


def test_71_a_wrong_gpg_key_is_refused(organiser: Organiser, gpg_home: Path, tmp_path: Path) -> None:
    with_gpg(organiser, gpg_home, "good").release("v1", a_ipynb=notebook("1"))
    other = keyring(gpg_home, tmp_path / "other.asc", "expired")
    check_refused(organiser, "not signed by a key that you trust", signers=other)
    good = keyring(gpg_home, tmp_path / "good.asc", "good")
    assert organiser.actions(signers=good) == {"a.ipynb": "updated"}


def test_71_an_ssh_signature_is_nothing_to_a_gpg_keyring(
    organiser: Organiser, gpg_home: Path, tmp_path: Path
) -> None:
    organiser.release("v1", a_ipynb=notebook("1"))
    organiser.commit("--gpg-sign", a_ipynb=notebook("2"))
    good = keyring(gpg_home, tmp_path / "good.asc", "good")
    check_refused(organiser, "not signed by a key that you trust", signers=good)


def test_71_the_users_own_keys_do_not_count(
    organiser: Organiser, gpg_home: Path, signers: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GNUPGHOME", str(gpg_home))
    with_gpg(organiser, gpg_home, "good").release("v1", a_ipynb=notebook("1"))
    check_refused(organiser, "not signed by a key that you trust", signers=signers)


def test_71_a_good_signature_under_another_name_is_refused(organiser: Organiser, signers: Path) -> None:
    organiser.release("v1", a_ipynb=notebook("1"))
    organiser.git("update-ref", "refs/tags/v9", "refs/tags/v1")
    organiser.git("update-ref", "-d", "refs/tags/v1")
    check_refused(organiser, "signed under another name", signers=signers)


def test_72_an_expired_key_is_refused(organiser: Organiser, tmp_path: Path) -> None:
    assert organiser.key is not None
    organiser.release("v1", a_ipynb=notebook("1"))
    old = allowed_signers(tmp_path / "old", organiser.key, options='valid-before="20200101"')
    check_refused(organiser, "has expired", signers=old)


def test_72_an_expired_gpg_key_is_refused(organiser: Organiser, gpg_home: Path, tmp_path: Path) -> None:
    with_gpg(organiser, gpg_home, "expired").release("v1", a_ipynb=notebook("1"))
    check_refused(organiser, "has expired", signers=keyring(gpg_home, tmp_path / "old.asc", "expired"))


def test_73_an_older_signed_revision_is_refused(organiser: Organiser, signers: Path) -> None:
    first = organiser.release("v1", a_ipynb=notebook("1"))
    organiser.release("v2", a_ipynb=notebook("2"))
    organiser.sync(signers=signers)
    organiser.git("reset", "--quiet", "--hard", first)
    check_refused(organiser, "v1, which is older than v2", signers=signers)


def test_73_an_older_one_is_refused_without_the_mirror_and_from_a_stick(
    organiser: Organiser, signers: Path, tmp_path: Path
) -> None:
    organiser.release("v1", a_ipynb=notebook("1"))
    organiser.git("bundle", "create", "--quiet", str(tmp_path / "old.bundle"), "main", "v1")
    organiser.release("v2", a_ipynb=notebook("2"))
    organiser.sync(signers=signers)
    shutil.rmtree(organiser.bed.state / "mirror")
    check_refused(
        organiser, "v1, which is older than v2", signers=signers, source=str(tmp_path / "old.bundle")
    )


def test_73_a_rewritten_history_counts_when_its_signed_version_is_higher(
    organiser: Organiser, bed: Bed, signers: Path
) -> None:
    organiser.commit(a_ipynb=notebook("0"))
    organiser.release("v1", a_ipynb=notebook("1"))
    organiser.sync(signers=signers)
    organiser.commit("--amend", a_ipynb=notebook("2"))
    check_refused(organiser, "is not signed", signers=signers)
    organiser.git("tag", "--sign", "--message=rewritten", "v2")
    report = organiser.sync(signers=signers)
    assert report.changed and "history was rewritten" in report.notes[0]
    organiser.git("tag", "--sign", "--message=lower", "v1.5")
    organiser.git("commit", "--quiet", "--amend", "--message=again")
    organiser.git("tag", "--sign", "--force", "--message=lower", "v1.5")
    organiser.git("tag", "--delete", "v2")
    check_refused(organiser, "v1.5, which is older than v2", signers=signers)


def test_74_another_address_is_refused_until_it_is_trusted(organiser: Organiser, signers: Path) -> None:
    organiser.release("v1", a_ipynb=notebook("1"))
    organiser.sync(signers=signers)
    shutil.copytree(organiser.folder, organiser.folder.with_name("elsewhere"))
    organiser.release("v2", a_ipynb=notebook("2"))
    elsewhere = f"file://{organiser.folder.with_name('elsewhere')}"
    check_refused(organiser, "not from file://.*elsewhere", signers=signers, source=elsewhere)
    check_refused(organiser, "--trust-new-source", source=elsewhere)
    assert organiser.sync(signers=signers, source=elsewhere, trust_new_source=True).files == []
    check_refused(organiser, "updates came from file://.*elsewhere", signers=signers)
    assert organiser.actions(signers=signers, trust_new_source=True) == {"a.ipynb": "updated"}


@pytest.mark.parametrize(
    "address", ["ext::sh -c 'touch executed'", "-u./evil://x", "fd::17", "git://example.org/x", "ext://sh"]
)
def test_74_an_address_that_runs_something_is_refused(organiser: Organiser, address: str) -> None:
    with pytest.raises(WorkshopError, match=r"not the address of a git repository|plug in the stick"):
        organiser.sync(source=address)
    assert not list(organiser.bed.mine.parent.rglob("executed"))


def test_nothing_of_a_revision_runs_even_when_it_is_taken(organiser: Organiser, signers: Path) -> None:
    plant(organiser)
    organiser.release("v1", a_ipynb=notebook("1"))
    organiser.sync(signers=signers)
    assert not list(organiser.bed.mine.parent.rglob("executed"))


def bundle(organiser: Organiser, stick: Path, name: str = "workshop.bundle") -> Path:
    """Write what the organiser has to a stick."""
    stick.mkdir(exist_ok=True)
    organiser.git("bundle", "create", "--quiet", str(stick / name), "--all")
    return stick


def test_75_an_update_comes_from_a_stick(
    organiser: Organiser, bed: Bed, signers: Path, tmp_path: Path
) -> None:
    organiser.release("v1", a_ipynb=book(A, B))
    organiser.sync(signers=signers)
    bed.edit("a.ipynb", book(cell("mine", "a"), B))
    organiser.release("v2", a_ipynb=book(A, cell("new", "b")))
    stick = str(bundle(organiser, tmp_path / "stick"))
    assert organiser.actions(signers=signers, source=stick) == {"a.ipynb": "merged"}
    assert bed.cells() == [("mine", ""), ("new", "")]
    assert organiser.actions(signers=signers) == {}, "the network has nothing newer"


def test_75_an_unsigned_bundle_is_refused(organiser: Organiser, signers: Path, tmp_path: Path) -> None:
    organiser.commit(a_ipynb=notebook("1"))
    stick = str(bundle(organiser, tmp_path / "stick"))
    check_refused(organiser, "is not signed", signers=signers, source=stick)


@pytest.mark.parametrize("depth", ["", "deep-learning-workshop"])
def test_75_a_stick_with_a_folder_of_notebooks(bed: Bed, tmp_path: Path, depth: str) -> None:
    bed.write(tmp_path / "stick" / depth / "notebooks" / "a.ipynb", notebook("1"))
    report = perform(Request(str(tmp_path / "stick"), bed.mine, bed.state, allow_unsigned=True))
    assert [each.path for each in report.files] == ["a.ipynb"]
    with pytest.raises(WorkshopError, match="folder without signatures"):
        perform(Request(str(tmp_path / "stick"), bed.mine, bed.state, signers=tmp_path / "keys"))


def test_76_a_run_that_failed_while_writing_is_tried_again(
    organiser: Organiser, bed: Bed, signers: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from workshop.sync import apply

    organiser.release("v1", a_ipynb=notebook("1"), b_ipynb=notebook("1"))
    with monkeypatch.context() as patched:
        patched.setattr(apply, "write_atomically", no_space)
        assert organiser.actions(signers=signers) == {"a.ipynb": "refused", "b.ipynb": "refused"}
    assert organiser.actions(signers=signers) == {"a.ipynb": "updated", "b.ipynb": "updated"}


def no_space(target: Path, data: bytes) -> None:
    raise OSError(28, os.strerror(28), str(target))


def test_77_a_second_run_changes_nothing(organiser: Organiser, bed: Bed, signers: Path) -> None:
    organiser.release("v1", a_ipynb=book(A, B), b_ipynb=book(A, B), c_ipynb=book(A))
    organiser.sync(signers=signers)
    bed.edit("a.ipynb", book(cell("mine", "a"), B))
    bed.edit("b.ipynb", book(cell("mine", "a"), B))
    organiser.release(
        "v2", a_ipynb=book(A, cell("new", "b")), b_ipynb=book(cell("new", "a"), B), c_ipynb=None
    )
    assert organiser.sync(signers=signers).changed
    before = bed.snapshot()
    report = organiser.sync(signers=signers)
    assert (report.changed, report.files) == (False, [])
    assert bed.snapshot() == before


@pytest.mark.parametrize("by", ["folder", "git"])
def test_78_a_dry_run_says_the_same_and_writes_nothing(organiser: Organiser, bed: Bed, by: str) -> None:
    source = organiser.url if by == "git" else str(organiser.folder)
    organiser.commit(a_ipynb=book(A, B), b_ipynb=book(A, B), c_ipynb=book(A), e_ipynb=book(B))
    assert organiser.actions(source=source, dry_run=True) == dict.fromkeys(
        ("a.ipynb", "b.ipynb", "c.ipynb", "e.ipynb"), "updated"
    )
    assert not bed.mine.exists() and not bed.state.exists()
    organiser.sync(source=source)
    bed.edit("a.ipynb", book(cell("mine", "a"), B))
    bed.edit("b.ipynb", book(cell("mine", "a"), B))
    bed.edit("e.ipynb", None)
    new = {"a_ipynb": book(A, cell("new", "b")), "b_ipynb": book(cell("new", "a"), B), "c_ipynb": None}
    organiser.commit(**new, d_ipynb=book(cell("quite another", "q")))
    before = everything(bed)
    would = organiser.sync(source=source, dry_run=True)
    assert everything(bed) == before
    done = organiser.sync(source=source)
    assert would.files == done.files and would.changed and would.revision == done.revision
    assert {str(each.action) for each in done.files} == {
        "merged",
        "beside",
        "backed-up",
        "restored",
        "updated",
    }
    assert not organiser.sync(source=source, dry_run=True).changed


def everything(bed: Bed) -> dict[str, tuple[int, bytes]]:
    """Return every file of the participant's folder and of the state, with its time."""
    return {
        str(file): (file.stat().st_mtime_ns, file.read_bytes())
        for root in (bed.mine, bed.state)
        for file in sorted(root.rglob("*"))
        if file.is_file()
    }


def test_79_undo_puts_the_folder_back(organiser: Organiser, bed: Bed) -> None:
    organiser.commit(
        a_ipynb=book(A, B), b_ipynb=book(A, B), c_ipynb=book(A), old_ipynb=book(cell("r", "r"), B)
    )
    organiser.sync()
    bed.edit("a.ipynb", book(cell("mine", "a"), B))
    bed.edit("b.ipynb", book(cell("mine", "a"), B))
    before = bed.snapshot()
    new = {"a_ipynb": book(A, cell("new", "b")), "b_ipynb": book(cell("new", "a"), B), "c_ipynb": None}
    organiser.commit(
        **new, old_ipynb=None, new_ipynb=book(cell("r", "r"), B), d_ipynb=book(cell("other", "o"))
    )
    delivered = organiser.actions()
    after = bed.snapshot()
    assert set(delivered.values()) == {"merged", "beside", "backed-up", "updated"}
    assert undo(bed.mine, bed.state, dry_run=True).changed
    assert bed.snapshot() == after
    assert undo(bed.mine, bed.state).changed
    assert bed.snapshot() == before
    assert organiser.actions() == delivered, "the next sync brings the update again"
    assert bed.snapshot() == after


def test_79_what_i_did_since_comes_beside(organiser: Organiser, bed: Bed) -> None:
    organiser.commit(a_ipynb=book(A, B))
    organiser.sync()
    organiser.commit(a_ipynb=book(A, cell("new", "b")))
    revision = organiser.sync().revision
    since = book(cell("since", "a"), cell("new", "b"))
    bed.edit("a.ipynb", since)
    undo(bed.mine, bed.state)
    assert bed.snapshot() == {"a.ipynb": book(A, B), f"a.since-{revision}.ipynb": since}


def test_79_after_an_undo_a_sync_merges_as_it_did(organiser: Organiser, bed: Bed) -> None:
    organiser.commit(a_ipynb=book(A, B))
    organiser.sync()
    for text in ("b new", "b newer"):
        bed.edit("a.ipynb", book(cell("mine", "a"), *bed_cells(bed)[1:]))
        organiser.commit(a_ipynb=book(A, cell(text, "b")))
        assert organiser.actions() == {"a.ipynb": "merged"}
        merged = bed.snapshot()
        undo(bed.mine, bed.state)
        assert organiser.actions() == {"a.ipynb": "merged"}
        assert bed.snapshot() == merged


def bed_cells(bed: Bed) -> list[dict[str, Any]]:
    cells: list[dict[str, Any]] = json.loads(bed.read("a.ipynb"))["cells"]
    return cells


def test_79_each_undo_goes_one_sync_back(organiser: Organiser, bed: Bed) -> None:
    for number in ("1", "2", "3"):
        organiser.commit(a_ipynb=notebook(number))
        organiser.sync()
    assert undo(bed.mine, bed.state).revision == last(bed)["commit"][:8]
    assert bed.snapshot() == {"a.ipynb": notebook("2")}
    undo(bed.mine, bed.state)
    assert bed.snapshot() == {"a.ipynb": notebook("1")}
    undo(bed.mine, bed.state)
    assert bed.snapshot() == {}
    with pytest.raises(WorkshopError, match="no update to undo"):
        undo(bed.mine, bed.state)


def test_what_a_note_advises_helps_also_when_the_same_was_just_looked_at(
    organiser: Organiser, bed: Bed, signers: Path
) -> None:
    organiser.release("v1", a_ipynb=notebook("1"))
    perform(organiser.request(signers=signers))
    organiser.day += 10
    organiser.release("v2", a_ipynb=notebook("2"))
    organiser.day -= 20
    organiser.release("v3", a_ipynb=notebook("3"))
    (note,) = perform(organiser.request(signers=signers)).notes
    assert "go on once with --ignore-clock" in note and bed.read("a.ipynb") == notebook("2")
    perform(organiser.request(signers=signers, ignore_clock=True))
    assert bed.read("a.ipynb") == notebook("3")


def test_nobody_is_told_to_go_on_with_what_is_signed_wrongly(
    organiser: Organiser, signers: Path, tmp_path: Path
) -> None:
    organiser.release("v1", a_ipynb=notebook("1"))
    other = allowed_signers(tmp_path / "others", new_key(tmp_path / "keys", "other"))
    with pytest.raises(WorkshopError, match="not signed by a key that you trust") as refused:
        perform(organiser.request(signers=other))
    assert "--allow-unsigned" not in str(refused.value)
    organiser.commit(a_ipynb=notebook("2"))
    organiser.git("tag", "--delete", "v1")
    with pytest.raises(WorkshopError, match=r"is not signed; .* --allow-unsigned"):
        perform(organiser.request(signers=signers))
