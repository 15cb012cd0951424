import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from workshop.core.errors import WorkshopError
from workshop.sync.git import (
    Git,
    UnreachableError,
    check_url,
    failure,
    last_line,
    printable,
    without_password,
)


@pytest.mark.parametrize(
    "said",
    [
        "fatal: unable to access 'https://x/': Could not resolve host: x",
        "fatal: unable to access 'https://x/': Failed to connect to x port 443 after 2 ms: Couldn't connect",
        "ssh: connect to host x port 22: Connection timed out\nfatal: Could not read from remote repository.",
        "fatal: unable to access 'https://x/': CONNECT tunnel failed, response 403",
        "fatal: unable to access 'https://x/': server certificate verification failed",
        "error: RPC failed; curl 18 transfer closed with outstanding read data remaining\nfatal: early EOF",
        "fatal: the remote end hung up unexpectedly",
    ],
)
def test_a_fault_of_the_network_is_no_error(said: str) -> None:
    assert isinstance(failure(said.encode(), "https://x"), UnreachableError)


@pytest.mark.parametrize(
    ("said", "words"),
    [
        (
            "error: RPC failed; curl 56 OpenSSL SSL_read: unexpected eof\nfatal: early EOF",
            "the connection was lost",
        ),
        ("fatal: protocol error: bad pack header", "the connection was lost"),
        ("fatal: https://x/info/refs not valid: is this a git repository?", "sign in to the network"),
        (
            "fatal: unable to access 'https://x/': SSL certificate problem",
            "answered (SSL certificate problem); sign in to the network",
        ),
        ("fatal: unable to access 'https://x/': SSL certificate problem: certificate has expired", "clock"),
        (
            "fatal: unable to access 'https://x/': server certificate verification failed. CAfile: none",
            "answered (server certificate verification failed); sign in",
        ),
        ("fatal: unable to access 'http://x/': The requested URL returned error: 407", "sign in to the"),
        ("fatal: unable to access 'https://x/': The requested URL returned error: 429", "is busy or broken"),
        ("fatal: unable to access 'https://x/': The requested URL returned error: 503", "is busy or broken"),
        (
            "fatal: unable to access 'https://x/': GnuTLS, handshake failed: An unexpected TLS packet came.",
            "sign in to the network",
        ),
        ("fatal: Could not read from remote repository.", "the connection was lost"),
        (
            "fatal: unable to access 'https://x/': end of response with 49 bytes missing",
            "the connection was lost",
        ),
    ],
)
def test_a_broken_connection_is_told_from_a_sign_in_page(said: str, words: str) -> None:
    assert words in str(failure(said.encode(), "https://x"))


@pytest.mark.parametrize(
    "said",
    [
        "fatal: repository 'https://x/' not found",
        "git@x: Permission denied (publickey).",
        "",
        "ERROR: Repository x not found.\nfatal: Could not read from remote repository.",
        "remote: no\nfatal: Could not read from remote repository.",
    ],
)
def test_a_fault_of_the_source_is_one_line(said: str) -> None:
    error = failure(said.encode(), "https://x")
    assert isinstance(error, WorkshopError) and "\n" not in str(error) and "--from" in str(error)


def test_a_damaged_repository_on_a_disk_is_no_broken_connection() -> None:
    said = b"fatal: the remote end hung up unexpectedly"
    assert isinstance(failure(said, "file:///x"), WorkshopError)
    assert isinstance(failure(said, "/media/stick/x.bundle"), WorkshopError)


def test_the_telling_line_is_found_and_cannot_steer_a_terminal() -> None:
    assert last_line(b"warning: x\nfatal: it \x1b[31mbroke\nhint: y\n") == "it  [31mbroke"
    assert last_line(b"") == "it said nothing"
    assert printable("a\tb\nc\x07") == "a b\nc "


def test_addresses() -> None:
    for good in ("https://x/y.git", "ssh://git@x/y", "git@x.org:y.git", "file:///y"):
        check_url(good)
    for bad in (
        "ext::sh",
        "git://x/y",
        "-oProxyCommand=x",
        "ftp://x/y",
        "https://",
        "https:///y",
        "ssh://:22",
        "https://x/y\n",
    ):
        with pytest.raises(WorkshopError, match=r"^.* is not the address"):
            check_url(bad)
    assert without_password("https://user:secret@x/y") == "https://x/y"
    assert without_password("ssh://git@x/y") == "ssh://git@x/y"
    assert without_password("ssh://git:secret@x/y") == "ssh://git@x/y"


@pytest.mark.parametrize(
    "url",
    [
        "https://me:secret@x.org/y.git",
        "https://secret@x.org/y.git",
        "http://me:sec@ret@x.org/y.git",
        "ssh://me:secret@x.org/y",
    ],
)
def test_an_address_with_a_secret_in_it_is_refused_without_telling_it(url: str) -> None:
    with pytest.raises(WorkshopError, match="which every account of") as told:
        check_url(url)
    assert "sec" not in str(told.value)
    assert "\n" not in str(told.value)


def test_nobodys_configuration_counts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("GIT_DIR", "GIT_WORK_TREE", "GIT_EXTERNAL_DIFF", "GIT_CONFIG_PARAMETERS"):
        monkeypatch.setenv(name, "evil")
    (tmp_path / "config").write_text("[x]\n\ty = z\n")
    git = Git(tmp_path / "repository.git", tmp_path / "config")
    git.output("init", "--quiet", "--bare")
    listed = git.output("config", "--list", "--show-scope").decode()
    assert {line.split()[0] for line in listed.splitlines()} == {"global", "local"}
    assert "x.y=z" in listed


def test_a_time_out_ends_the_helpers_too(tmp_path: Path) -> None:
    git = Git(tmp_path / "repository.git", tmp_path / "config")
    note = f"echo $$ >{tmp_path}/helper; exec sleep 600"
    with pytest.raises(subprocess.TimeoutExpired):
        git.run("-c", f"alias.wait=!sh -c '{note}'", "wait", seconds=3)
    must_end(tmp_path / "helper")


@pytest.mark.parametrize(("keeps", "ends"), [(">/dev/null", True), ("2>/dev/null", False)])
def test_a_helper_that_outlives_its_git_holds_nobody(tmp_path: Path, keeps: str, ends: bool) -> None:
    git = Git(tmp_path / "repository.git", tmp_path / "config")
    alias = f"alias.leave=!sh -c 'echo $$ >{tmp_path}/helper; exec sleep 600' {keeps} & exit 3"
    if ends:  # who has only its errors is not waited for
        assert git.run("-c", alias, "leave", seconds=600).returncode == 3
    else:
        with pytest.raises(subprocess.TimeoutExpired):
            git.run("-c", alias, "leave", seconds=3)
    must_end(tmp_path / "helper")


def must_end(helper: Path) -> None:
    """Wait until the process is gone whose number a helper wrote; on a slow machine it did not begin."""
    if helper.exists() and (number := helper.read_text().strip()):
        deadline = time.monotonic() + 120
        while is_running(int(number)):
            assert time.monotonic() < deadline
            time.sleep(0.05)


def is_running(process: int) -> bool:
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except (FileNotFoundError, ProcessLookupError):
        return False


@pytest.mark.parametrize("said", ["could not resolve host", "timed out", "bad pack", "certificate", "proxy"])
def test_what_the_other_side_says_is_not_believed(said: str) -> None:
    text = f"remote: {said}\nfatal: remote error: access denied: {said}"
    error = failure(text.encode(), "https://x")
    assert isinstance(error, WorkshopError) and "access denied" in str(error)


def test_a_full_disk_here_is_no_fault_of_the_source() -> None:
    said = b"error: unable to write loose object file: No space left on device\nfatal: unpack-objects failed"
    assert "cannot be written here" in str(failure(said, "https://x"))


def test_half_of_a_history_asks_for_a_whole_bundle() -> None:
    said = b"error: Repository lacks these prerequisite commits:\nerror: 0123"
    assert "complete bundle" in str(failure(said, "/stick/workshop.bundle"))


def test_an_account_that_may_use_less_is_left_with_less(tmp_path: Path) -> None:
    program = (
        "import resource, sys; from pathlib import Path; from workshop.sync.git import Git\n"
        "resource.setrlimit(resource.RLIMIT_CPU, (20, 20)); folder = Path(sys.argv[1])\n"
        "(folder / 'config').touch(); print(Git(folder, folder / 'config').output('version').decode())"
    )
    words = [sys.executable, "-c", program, str(tmp_path)]
    root = ["setpriv", "--bounding-set=-sys_resource", "--inh-caps=-sys_resource"]
    drop = root if os.geteuid() == 0 else []
    done = subprocess.run([*drop, *words], capture_output=True, text=True, check=False)
    assert done.stdout.startswith("git version"), done.stderr
