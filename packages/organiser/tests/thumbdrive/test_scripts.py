"""The scripts on a stick: what a person without anything installed runs."""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
from pathlib import Path

import pytest

from organiser.thumbdrive.stage import SCRIPTS

from .bed import damage, fill

SET_UP = SCRIPTS / "set-up-from-stick.bash"
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


def test_no_name_goes_through_a_call_which_would_read_its_percent_signs() -> None:
    """Packages of Debian have them: libfoo_1%3a2.0_amd64.deb would be missing on a whole stick."""
    lines = (SCRIPTS / "verify.cmd").read_text(encoding="ascii").splitlines()
    calls = [line.partition("call ")[2] for line in lines if "call " in line and not line.startswith("rem")]
    assert calls == [":check"]


def set_up(stick: Path, tools: Path, *, dpkg: str = "", uname: str = "") -> tuple[int, str]:
    """Run the set-up on a computer of another kind, as far as it goes; return what it said last."""
    tools.mkdir(exist_ok=True)
    for name, answer in (("dpkg", dpkg), ("uname", uname), ("git", "")):
        script = f"echo {answer}" if answer else f"echo {name} was asked >&2; exit 1"
        (tools / name).write_text(f"#!/bin/sh\n{script}\n")
        (tools / name).chmod(0o755)
    done = subprocess.run(
        ["bash", stick / "set-up-from-stick.bash"],
        env={"PATH": f"{tools}:/usr/bin:/bin", "HOME": str(tools), "WORKSHOP_CHECKOUT": str(tools / "new")},
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stderr.splitlines()[-1]


CLONED = "set-up-from-stick.bash: cannot clone the stick's repository"


@pytest.mark.parametrize(
    ("processor", "others", "allowed"),
    [
        ("arm64", ["amd64"], False),
        ("armhf", ["amd64", "arm64"], False),
        ("arm64", ["amd64", "arm64"], True),
        ("arm64", [], True),
    ],
)
def test_a_stick_for_other_processors_says_so_first(
    tmp_path: Path, processor: str, others: list[str], allowed: bool
) -> None:
    """Also where its packages are of no use to this computer; nothing processor-bound on it suits each."""
    stick = fill(
        tmp_path / "a stick", {"set-up-from-stick.bash": SET_UP.read_bytes(), "workshop.bundle": b""}
    )
    machines = {"amd64": "x86_64", "arm64": "aarch64", "armhf": "aarch64"}
    for kind in ("wheels", "debs"):
        shutil.rmtree(stick / "wheels", ignore_errors=True)
        for each in others:
            lists = stick / f"debs/dists/trixie/main/binary-{each}"
            wheel = stick / f"wheels/uv-1-py3-none-manylinux_2_17_{machines[each]}.whl"
            (lists if kind == "debs" else wheel.parent).mkdir(parents=True, exist_ok=True)
            if kind == "wheels":
                wheel.touch()
        status, said = set_up(stick, tmp_path / "tools", dpkg=processor)
        assert status == 1
        if allowed:
            assert said.startswith(CLONED)
        else:
            assert said.startswith(
                f"set-up-from-stick.bash: this stick is for computers with {' or '.join(others)} ("
            )
            assert f"this one has {processor};" in said


def test_a_damaged_repository_is_not_cloned(tmp_path: Path) -> None:
    stick = fill(tmp_path / "stick", {"set-up-from-stick.bash": SET_UP.read_bytes(), "workshop.bundle": b"x"})
    damage(stick / "workshop.bundle")
    status, said = set_up(stick, tmp_path / "tools", dpkg="amd64")
    assert status == 1 and "the stick's workshop.bundle is damaged; run verify.sh" in said


def test_the_sticks_courses_are_added(tmp_path: Path) -> None:
    files = {"set-up-from-stick.bash": SET_UP.read_bytes(), "workshop.bundle": b"x"}
    stick = fill(tmp_path / "stick", files | {f"courses/{name}/course.toml": b"x" for name in ("a", "b")})
    checkout = tmp_path / "tools/new"
    (checkout / ".git").mkdir(parents=True)
    (checkout / "local").mkdir()
    (checkout / "local/setup.bash").write_text("#!/bin/bash\nfor word; do echo $word; done >&2\n")
    (checkout / "local/setup.bash").chmod(0o755)
    tools = tmp_path / "tools"
    words = json.dumps({"workshop_courses": [f"{stick}/courses/{name}" for name in ("a", "b")]})
    assert set_up(stick, tools, dpkg="amd64") == (0, words)
    damage(stick / "courses/a/course.toml")
    assert "the stick's courses/ is damaged" in set_up(stick, tools, dpkg="amd64")[1]
