"""The scripts on a stick: what a person without anything installed runs."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
from pathlib import Path

import pytest

from organiser.thumbdrive.stage import SCRIPTS

from .bed import fill

FILES = {"a b.txt": b"one", "deep/b": b"two", "größe %3a~+": b""}
COMMANDS = {"verify.sh": ["sh", "verify.sh"], "verify.command": ["sh", "verify.command"]}


@pytest.fixture
def stick(tmp_path: Path, key: Path) -> Path:
    scripts = {path.name: path.read_bytes() for path in SCRIPTS.iterdir()}
    return fill(tmp_path / "my stick", FILES | scripts, key)


def run(stick: Path, script: str, **variables: str) -> tuple[int, list[str]]:
    command = [COMMANDS[script][0], str(stick / script)]
    done = subprocess.run(
        command,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        env=variables or None,
        cwd="/",
    )
    assert done.stderr == ""
    return done.returncode, done.stdout.splitlines()


@pytest.fixture(params=COMMANDS)
def script(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def test_a_right_stick(stick: Path, script: str) -> None:
    status, said = run(stick, script)
    assert status == 0
    assert said[-1] == "All 8 files are right."
    assert said[0].startswith("Signed with ED25519 key SHA256:")


def test_each_bad_file_is_named(stick: Path, script: str) -> None:
    (stick / "a b.txt").write_bytes(b"onE")
    (stick / "größe %3a~+").unlink()
    (stick / "deep" / "b").write_bytes(b"")
    status, said = run(stick, script)
    assert status == 1
    assert {"DAMAGED  a b.txt", "MISSING  größe %3a~+", "DAMAGED  deep/b"} <= set(said)
    assert said[-1].startswith("3 of 8 files are not right.")


def test_a_list_that_was_not_signed(stick: Path, script: str) -> None:
    with (stick / "SHA256SUMS").open("a") as file:
        file.write(hashlib.sha256(b"").hexdigest() + "  more\n")
    (stick / "more").touch()
    status, said = run(stick, script)
    assert status == 1
    assert any(line.startswith("WRONG    the signature") for line in said)


def test_without_ssh_keygen_hashes_are_enough(stick: Path, script: str, tmp_path: Path) -> None:
    tools = tmp_path / "tools"
    tools.mkdir()
    for name in ("sh", "dirname", "sha256sum", "cut"):
        (tools / name).symlink_to(shutil.which(name) or name)
    status, said = run(stick, script, PATH=str(tools))
    assert (status, said) == (0, ["All 8 files are right."])


@pytest.mark.skipif(not shutil.which("shasum"), reason="needs Perl's shasum, which macOS has")
def test_with_what_macos_has(stick: Path, script: str, tmp_path: Path) -> None:
    tools = tmp_path / "tools"
    tools.mkdir()
    for name in ("sh", "dirname", "shasum", "cut", "perl"):
        (tools / name).symlink_to(shutil.which(name) or name)
    (stick / "deep" / "b").write_bytes(b"")
    status, said = run(stick, script, PATH=str(tools))
    assert (status, said[0]) == (1, "DAMAGED  deep/b")


def test_without_a_list(stick: Path, script: str) -> None:
    (stick / "SHA256SUMS").unlink()
    status, said = run(stick, script)
    assert status == 1 and "has no list of its files" in said[0]


def test_powershell_can_read_its_script() -> None:
    tree_sitter = pytest.importorskip("tree_sitter")
    language = tree_sitter.Language(pytest.importorskip("tree_sitter_powershell").language())
    source = (SCRIPTS / "verify.ps1").read_bytes()
    tree = tree_sitter.Parser(language).parse(source)
    assert not tree.root_node.has_error
    assert tree_sitter.Parser(language).parse(source + b"\nif (").root_node.has_error
    assert source.isascii()  # Windows PowerShell reads a file without a mark in the system's own code page


def test_the_command_file_of_windows_has_its_labels() -> None:
    lines = (SCRIPTS / "verify.cmd").read_text(encoding="ascii").splitlines()
    labels = {line[1:].strip() for line in lines if line.startswith(":")}
    wanted = {
        word
        for line in lines
        for before, word in zip(line.split(), line.split()[1:], strict=False)
        if before == "goto"
    }
    called = {line.split("call :")[1].split()[0] for line in lines if "call :" in line}
    assert {word.lstrip(":") for word in wanted} - {"eof"} <= labels
    assert called <= labels


def test_bash_can_read_the_set_up() -> None:
    subprocess.run(["bash", "-n", SCRIPTS / "set-up-from-stick.bash"], check=True)
