"""A file of keys that nobody trusts yet: only the key of a known fingerprint comes out of it."""

import base64
import subprocess
from pathlib import Path

import pytest

from sync.organiser import new_key
from workshop.core.errors import WorkshopError
from workshop.sync.trust import chosen, fingerprint_of, keys_of


@pytest.fixture
def public(tmp_path: Path) -> str:
    return new_key(tmp_path, "organiser").with_suffix(".pub").read_text().rsplit(" ", 1)[0]


def printed(tmp_path: Path) -> str:
    """Return what ssh-keygen says of the key."""
    words = ["ssh-keygen", "-l", "-f", str(tmp_path / "organiser.pub")]
    return subprocess.run(words, check=True, capture_output=True, text=True).stdout.split()[1]


def test_the_fingerprint_is_the_one_that_ssh_keygen_prints(tmp_path: Path, public: str) -> None:
    (key,) = keys_of(f"# ours\n\norganiser {public} a comment\n")
    assert key.fingerprint == fingerprint_of(printed(tmp_path)) == fingerprint_of(printed(tmp_path)[7:])
    assert key.line == f'organiser namespaces="git" {public}'


@pytest.mark.parametrize(
    "text", ["", "SHA256:", "SHA256:u7", "MD5:" + "a" * 43, "a" * 44, "SHA256:" + "é" * 43]
)
def test_part_of_a_fingerprint_is_none(text: str) -> None:
    with pytest.raises(WorkshopError, match="is not a fingerprint"):
        fingerprint_of(text)


def test_what_limits_a_key_is_kept(tmp_path: Path, public: str) -> None:
    limits = 'namespaces="git,workshop-thumbdrive",valid-before="20280101"'
    (key,) = chosen(keys_of(f"me@home {limits} {public}\n"), [printed(tmp_path)], "file")
    assert key.line == f"organiser {limits} {public}"


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("organiser cert-authority {public}", "more than a signer needs"),
        ('organiser namespaces="git",cert-authority {public}', "more than a signer needs"),
        ('organiser zip="a b" {public}', "more than a signer needs"),
        ('organiser namespaces="file" {public}', "not for git"),
        ('organiser {public}\nother valid-before="20990101" {public}', "twice"),
        ("organiser ssh-rsa {data}", "has no key"),
        ("{public}", "has no key"),
        ("organiser ssh-ed25519-cert-v01@openssh.com {data}", "has no key"),
        ("organiser ssh-ed25519 !!!{data}", "has no key"),
        ("", "has no key"),
    ],
)
def test_other_lines_are_refused(tmp_path: Path, public: str, line: str, why: str) -> None:
    text = line.format(public=public, data=public.split()[1])
    with pytest.raises(WorkshopError, match=why) as told:
        chosen(keys_of(text), [printed(tmp_path)], "file")
    assert "\n" not in str(told.value)


def test_nothing_of_a_line_but_key_and_limits_reaches_the_machine(tmp_path: Path, public: str) -> None:
    kind, data = public.split()
    odd = base64.b64encode(base64.b64decode(data)).decode()
    (key,) = chosen(keys_of(f'"evil *\\x1b[2J" {kind} {odd} # \x1b[2J\n'), [printed(tmp_path)], "file")
    assert key.line == f'organiser namespaces="git" {public}'
