"""``workshop update source set``: a machine without an address takes one, and nobody else's key."""

import json
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from sync.bed import notebook
from sync.machine.bed import PullBed
from sync.organiser import allowed_signers, new_key
from workshop.core.errors import WorkshopError
from workshop.core.settings import Settings
from workshop.sync.machine import Puller, choose, show
from workshop.sync.trust import keys_of
from workshop.sync.updates import Updates, load_updates


class Taken(PullBed):
    """A machine that was built without an address, and an organiser who shows the public keys."""

    def __post_init__(self) -> None:
        super().__post_init__()
        programs = self.prefix / "venvs/control/bin"
        programs.mkdir(parents=True)
        (programs / "ansible-pull").touch()
        etc = self.prefix / "etc"
        etc.mkdir()
        (etc / "pull-variables.json").write_text('{\n    "workshop_user": "learner"\n}\n')
        (etc / "updates.toml").write_text('url = ""\nsigners = ""\nsubdir = "lessons"\n')
        self.show_keys(self.key)
        self.organiser.release("v1", a_ipynb=notebook("1"))

    def show_keys(self, *keys: Path, options: str = "") -> None:
        file = allowed_signers(self.folder / "shown", *keys, options=options)
        self.publish_file("allowed-signers", file.read_bytes())

    @property
    def settings(self) -> Settings:
        return Settings(prefix=self.prefix)

    def fingerprint(self, key: Path | None = None) -> str:
        (found,) = keys_of(f"x {(key or self.key).with_suffix('.pub').read_text()}")
        return found.fingerprint

    def everything(self) -> dict[str, bytes]:
        return {file.name: file.read_bytes() for file in sorted((self.prefix / "etc").iterdir())}

    def chosen_puller(self) -> Puller:
        return Puller(self.prefix, load_updates(self.settings), self.notes)


@pytest.fixture
def taken(tmp_path: Path) -> Taken:
    return Taken(tmp_path)


def test_address_and_key_are_taken_and_the_next_pull_updates(taken: Taken) -> None:
    made = choose(taken.settings, taken.organiser.url, [taken.fingerprint()])
    assert made.keys == (taken.fingerprint(),)
    assert show(taken.settings) == made
    assert load_updates(taken.settings) == Updates(
        taken.organiser.url, subdir="lessons", signers=taken.prefix / "etc/allowed-signers"
    )
    # What an update sets the machine up with, so that it does not take the choice back.
    record = json.loads((taken.prefix / "etc/pull-variables.json").read_text())
    assert record["notebook_sync_url"] == taken.organiser.url
    assert record["notebook_sync_allowed_signers"] == (taken.prefix / "etc/allowed-signers").read_text()
    assert record["workshop_user"] == "learner"
    assert taken.chosen_puller().pull().tag == "v1"
    before = taken.everything()
    choose(taken.settings, taken.organiser.url, [taken.fingerprint()])
    assert taken.everything() == before


def test_a_wrong_key_under_the_name_is_refused(taken: Taken) -> None:
    stranger = new_key(taken.folder / "keys", "stranger")
    taken.show_keys(stranger)
    taken.organiser.release("v2", a_ipynb=notebook("2"))
    refused(taken, "has no key", fingerprints=[taken.fingerprint()])


def test_of_two_keys_only_the_named_one_is_trusted(taken: Taken) -> None:
    stranger = new_key(taken.folder / "keys", "stranger")
    taken.show_keys(stranger, taken.key)
    taken.organiser.release("v2", a_ipynb=notebook("2"))
    assert choose(taken.settings, taken.organiser.url, [taken.fingerprint()]).left_out == 1
    assert show(taken.settings).keys == (taken.fingerprint(),)
    taken.chosen_puller().pull()
    taken.organiser.key = stranger
    taken.organiser.release("v3", a_ipynb=notebook("3"))
    assert taken.chosen_puller().pull().tag == "v2", "what the stranger signed waits for ever"
    two = [taken.fingerprint(), taken.fingerprint(stranger)]
    assert choose(taken.settings, taken.organiser.url, two).keys == tuple(two)


def test_a_root_key_is_named_by_its_fingerprint_like_any_other(taken: Taken) -> None:
    root = new_key(taken.folder / "keys", "root")
    lines = f'o {taken.key.with_suffix(".pub").read_text()}o namespaces="workshop-keys" '
    taken.publish_file("allowed-signers", (lines + root.with_suffix(".pub").read_text()).encode())
    taken.organiser.release("v2", a_ipynb=notebook("2"))
    refused(taken, "does not sign revisions", fingerprints=[taken.fingerprint(root)])
    made = choose(taken.settings, taken.organiser.url, [taken.fingerprint(), taken.fingerprint(root)])
    assert (made.keys, made.roots) == ((taken.fingerprint(),), (taken.fingerprint(root),))
    assert show(taken.settings) == made and taken.chosen_puller().pull().tag == "v2"


def test_a_line_with_more_rights_is_refused(taken: Taken) -> None:
    taken.show_keys(taken.key, options="cert-authority")
    taken.organiser.release("v2", a_ipynb=notebook("2"))
    refused(taken, "more than a signer needs")


def test_a_key_that_is_shown_later_is_not_trusted(taken: Taken) -> None:
    choose(taken.settings, taken.organiser.url, [taken.fingerprint()])
    taken.organiser.key = new_key(taken.folder / "keys", "stranger")
    taken.show_keys(taken.organiser.key)
    taken.organiser.git("tag", "--delete", "v1")
    taken.organiser.release("v9", a_ipynb=notebook("evil"))
    with pytest.raises(WorkshopError, match="key that you trust"):
        taken.chosen_puller().pull()


def test_another_address_needs_a_word(taken: Taken) -> None:
    choose(taken.settings, taken.organiser.url, [taken.fingerprint()])
    taken.chosen_puller().pull()
    moved = taken.folder / "moved"
    taken.organiser.git("clone", "--quiet", "--bare", str(taken.organiser.folder), str(moved))
    refused(taken, "--trust-new-source", url=f"file://{moved}")
    choose(taken.settings, f"file://{moved}", [taken.fingerprint()], trust_new_source=True)
    assert taken.chosen_puller().pull().tag == "v1"


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("https://me:secret@example.org/w.git", "every account of this machine"),
        ("https://token@example.org/w.git", "every account of this machine"),
        ("ext::sh -c evil", "is not the address"),
        ("--upload-pack=evil", "is not the address"),
        ("http://127.0.0.1:9/w.git", "offline: .*; nothing was changed"),
        ("file:///no/such/place", "cannot be read"),
    ],
)
def test_no_such_address(taken: Taken, url: str, why: str) -> None:
    refused(taken, why, url=url)


def test_a_repository_without_the_file(taken: Taken) -> None:
    refused(taken, "has no file keys", file="keys")
    (taken.organiser.folder / "allowed-signers").unlink()
    (taken.organiser.folder / "allowed-signers").symlink_to("/etc/passwd")
    taken.organiser.release("v2")
    refused(taken, "has no file allowed-signers")
    (taken.organiser.folder / "allowed-signers").unlink()
    taken.publish_file("allowed-signers", b"x" * 70_000)
    taken.organiser.release("v3")
    refused(taken, "too large")
    taken.publish_file("allowed-signers", b"-----BEGIN PGP PUBLIC KEY BLOCK-----\n")
    taken.organiser.release("v4")
    refused(taken, "GPG keys")


def test_a_machine_that_cannot_update_says_what_it_lacks(taken: Taken) -> None:
    (taken.prefix / "venvs/control/bin/ansible-pull").unlink()
    refused(taken, "no Ansible")
    with pytest.raises(WorkshopError, match="was not set up"):
        choose(Settings(), taken.organiser.url, [taken.fingerprint()])


def refused(
    taken: Taken, why: str, url: str = "", fingerprints: list[str] | None = None, file: str = ""
) -> None:
    """Choosing is refused in one line, and nothing of the machine's is another than before."""
    before = taken.everything()
    with pytest.raises(WorkshopError, match=why) as told:
        choose(
            taken.settings,
            url or taken.organiser.url,
            fingerprints or [taken.fingerprint()],
            file=file or "allowed-signers",
        )
    assert "\n" not in str(told.value)
    assert "secret" not in str(told.value) and "token" not in str(told.value)
    assert taken.everything() == before


def test_the_command(taken: Taken) -> None:
    config = taken.prefix / "etc/workshop.toml"
    config.write_text(f'prefix = "{taken.prefix}"\n')

    def run(*words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "workshop", "updates", *words],
            cwd=Path(__file__).resolve().parents[5],
            env={"WORKSHOP_CONFIG": str(config), "PATH": "/usr/bin:/bin", "NO_COLOR": "1"},
            capture_output=True,
            text=True,
            check=False,
        )

    assert "no address" in run("show").stdout
    wrong = run("set", taken.organiser.url, "--fingerprint", "SHA256:" + "A" * 43)
    assert (wrong.returncode, wrong.stdout) == (1, "")
    assert "Traceback" not in wrong.stderr
    done = run("set", taken.organiser.url, "--fingerprint", taken.fingerprint(), "--json")
    assert json.loads(done.stdout)["keys"] == [taken.fingerprint()]
    assert taken.fingerprint() in run("show").stdout
    assert tomllib.loads((taken.prefix / "etc/updates.toml").read_text())["url"] == taken.organiser.url
