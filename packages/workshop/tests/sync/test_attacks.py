"""Stolen and expired keys, tried on a machine through ``workshop update``."""

import asyncio
import json
import os
import shutil
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from sync.bed import Bed, notebook, run_sync
from sync.forge import Header, carry, commit_headers, flat, listed, signature, store, tag_headers
from sync.organiser import DAY, FIRST_DAY, Organiser, allowed_signers, new_key
from workshop.core.errors import WorkshopError
from workshop.core.settings import load_settings
from workshop.machine.doctor import checks
from workshop.machine.lines import State
from workshop.sync.button import UpdateButton
from workshop.sync.machine import pull_app

ANSIBLE = """\
#!/bin/sh
# Checks out like ansible-pull, and changes nothing else.
while [ $# -gt 0 ]; do
  case $1 in -U) url=$2 ;; -C) commit=$2 ;; -d) tree=$2 ;; esac
  shift
done
[ -d "$tree" ] || git clone -q "$url" "$tree"
git -C "$tree" checkout -q --detach "$commit" && echo 'localhost : ok=1 changed=1'
"""


@dataclass
class Machine:
    """A participant's machine with an address and a list of keys."""

    verb: str
    folder: Path
    organiser: Organiser

    @property
    def keys(self) -> Path:
        return self.folder / "prefix/etc/allowed-signers"

    @property
    def record(self) -> Path:
        return self.folder / "prefix" / {"sync": "state", "pull": "pull"}[self.verb] / "trust.json"

    def set_up(self, text: str) -> None:
        """Give it the address and a list of keys, and no memory of anything."""
        prefix = self.folder / "prefix"
        shutil.rmtree(prefix, ignore_errors=True)
        (prefix / "etc").mkdir(parents=True)
        programs = prefix / "venvs/control/bin"
        programs.mkdir(parents=True)
        (programs / "ansible-pull").write_text(ANSIBLE, encoding="ascii")
        (programs / "ansible-pull").chmod(0o755)
        self.keys.write_text(text, encoding="utf-8")
        settings = f'prefix = "{prefix}"\nnotebooks = "{self.folder / "mine"}"\n'
        (prefix / "etc/workshop.toml").write_text(settings, encoding="utf-8")
        choice = f'url = "{self.organiser.url}"\nsigners = "{self.keys}"\n'
        (prefix / "etc/updates.toml").write_text(choice, encoding="utf-8")

    def update(self, *words: str) -> str:
        """Run the command; return which commit the machine has, or what it had when this was refused."""
        try:
            if self.verb == "sync":
                run_sync(words)
            else:
                done = CliRunner().invoke(pull_app, words)
                if done.exception is not None:
                    raise done.exception
        except WorkshopError as error:
            assert "\n" not in str(error)
        return str(json.loads(self.record.read_text())["commit"])


@pytest.fixture
def organiser(bed: Bed, tmp_path: Path) -> Organiser:
    organiser = Organiser(bed, new_key(tmp_path / "keys", "first"))
    for name, text in (("playbooks/notebook-sync.yml", b"- hosts: all\n"), ("ansible.cfg", b"[defaults]\n")):
        bed.write(organiser.folder / name, text)
    return organiser


@pytest.fixture(params=["sync", "pull"])
def machine(
    request: pytest.FixtureRequest, organiser: Organiser, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Machine:
    monkeypatch.setenv("WORKSHOP_CONFIG", str(tmp_path / "prefix/etc/workshop.toml"))
    return Machine(request.param, tmp_path, organiser)


def made(machine: Machine, *names: str) -> list[Path]:
    """Return key pairs of these names."""
    return [new_key(machine.folder / "keys", name) for name in names]


def day(number: int) -> str:
    """Return a day of the organiser's clock as ssh-keygen writes it."""
    return time.strftime("%Y%m%d", time.gmtime(FIRST_DAY + number * DAY))


def with_expired(machine: Machine) -> tuple[Path, Path, bytes]:
    """Have a machine take v1, by a list in which one key has ended; return both keys and v1's signature."""
    valid, (ended,) = machine.organiser.key, made(machine, "ended")
    assert valid is not None
    line = f'organiser valid-before="{day(30)}" {ended.with_suffix(".pub").read_text()}'
    machine.set_up(listed([valid]) + line)
    v1 = machine.organiser.release("v1", a_ipynb=notebook("1"))
    assert machine.update() == v1
    public = subprocess.run(
        ["git", "cat-file", "tag", "v1"], cwd=machine.organiser.folder, check=True, capture_output=True
    ).stdout
    return valid, ended, public[public.index(b"-----BEGIN") :]


def test_an_expired_key_with_a_commit_of_the_past_beside_anothers_signature(machine: Machine) -> None:
    organiser = machine.organiser
    _, ended, public = with_expired(machine)
    v1 = organiser.git("rev-parse", "HEAD")
    headers, body = commit_headers(organiser, day=3), b"\nevil\n"
    own = signature(ended, flat(headers) + body)
    forged = store(organiser, "commit", [*headers, (b"gpgsig-sha256", public), (b"gpgsig", own)], body)
    organiser.git("update-ref", "refs/heads/main", forged)
    assert machine.update() == v1


def test_an_expired_key_with_a_tag_of_the_past_beside_anothers_signature(machine: Machine) -> None:
    """Git takes the last block that begins a line, even in the headers; what follows it is not signed."""
    organiser = machine.organiser
    _, ended, public = with_expired(machine)
    v1 = organiser.git("rev-parse", "HEAD")
    evil = organiser.commit(a_ipynb=notebook("evil"))
    headers = tag_headers(evil, "v2", day=3)
    text = signature(ended, flat(headers)) + b"\nsee " + public
    organiser.git("update-ref", "refs/tags/v2", store(organiser, "tag", headers, text))
    assert machine.update() == v1


@pytest.mark.parametrize("names", [("second",), ("second", "third")])
def test_one_stolen_key_replaces_no_list(machine: Machine, names: tuple[str, ...]) -> None:
    organiser, stolen = machine.organiser, machine.organiser.key
    others, (new, evil, worse, root) = made(machine, *names), made(machine, "new", "evil", "worse", "root")
    assert stolen is not None
    machine.set_up(listed([stolen, *others], "2030-01-01", root))
    carry(organiser, [stolen, *others], "2030-01-01", root=root)
    v1 = organiser.release("v1", a_ipynb=notebook("1"))
    assert machine.update() == v1
    for list_of_thief in ([evil, worse], [stolen, evil, worse], [stolen, *others, evil]):
        carry(organiser, list_of_thief, "2031-01-01", approved=[stolen, evil, worse], root=root)
        organiser.key = stolen
        v2 = organiser.release("v2", a_ipynb=notebook("2"))
        assert machine.update() == v2, "its content counts as long as the key does"
        organiser.key = evil
        organiser.release("v3", a_ipynb=notebook("evil"))
        assert machine.update() == v2
        organiser.git("tag", "--delete", "v2", "v3")
    # The others end it: two of them, or the root key.
    organiser.key = others[0]
    approved = others if len(others) > 1 else [root]
    carry(organiser, [*others, new], "2030-01-02", approved=approved, root=root)
    v4 = organiser.release("v4", a_ipynb=notebook("4"))
    assert machine.update() == v4
    organiser.key = stolen
    organiser.release("v5", a_ipynb=notebook("stolen"))
    assert machine.update() == v4
    organiser.key = new
    v6 = organiser.release("v6", a_ipynb=notebook("6"))
    assert machine.update() == v6


def test_two_keys_do_not_replace_the_root_key(machine: Machine) -> None:
    organiser, first = machine.organiser, machine.organiser.key
    second, root, other, evil = made(machine, "second", "root", "other", "evil")
    assert first is not None
    machine.set_up(listed([first, second], "2030-01-01", root))
    carry(organiser, [first, second, evil], "2030-01-02", approved=[first, second], root=other)
    v1 = organiser.release("v1", a_ipynb=notebook("1"))
    assert machine.update() == v1
    organiser.key = evil
    organiser.release("v2", a_ipynb=notebook("evil"))
    assert machine.update() == v1
    organiser.key = first
    carry(organiser, [first, second, evil], "2030-01-02", approved=[root], root=other)
    v3 = organiser.release("v3", a_ipynb=notebook("3"))
    assert machine.update() == v3
    carry(organiser, [first, second], "2030-01-03", approved=[other], root=other)
    v4 = organiser.release("v4", a_ipynb=notebook("4"))
    assert machine.update() == v4
    organiser.key = evil
    organiser.release("v5", a_ipynb=notebook("evil"))
    assert machine.update() == v4


def test_the_root_key_signs_no_revision(machine: Machine) -> None:
    organiser, first = machine.organiser, machine.organiser.key
    (root,) = made(machine, "root")
    assert first is not None
    machine.set_up(listed([first], "2030-01-01", root))
    v1 = organiser.release("v1", a_ipynb=notebook("1"))
    assert machine.update() == v1
    organiser.key = root
    organiser.release("v2", a_ipynb=notebook("evil"))
    assert machine.update() == v1


def test_a_list_of_the_past_does_not_come_back(machine: Machine) -> None:
    """Everybody has it, with its approvals; whoever holds one key could offer it once more."""
    organiser, first = machine.organiser, machine.organiser.key
    second, stolen = made(machine, "second", "stolen")
    assert first is not None
    machine.set_up(listed([first, second]))
    carry(organiser, [first, second, stolen], "2030-01-01", approved=[first, second])
    organiser.release("v1", a_ipynb=notebook("1"))
    machine.update()
    old = shutil.copytree(organiser.folder / "trusted-keys.sig.d", machine.folder / "old")
    carry(organiser, [first, second], "2030-01-02", approved=[first, second])
    organiser.release("v2", a_ipynb=notebook("2"))
    machine.update()
    carry(organiser, [first, second, stolen], "2030-01-01")
    shutil.copytree(old, organiser.folder / "trusted-keys.sig.d", dirs_exist_ok=True)
    v3 = organiser.release("v3", a_ipynb=notebook("3"))
    assert machine.update() == v3
    organiser.key = stolen
    organiser.release("v4", a_ipynb=notebook("evil"))
    assert machine.update() == v3
    # Nor on a machine that begins with today's list and reads all releases.
    machine.set_up(listed([first, second], "2030-01-02"))
    assert machine.update() == v3


def test_a_machine_that_knows_one_key_takes_a_list_only_by_a_code(machine: Machine) -> None:
    organiser, first = machine.organiser, machine.organiser.key
    second, root = made(machine, "second", "root")
    assert first is not None
    machine.set_up(listed([first]))
    carry(organiser, [first, second], "2030-01-01", approved=[first, second, root], root=root)
    v1 = organiser.release("v1", a_ipynb=notebook("1"))
    assert machine.update() == v1
    organiser.key = second
    v2 = organiser.release("v2", a_ipynb=notebook("2"))
    assert machine.update() == v1 == machine.update("--reset", v2[:23])
    assert machine.update("--reset", v2[:24]) == v2
    v3 = organiser.release("v3", a_ipynb=notebook("3"))
    assert machine.update() == v3


def test_a_repository_that_stays_as_it_was_for_ever_is_noticed(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The thief shows last year's repository each day; every sync succeeds."""
    organiser = machine.organiser
    assert organiser.key is not None
    machine.set_up(listed([organiser.key]))
    v1 = organiser.release("v1", a_ipynb=notebook("1"))
    here = load_settings()
    for later, state in ((0, State.GREEN), (300, State.GREEN), (401, State.YELLOW)):
        monkeypatch.setattr(time, "time", lambda days=later: float(FIRST_DAY + (organiser.day + days) * DAY))
        assert machine.update() == v1
        assert dict(checks(here))["updates"]().state is state
        shown = asyncio.run(UpdateButton(here).state())["silence"]
        assert bool(shown) == (state is State.YELLOW)


def test_what_is_refused_leaves_the_state_as_large_as_before(machine: Machine) -> None:
    """Whether a fetch is refused as a whole, or what came is not taken."""
    organiser, key = machine.organiser, machine.organiser.key
    (stranger,) = made(machine, "stranger")
    assert key is not None
    machine.set_up(listed([key]))
    v1 = organiser.release("v1", a_ipynb=notebook("1"))
    assert machine.update() == v1

    def size() -> int:
        files = machine.record.parent.rglob("*")
        return sum(file.stat().st_size for file in files if file.is_file())

    before = size()
    for _ in range(2):
        organiser.commit(big_bin=os.urandom(2_000_000))  # it waits
        assert (machine.update(), size()) == (v1, before)
        organiser.git("checkout", "--quiet", "--orphan", "other")
        organiser.key = stranger
        organiser.release("v2", big_bin=os.urandom(2_000_000))
        organiser.git("branch", "--quiet", "--force", "--move", "other", "main")
        organiser.git("tag", "--delete", "v2")
        assert (machine.update(), size()) == (v1, before)
        organiser.key = key
        organiser.git("reset", "--quiet", "--hard", "v1")
    v2 = organiser.release("v2", a_ipynb=notebook("2"))
    assert machine.update() == v2 == machine.update()


SIGNATURES = st.sampled_from([b"gpgsig-sha256", b"gpgsig", b"GPGSIG", b"gpgsigx"])
OTHERS = st.sampled_from([b"mergetag", b"x-note", b"committer", b"tagger", b"tree", b"tag", b"encoding"])
PLACE = st.integers(0, 6)
TEXTS = st.lists(st.sampled_from(["block", "inline", "text"]), max_size=2)


@pytest.fixture(scope="module")
def thief(tmp_path_factory: pytest.TempPathFactory) -> tuple[Machine, bytes, Path]:
    """A machine that took v1, the public signature of a valid key, and a stolen one that has ended."""
    folder = tmp_path_factory.mktemp("thief")
    organiser = Organiser(
        Bed(folder / "upstream", folder / "mine", folder / "state"), new_key(folder / "keys", "k")
    )
    machine = Machine("sync", folder, organiser)
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("WORKSHOP_CONFIG", str(folder / "prefix/etc/workshop.toml"))
        _, ended, public = with_expired(machine)
    return machine, public, ended


@example("commit", [], [(0, b"gpgsig-sha256")], False, ["text"], [])
@example("tag", [], [], True, [], ["inline"])
@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    kind=st.sampled_from(["commit", "tag"]),
    others=st.lists(st.tuples(PLACE, OTHERS), max_size=1),
    extra=st.lists(st.tuples(PLACE, SIGNATURES), max_size=2),
    in_head=st.booleans(),
    before=TEXTS,
    after=TEXTS,
)
def test_no_object_that_a_valid_key_did_not_sign_is_taken(
    thief: tuple[Machine, bytes, Path],
    monkeypatch: pytest.MonkeyPatch,
    kind: str,
    others: list[tuple[int, bytes]],
    extra: list[tuple[int, bytes]],
    in_head: bool,
    before: list[str],
    after: list[str],
) -> None:
    """The thief signs with the ended key where git looks, and adds a valid signature that everybody has."""
    machine, public, ended = thief
    organiser = machine.organiser
    monkeypatch.setenv("WORKSHOP_CONFIG", str(machine.folder / "prefix/etc/workshop.toml"))
    v1 = organiser.git("rev-parse", "v1^{commit}")
    pieces = {"block": public, "inline": b"see " + public, "text": b"evil\n"}
    if kind == "commit":
        ref, evil, headers = "refs/heads/main", "", commit_headers(organiser, day=3)
    else:
        evil = organiser.commit(a_ipynb=notebook("evil"))
        ref, headers = "refs/tags/v2", tag_headers(evil, "v2", day=3)
    text = b"".join(pieces[each] for each in before)
    for place, name in others:
        headers.insert(4 + place % (len(headers) - 3), (name, dict(headers).get(name, b"utf-8")))
    forged: list[Header] = list(headers)
    for place, name in extra:
        forged.insert(4 + place % (len(forged) - 3), (name, public))
    signed = [each for each in forged if not each[0].startswith(b"gpgsig")]
    if kind == "commit":
        body = b"\n" + text
        own = (b"gpgsig", signature(ended, flat(signed) + body))
        forged = [*forged[:4], own, *forged[4:]] if in_head else [*forged, own]
    else:
        begin = b"" if in_head else b"\n" + text
        rest = (b"\n" + text if in_head else b"") + b"".join(pieces[each] for each in after)
        body = begin + signature(ended, flat(signed) + begin) + rest
    try:
        organiser.git("update-ref", ref, store(organiser, kind, forged, body))
        assert machine.update() == v1
        assert json.loads(machine.record.read_text())["tag"] == "v1"
    finally:
        organiser.git("reset", "--quiet", "--hard", v1)
        if kind == "tag":
            organiser.git("update-ref", "-d", "refs/tags/v2")


def test_a_merge_of_a_signed_tag_is_one_signature(machine: Machine) -> None:
    """Git copies the tag and its signature into the header mergetag, which the merge's signature covers."""
    organiser = machine.organiser
    assert organiser.key is not None
    machine.set_up(listed([organiser.key]))
    organiser.release("v1", a_ipynb=notebook("1"))
    machine.update()
    organiser.git("checkout", "--quiet", "-b", "side")
    organiser.release("side-1", b_ipynb=notebook("1"))
    organiser.git("checkout", "--quiet", "main")
    organiser.git("tag", "--delete", "v1")
    organiser.git("merge", "--quiet", "--no-ff", "--gpg-sign", "--message=merged", "side-1")
    merged = organiser.git("rev-parse", "main")
    assert "mergetag" in organiser.git("cat-file", "commit", "main")
    organiser.git("tag", "--delete", "side-1")
    assert machine.update() == merged


@pytest.mark.parametrize(
    ("options", "why"),
    [
        ('valid-after="20990101"', "valid from 2099"),
        ('valid-before="20200101Z"', "expired on 2020"),
        ('valid-before="soon"', "expired"),
        ('valid-after="20200101",valid-before="20200102"', "expired"),
        ("cert-authority", "does nothing else"),
        ('namespaces="workshop-keys"', "does nothing else"),
        ('namespaces="file"', "does nothing else"),
    ],
)
def test_a_key_that_does_not_count_now(bed: Bed, tmp_path: Path, options: str, why: str) -> None:
    organiser = Organiser(bed, new_key(tmp_path / "keys", "only"))
    assert organiser.key is not None
    organiser.release("v1", a_ipynb=notebook("1"))
    with pytest.raises(WorkshopError, match=why):
        organiser.sync(signers=allowed_signers(tmp_path / "list", organiser.key, options=options))
    # Another line may be for another time: the key counts while one of them does.
    both = (tmp_path / "list").read_text() + listed([organiser.key])
    (tmp_path / "list").write_text(both)
    assert organiser.actions(signers=tmp_path / "list") == {"a.ipynb": "updated"}


def test_a_clock_that_is_behind_the_last_revision_revives_no_key(
    bed: Bed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    organiser = Organiser(bed, new_key(tmp_path / "keys", "ended"))
    ended, valid = organiser.key, new_key(tmp_path / "keys", "valid")
    assert ended is not None
    text = listed([valid]) + f'organiser valid-before="{day(9)}Z" {ended.with_suffix(".pub").read_text()}'
    (tmp_path / "list").write_text(text)
    organiser.key, organiser.day = valid, 20
    organiser.release("v1", a_ipynb=notebook("1"))
    organiser.sync(signers=tmp_path / "list")
    monkeypatch.setattr(time, "time", lambda: float(FIRST_DAY))
    organiser.key = ended
    organiser.release("v2", a_ipynb=notebook("2"))
    assert organiser.actions(signers=tmp_path / "list") == {}
