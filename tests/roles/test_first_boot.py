"""What the appliance makes at its first start, and leaves alone at every other."""

from __future__ import annotations

import json
import os
import pwd
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from ansible_module import ROOT, load_module

first_boot = load_module("roles/appliance-image/files/first_boot.py")
ME = "tester"
NEEDS_KEYGEN = pytest.mark.skipif(shutil.which("ssh-keygen") is None, reason="needs ssh-keygen")


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A root with the role's settings; nothing of this host is changed."""
    for folder in ("etc/ssh", "opt/workshop/etc", "home/tester", "run"):
        (tmp_path / folder).mkdir(parents=True)
    settings = {
        "user": ME,
        "token_file": "/opt/workshop/etc/token",
        "version": "1.2",
        "jupyter_port": 8080,
        "web_port": 8082,
        "ssh_port": 8282,
    }
    (tmp_path / "etc/workshop-appliance.json").write_text(json.dumps(settings))
    (tmp_path / "etc/passwd").write_text(
        f"root:x:0:0::/root:/bin/sh\n{ME}:x:1000:1000::/home/tester:/bin/bash\n"
    )
    monkeypatch.setattr(shutil, "chown", lambda *_: None)
    # It is a program of its own, whose umask is no other test's.
    monkeypatch.setattr(first_boot.os, "umask", lambda _: 0o022)
    return tmp_path


@pytest.fixture
def passwords(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What chpasswd was told."""
    told: list[str] = []
    real = subprocess.run

    def run(command: list[Any], **options: Any) -> Any:
        if command[0] == "chpasswd":
            told.append(options["input"])
            return subprocess.CompletedProcess(command, 0)
        return real(command, **options)

    monkeypatch.setattr(first_boot.subprocess, "run", run)
    return told


@NEEDS_KEYGEN
def test_the_first_start_makes_keys_a_token_and_a_password(root: Path, passwords: list[str]) -> None:
    first_boot.main(root)
    token = (root / "opt/workshop/etc/token").read_text().strip()
    secret = (root / first_boot.PASSWORD).read_text().strip()
    assert passwords == [f"{ME}:{secret}\n"]
    assert token != secret
    assert len(token) >= 20
    for kind in ("ed25519", "ecdsa"):
        assert (root / f"etc/ssh/ssh_host_{kind}_key").stat().st_mode & 0o777 == 0o600
        assert (root / f"etc/ssh/ssh_host_{kind}_key.pub").read_text().startswith(("ssh-", "ecdsa-"))
    console = (root / first_boot.ISSUE).read_text()
    assert token not in console
    for told in (
        secret,
        "code         in a minute",
        "http://localhost:8080/lab",
        "ssh -p 8282 tester@localhost",
        "1.2",
    ):
        assert told in console
    for private in ("opt/workshop/etc/token", first_boot.PASSWORD, first_boot.ISSUE):
        assert (root / private).stat().st_mode & 0o077 == 0


@NEEDS_KEYGEN
def test_every_other_start_changes_nothing(root: Path, passwords: list[str]) -> None:
    first_boot.main(root)
    before = {path: path.read_bytes() for path in root.rglob("*") if path.is_file()}
    first_boot.main(root)
    assert {path: path.read_bytes() for path in root.rglob("*") if path.is_file()} == before
    assert len(passwords) == 1


@NEEDS_KEYGEN
def test_half_a_pair_of_keys_is_made_anew(root: Path, passwords: list[str]) -> None:
    half = root / "etc/ssh/ssh_host_ed25519_key"
    half.write_text("broken off")
    first_boot.main(root)
    assert "broken off" not in half.read_text()
    assert subprocess.run(["ssh-keygen", "-l", "-f", half], check=False).returncode == 0


@NEEDS_KEYGEN
def test_a_token_for_the_whole_class_is_taken(root: Path, passwords: list[str]) -> None:
    (root / first_boot.CHOSEN).write_text("our-class-2026-11\n")
    first_boot.main(root)
    assert (root / "opt/workshop/etc/token").read_text() == "our-class-2026-11\n"
    assert "our-class-2026-11" not in (root / first_boot.ISSUE).read_text()


@pytest.fixture
def reloads(root: Path, monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """What wakes the login prompts; another account reads the code."""
    told: list[list[str]] = []
    real = subprocess.run

    def run(command: list[Any], **options: Any) -> Any:
        if command[0] == "agetty":
            told.append(command)
            return subprocess.CompletedProcess(command, 0)
        assert (options.pop("user"), options.pop("group"), options.pop("extra_groups")) == (ME, 1000, [])
        return real(command, **options)

    monkeypatch.setattr(first_boot.subprocess, "run", run)
    account = pwd.struct_passwd((ME, "x", 1000, 1000, "", "/home/tester", "/bin/bash"))
    monkeypatch.setattr(first_boot.pwd, "getpwnam", {ME: account}.__getitem__)
    first_boot.write(root / first_boot.PASSWORD, "a-password\n")
    (root / first_boot.CODE_FILE).parent.mkdir()
    return told


def test_the_console_shows_the_code_and_every_prompt_is_written_again(
    root: Path, reloads: list[list[str]]
) -> None:
    (root / first_boot.CODE_FILE).write_text("abcd-efgh\n")
    first_boot.show_code(root)
    console = (root / first_boot.ISSUE).read_text()
    assert re.search(r"code +abcd-efgh\n", console)
    assert "a-password" in console
    assert (root / first_boot.ISSUE).stat().st_mode & 0o077 == 0
    assert reloads == [["agetty", "--reload"]]


@pytest.mark.parametrize(
    "planted", [b"\x1b[2Jabcd-efgh\n", b"abcd-efgh", b"abcd-efgh\nmore\n", b"\\S{HOME}\n", b"\xff\n", None]
)
def test_the_console_shows_nothing_else_that_the_account_wrote(
    root: Path, reloads: list[list[str]], planted: bytes | None
) -> None:
    if planted is not None:
        (root / first_boot.CODE_FILE).write_bytes(planted)
    first_boot.show_code(root)
    console = (root / first_boot.ISSUE).read_text()
    assert "code         in a minute" in console
    assert "\x1b" not in console and "abcd" not in console


def test_a_code_that_never_ends_holds_up_nobody(root: Path, reloads: list[list[str]]) -> None:
    os.mkfifo(root / first_boot.CODE_FILE)
    first_boot.show_code(root)
    assert "code         in a minute" in (root / first_boot.ISSUE).read_text()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can read as another account")
def test_root_reads_the_code_with_the_accounts_rights_alone(tmp_path: Path) -> None:
    """The account may have put a link there to what only root reads."""
    secret = tmp_path / "secret"
    secret.write_text("abcd-efgh\n")
    secret.chmod(0o600)
    (tmp_path / first_boot.CODE_FILE).parent.mkdir(parents=True)
    (tmp_path / first_boot.CODE_FILE).symlink_to(secret)
    assert first_boot.read_code(tmp_path, "nobody") == ""
    for folder in (tmp_path, *tmp_path.parents):
        if folder.name.startswith(("pytest-", "popen-", "test_")):
            folder.chmod(0o755)
    secret.chmod(0o644)
    assert first_boot.read_code(tmp_path, "nobody") == "abcd-efgh"


def test_secrets_are_easy_to_type_and_never_the_same() -> None:
    secrets = {first_boot.readable_secret() for _ in range(200)}
    assert len(secrets) == 200
    assert all(re.fullmatch(r"([a-hjkmnp-z2-9]{4}-){3}[a-hjkmnp-z2-9]{4}", each) for each in secrets)
    letters = set("".join(secrets)) - {"-"}
    assert letters == set(first_boot.ALPHABET)


def test_keys_are_added_to_those_that_are_there(root: Path) -> None:
    file = root / first_boot.KEYS / f"{ME}.disk"
    first_boot.add_keys(file, ["ssh-ed25519 AAA one", ""])
    first_boot.add_keys(file, ["ssh-ed25519 AAA one", "ssh-ed25519 BBB two"])
    assert file.read_text() == "ssh-ed25519 AAA one\nssh-ed25519 BBB two\n"
    # sshd reads it as the account.
    assert file.stat().st_mode & 0o777 == 0o644
    assert file.parent.stat().st_mode & 0o777 == 0o755


def test_sshd_reads_the_keys_of_a_disk() -> None:
    settings = (ROOT / "roles/base-fedora/templates/10-workshop.conf.j2").read_text()
    assert f" /{first_boot.KEYS}/%u.disk" in settings
