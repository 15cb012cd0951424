"""What traces of root's processes say: as whom a process went where, and who can change that."""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from types import ModuleType

import pytest

TOOLS = Path(__file__).resolve().parents[2] / "tools/testbed"
PERSON = 4321


def load() -> ModuleType:
    spec = importlib.util.spec_from_file_location("root_trace", TOOLS / "root-trace.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["root_trace"] = module
    spec.loader.exec_module(module)
    return module


root_trace = load()


def seen(folder: Path, **processes: str) -> list[tuple[str, str]]:
    """Return call and path of what root did, by the processes' calls; a name is ``_`` and the number."""
    for number, text in processes.items():
        (folder / f"process.{number.strip('_')}").write_text(text)
    return [(access.call, access.path) for access in root_trace.accesses(folder)]


def test_paths_are_those_of_the_working_folder_or_of_the_open_one(tmp_path: Path) -> None:
    calls = (
        'chdir("/home") = 0\nmkdir("a", 0755) = 0\nchdir("none") = -1 ENOENT (No such file)\n'
        'renameat2(AT_FDCWD</home>, "b", 5</opt/x>, "../c", 0) = 0\n'
        'openat(3</tmp>, "d\\"\\303\\244", O_RDONLY) = 4</tmp/d>\n'
        'openat(AT_FDCWD</home>, "l", O_RDONLY) = 5</opt/l>\n'
        'fchdir(4</srv>) = 0\nunlink("e") = 0\n'
        'symlink("/anywhere", "f") = 0\n'
    )
    assert seen(tmp_path, _7=calls) == [
        ("mkdir", "/home/a"),
        ("renameat2", "/home/b"),
        ("renameat2", "/opt/c"),
        ("openat", '/tmp/d"ä'),
        ("openat", "/tmp/d"),
        ("openat", "/home/l"),
        ("openat", "/opt/l"),
        ("unlink", "/srv/e"),
        ("symlink", "/srv/f"),
    ]


def test_whoever_gave_roots_rights_away_is_not_root_nor_are_its_children(tmp_path: Path) -> None:
    parent = (
        "setresuid(-1, 1000, -1) = 0\nclone(child_stack=NULL, flags=SIGCHLD) = 8\n"
        'setresuid(-1, 0, -1) = 0\nmkdir("/root-again", 0755) = 0\nvfork() = 9\n'
    )
    child, other = (
        'mkdir("/theirs", 0755) = 0\n',
        'setuid(1000) = 0\nexecve("/bin/cat", [...], 0x1 /* 3 vars */) = 0\n',
    )
    assert seen(tmp_path, _7=parent, _8=child, _9=other) == [("mkdir", "/root-again")]


@pytest.mark.parametrize(
    ("call", "counts"),
    [
        ('openat(AT_FDCWD</>, "{}/x", O_RDONLY|O_CLOEXEC) = 3', True),
        ('openat(AT_FDCWD</>, "{}/x", O_RDONLY|O_NOFOLLOW) = 3', False),
        ('openat(AT_FDCWD</>, "{}/x", O_RDONLY|O_DIRECTORY) = 3', False),
        ('openat(AT_FDCWD</>, "{}/x", O_WRONLY|O_CREAT|O_NOFOLLOW, 0600) = 3', True),
        ('execve("{}/x", [...], 0x1 /* 3 vars */) = -1 ENOENT (No such file)', True),
        ('rename("/etc/x", "{}/x") = 0', True),
        ('chmod("{}/x", 0644) = 0', True),
        ('chmod("{}", 0644) = 0', False),
        ('chmod("/proc/self/../x", 0644) = 0', False),
    ],
)
@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives a folder to somebody")
def test_what_root_does_below_a_persons_folder_counts(call: str, counts: bool) -> None:
    # Not pytest's own, which only root can enter.
    folder = Path(tempfile.mkdtemp(prefix="root-trace-test-", dir="/var/lib"))
    folder.chmod(0o755)
    (folder / "theirs").mkdir()
    try:
        os.chown(folder / "theirs", PERSON, PERSON)
        (folder / "process.1").write_text(call.format(folder / "theirs") + "\n")
        root_trace.who_can_change.cache_clear()
        found = root_trace.findings(folder)
        assert [str(PERSON) in line for line in found] == [True] * counts
    finally:
        shutil.rmtree(folder)


@pytest.mark.skipif(
    os.geteuid() != 0 or shutil.which("strace") is None or shutil.which("runuser") is None,
    reason="needs root, strace and runuser",
)
def test_a_true_trace_is_understood() -> None:
    """Root writes once itself and once as somebody else; what is left in the background is not waited for."""
    trace = Path("/run/root-trace")
    if trace.exists():
        pytest.skip("somebody else is at it")
    folder = Path(tempfile.mkdtemp(prefix="root-trace-test-", dir="/var/lib"))
    try:
        os.chown(folder, 65534, 65534)
        script = f"echo x >{folder}/a; runuser -u nobody -- touch {folder}/b; sleep 2 >/dev/null 2>&1 &"
        subprocess.run([TOOLS / "root-trace.sh", "--leave", "sh", "-c", script], check=True, cwd="/")
        called = {
            (each.call, Path(each.path).name)
            for each in root_trace.accesses(trace)
            if str(folder) in each.path
        }
        assert ("openat", "a") in called
        assert ("openat", "b") not in called
    finally:
        shutil.rmtree(trace, ignore_errors=True)
        shutil.rmtree(folder)
