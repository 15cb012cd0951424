"""A pull as a whole: what is refused, what stays, what is tried again."""

from pathlib import Path

import pytest

from sync.bed import notebook
from sync.machine.bed import PullBed
from sync.organiser import allowed_signers, new_key
from workshop.core.errors import WorkshopError
from workshop.sync.trust import Trust


def test_a_signed_revision_is_laid_down_and_its_playbook_runs(bed: PullBed) -> None:
    commit = bed.organiser.release("v1", "First lessons", a_ipynb=notebook("1"))
    pulled = bed.puller().pull()
    assert (pulled.revision, pulled.tag, pulled.news) == (commit[:8], "v1", "First lessons")
    assert bed.notes.trees == [bed.current]
    assert (bed.current / "notebooks/a.ipynb").read_bytes() == notebook("1")
    assert bed.notes.variables["workshop_source"] == str(bed.current)


def test_accounts_of_the_machine_can_sync_from_what_was_verified(bed: PullBed) -> None:
    bed.organiser.release("v1", a_ipynb=notebook("1"))
    bed.puller().pull()
    bed.organiser.commit(a_ipynb=notebook("not signed"))
    bed.puller().pull()
    report = bed.organiser.sync(source=bed.notes.variables["notebook_sync_from"], signers=bed.signers)
    assert report.news.startswith("v1")
    assert bed.bed.read("a.ipynb") == notebook("1")


def attack_unsigned(bed: PullBed) -> None:
    bed.organiser.key = None
    bed.organiser.git("tag", "--delete", "v2")
    bed.organiser.commit(a_ipynb=notebook("evil"))


def attack_wrong_key(bed: PullBed) -> None:
    bed.organiser.key = new_key(bed.folder / "keys", "stranger")
    bed.organiser.git("tag", "--delete", "v2")
    bed.organiser.release("v3", a_ipynb=notebook("evil"))


def attack_expired_key(bed: PullBed) -> None:
    allowed_signers(bed.signers, bed.key, options='valid-before="20200101"')
    bed.organiser.release("v3", a_ipynb=notebook("evil"))


def attack_rollback(bed: PullBed) -> None:
    bed.organiser.git("reset", "--quiet", "--hard", "v1")


ATTACKS = [attack_unsigned, attack_wrong_key, attack_expired_key, attack_rollback]


@pytest.mark.parametrize("attack", ATTACKS, ids=[attack.__name__ for attack in ATTACKS])
def test_an_attack_runs_nothing_and_the_last_tree_stays(bed: PullBed, attack: object) -> None:
    bed.organiser.release("v1", a_ipynb=notebook("1"))
    bed.organiser.release("v2", a_ipynb=notebook("2"))
    bed.puller().pull()
    tree, played = bed.current, len(bed.notes.trees)
    attack(bed)  # type: ignore[operator]
    with pytest.raises(WorkshopError, match=r"nothing was changed|older"):
        bed.puller().pull()
    assert bed.current == tree
    assert len(bed.notes.trees) == played
    assert [path.name for path in tree.parent.glob("source-*")] == [tree.name]


def test_another_address_is_refused_until_somebody_says_so(bed: PullBed) -> None:
    bed.organiser.release("v1", a_ipynb=notebook("1"))
    bed.puller().pull()
    moved = bed.folder / "moved"
    bed.organiser.git("clone", "--quiet", "--bare", str(bed.organiser.folder), str(moved))
    with pytest.raises(WorkshopError, match="--trust-new-source"):
        bed.puller(url=f"file://{moved}").pull()
    assert bed.puller(url=f"file://{moved}").pull(trust=Trust(trust_new_source=True)).tag == "v1"
    assert bed.puller(url=f"file://{moved}").pull().tag == "v1"


def test_a_stick_brings_an_update_without_becoming_the_address(bed: PullBed) -> None:
    bed.organiser.release("v1", a_ipynb=notebook("1"))
    bed.puller().pull()
    bed.organiser.release("v2", a_ipynb=notebook("2"))
    stick = bed.folder / "stick"
    stick.mkdir()
    bed.organiser.git("bundle", "create", "--quiet", str(stick / "workshop.bundle"), "main", "--tags")
    assert bed.puller().pull(str(stick)).tag == "v2"
    assert bed.puller().pull().tag == "v2"


def test_a_stick_without_a_signature_is_refused(bed: PullBed) -> None:
    bed.organiser.key = None
    bed.organiser.commit(a_ipynb=notebook("1"))
    stick = bed.folder / "stick"
    stick.mkdir()
    bed.organiser.git("bundle", "create", "--quiet", str(stick / "workshop.bundle"), "main")
    with pytest.raises(WorkshopError, match="is not signed"):
        bed.puller().pull(str(stick))
    (stick / "workshop.bundle").unlink()
    with pytest.raises(WorkshopError, match="contains no git bundle"):
        bed.puller().pull(str(stick))


def test_a_failed_run_is_tried_again_without_network_too(bed: PullBed) -> None:
    bed.organiser.release("v1", a_ipynb=notebook("1"))
    bed.notes.broken = True
    with pytest.raises(WorkshopError, match="no room"):
        bed.puller().pull()
    assert bed.last_run()["finished"] is False
    bed.notes.broken = False
    nowhere = bed.puller(url="http://127.0.0.1:9/workshop.git")
    record = bed.prefix / "pull/trust.json"
    record.write_text(record.read_text().replace(bed.organiser.url, "http://127.0.0.1:9/workshop.git"))
    again = nowhere.pull()
    assert "finished what the last pull began" in again.note
    assert bed.last_run()["finished"] is True
    assert nowhere.pull().note.startswith("nothing done, offline")
    assert len(bed.notes.trees) == 2


def test_a_dry_run_writes_nothing(bed: PullBed) -> None:
    bed.organiser.release("v1", a_ipynb=notebook("1"))
    assert bed.puller().pull(dry_run=True).tag == "v1"
    assert not bed.prefix.exists()
    assert [wanted.lock for wanted in bed.notes.plays] == [None]
    assert not bed.notes.trees[0].exists(), "what it looked at is gone"


def test_only_one_pulls_at_a_time(bed: PullBed) -> None:
    bed.organiser.release("v1", a_ipynb=notebook("1"))
    inner: list[str] = []

    def second(*_: object, **__: object) -> object:
        with pytest.raises(WorkshopError) as told:
            bed.puller().pull()
        inner.append(str(told.value))
        raise WorkshopError("enough")

    first = bed.puller()
    object.__setattr__(first, "player", second)
    with pytest.raises(WorkshopError, match="enough"):
        first.pull()
    assert "another" in inner[0]


def test_without_keys_or_address_it_says_what_to_do(bed: PullBed, tmp_path: Path) -> None:
    with pytest.raises(WorkshopError, match="notebook_sync_allowed_signers"):
        bed.puller(signers=None).pull()
    with pytest.raises(WorkshopError, match="--from"):
        bed.puller(url="").pull()
