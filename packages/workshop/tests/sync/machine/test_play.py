"""The real ``ansible-pull`` runs exactly the verified commit, whatever would bend it."""

import contextlib
import json
import os
import pwd
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from waiting import wait_until

from sync.bed import git, notebook
from sync.machine.bed import PullBed
from workshop.core.errors import WorkshopError
from workshop.sync.files import only_one
from workshop.sync.machine import Puller, ansible_pull, environment
from workshop.sync.updates import Updates, updates_text

ANSIBLE = Path(sys.prefix) / "bin/ansible-pull"
CONFIG = b"[defaults]\nroles_path = roles\n"
BOOK = b"""
- hosts: all
  gather_facts: false
  tasks:
    - name: Write what set-up wrote down, and what is new this time
      ansible.builtin.copy:
        content: "{{ workshop_user }} {{ workshop_source }} {{ lookup('ansible.builtin.env', 'PYTHONPATH') }}"
        dest: "{{ workshop_prefix }}/result"
        mode: "0644"
    - name: Wait, as a long task does, until the test lets it go on
      ansible.builtin.wait_for:
        path: "{{ workshop_prefix }}/hold"
        state: absent
        timeout: 600
      when: (workshop_prefix ~ '/hold') is exists
    - name: Give up
      ansible.builtin.fail:
        msg: there is no room
      when: (workshop_prefix ~ '/fail') is exists
"""


class RealBed(PullBed):
    """A machine whose Ansible is that of this environment."""

    def __init__(self, folder: Path, name: str = "prefix") -> None:
        super().__init__(folder)
        self.prefix = folder / name
        programs = self.prefix / "venvs/control/bin"
        programs.mkdir(parents=True)
        # They call each other by the folder in which they lie.
        for program in ("ansible", "ansible-playbook", "ansible-pull"):
            (programs / program).symlink_to(ANSIBLE.with_name(program))
        (self.prefix / "etc").mkdir()
        known = {"workshop_user": "learner", "workshop_prefix": str(self.prefix)}
        (self.prefix / "etc/pull-variables.json").write_text(json.dumps(known))
        self.publish_file("ansible.cfg", CONFIG)
        self.publish_file("playbooks/notebook-sync.yml", BOOK)

    def puller(self, **options: object) -> Puller:
        given = {"url": self.organiser.url, "signers": self.signers} | options
        return Puller(self.prefix, Updates(**given))  # type: ignore[arg-type]

    @property
    def result(self) -> str:
        return (self.prefix / "result").read_text()


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home whose every configuration of git and Ansible leaves a mark when it is read and obeyed."""
    home, mark = tmp_path / "home", tmp_path / "mark"
    evil = home / "hooks"
    evil.mkdir(parents=True)
    for hook in ("post-checkout", "reference-transaction", "post-merge"):
        (evil / hook).write_text(f"#!/bin/sh\necho {hook} >>{mark}\n")
        (evil / hook).chmod(0o755)
    (home / ".gitconfig").write_text(
        f'[core]\n\thooksPath = {evil}\n\tfsmonitor = "touch {mark}"\n'
        f"[init]\n\ttemplateDir = {home}/template\n"
        f'[filter "evil"]\n\tsmudge = "touch {mark}; cat"\n\trequired = true\n'
        '[url "file:///no/such/place"]\n\tinsteadOf = file://\n'
    )
    (home / "plugins").mkdir()
    (home / "plugins/git.py").write_text(f"open({str(mark)!r}, 'w').close()\n")
    (home / ".ansible.cfg").write_text(f"[defaults]\nlibrary = {home}/plugins\ncollections_path = /none\n")
    account = pwd.getpwuid(os.geteuid())
    mine = pwd.struct_passwd((*account[:5], str(home), account[6]))
    monkeypatch.setattr(pwd, "getpwuid", lambda _: mine)
    for name, value in {
        "PYTHONPATH": "/somebody/elses",
        "ANSIBLE_CONFIG": str(home / ".ansible.cfg"),
        "ANSIBLE_LIBRARY": str(home / "plugins"),
        "GIT_CONFIG_GLOBAL": str(home / ".gitconfig"),
        "GIT_TEMPLATE_DIR": str(home),
        "GIT_EXEC_PATH": "/no/such/place",
        "HOME": str(home),
    }.items():
        monkeypatch.setenv(name, value)
    return home


@pytest.fixture
def real(tmp_path: Path) -> Iterator[RealBed]:
    if not ANSIBLE.exists():
        pytest.skip("needs ansible-pull in this environment")
    yield RealBed(tmp_path)


def test_a_hostile_revision_and_a_hostile_home_bend_nothing(real: RealBed, home: Path) -> None:
    """Filters, line ends, keywords, links and submodules of a revision; hooks and filters of the account.

    It runs with the machine's variables; where nothing may change, nothing is left.
    """
    elsewhere = real.folder / "elsewhere"
    elsewhere.mkdir()
    git(elsewhere, "init", "--quiet")
    git(
        elsewhere,
        "-c",
        "user.name=x",
        "-c",
        "user.email=x@x",
        "commit",
        "--quiet",
        "--allow-empty",
        "-m",
        "x",
    )
    sub = git(elsewhere, "rev-parse", "HEAD")
    (real.organiser.folder / "link").symlink_to("/etc/passwd")
    odd = b"one\ntwo $Id$ $Format:%H$\n"
    real.publish_file("notes.txt", odd)
    real.publish_file("tools/run.bash", b"#!/bin/sh\n", mode=0o755)
    real.organiser.commit()
    real.publish_file(".gitattributes", b"* filter=evil text eol=crlf ident export-subst\n")
    modules = f'[submodule "s"]\n\tpath = s\n\turl = file://{elsewhere}\n'
    real.publish_file(".gitmodules", modules.encode())
    real.organiser.git("update-index", "--add", "--cacheinfo", f"160000,{sub},s")
    real.organiser.git("add", ".gitattributes", ".gitmodules")
    real.organiser.git("commit", "--quiet", "--message=x")
    real.organiser.git("tag", "--sign", "--message=x", "v1")
    commit = real.organiser.git("rev-parse", "HEAD")
    assert real.puller().pull(dry_run=True).changed
    assert not (real.prefix / "result").exists()
    assert not (real.prefix / "pull").exists()
    assert real.puller().pull().changed
    assert real.result == f"learner {real.current} "
    assert real.current.name == f"source-{commit}"
    assert (real.current / "notes.txt").read_bytes() == odd
    assert (real.current / "tools/run.bash").stat().st_mode & 0o111
    assert not (real.current / "link").is_symlink()
    assert (real.current / "link").read_text() == "/etc/passwd"
    assert not list((real.current / "s").iterdir())
    assert not (home.parent / "mark").exists()


def test_what_hinders_a_pull_is_one_line_and_the_next_one_gets_through(real: RealBed) -> None:
    """A branch that is named like the next commit; what a killed checkout left; a task that fails.

    The next one repairs the tree, too.
    """
    real.organiser.release("v1", a_ipynb=notebook("1"))
    new = real.organiser.release("v2", a_ipynb=notebook("2"))
    # The server offers the old, signed revision on a branch of the new one's name, then the new one.
    real.organiser.git("checkout", "--quiet", "-b", new, "v1")
    with pytest.raises(WorkshopError, match="named like a commit"):
        real.puller().pull()
    real.organiser.git("checkout", "--quiet", "main")
    half = real.prefix / "pull" / f"source-{new}"
    git(real.folder, "clone", "--quiet", "--no-checkout", real.organiser.url, str(half))
    (half / ".git/index.lock").write_text("")
    (half / "rubbish").write_text("x")
    (real.prefix / "fail").touch()
    with pytest.raises(WorkshopError, match=r"not complete \(.*\); the next pull tries again") as told:
        real.puller().pull()
    assert "\n" not in str(told.value)
    # So the obstacles were none, and no old code came back.
    assert real.result.split()[1].endswith(new)
    assert not (half / "rubbish").exists()
    (real.prefix / "fail").unlink()
    book = half / "playbooks/notebook-sync.yml"
    book.write_text("- hosts: none\n")
    assert not real.puller().pull().changed
    assert real.current == half
    assert book.read_bytes() == BOOK
    assert (real.current / "notebooks/a.ipynb").read_bytes() == notebook("2")


def test_a_folder_that_ansible_pull_would_split_is_refused_in_one_line(tmp_path: Path, real: RealBed) -> None:
    spaced = RealBed(tmp_path / "two", "my workshop")
    spaced.organiser.release("v1", a_ipynb=notebook("1"))
    with pytest.raises(WorkshopError, match="' ' is in its name"):
        spaced.puller().pull()


def test_what_is_missing_is_named(real: RealBed) -> None:
    (real.organiser.folder / "ansible.cfg").unlink()
    real.organiser.release("v1", a_ipynb=notebook("1"))
    with pytest.raises(WorkshopError, match=r"has no playbooks/other\.yml"):
        real.puller(playbook="playbooks/other.yml").pull()
    # Without it Ansible would read the account's own.
    with pytest.raises(WorkshopError, match=r"has no ansible\.cfg"):
        real.puller().pull()
    with pytest.raises(WorkshopError, match="no Ansible"):
        ansible_pull(real.prefix / "elsewhere")


def test_proxies_and_certificates_of_a_company_are_handed_on(
    real: RealBed, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = ("https_proxy", "HTTPS_PROXY", "NO_PROXY", "SSL_CERT_FILE")
    for name in names:
        monkeypatch.setenv(name, f"the-{name}")
    monkeypatch.setenv("SECRET", "mine")
    found = environment(real.prefix)
    assert [found.get(name) for name in names] == [f"the-{name}" for name in names]
    assert "SECRET" not in found


def test_the_lock_is_held_until_ansible_ends_though_the_command_was_killed(bed: PullBed) -> None:
    bed.organiser.release("v1", a_ipynb=notebook("1"))
    folder = bed.prefix / "pull"
    with only_one(folder) as lock:
        child = subprocess.Popen(["sleep", "600"], pass_fds=[lock])
    try:
        with pytest.raises(WorkshopError, match="another"):
            bed.puller().pull()
    finally:
        child.kill()
        child.wait()
    assert bed.puller().pull().changed


def test_what_another_account_set_up_is_not_touched(real: RealBed, monkeypatch: pytest.MonkeyPatch) -> None:
    real.organiser.release("v1", a_ipynb=notebook("1"))
    monkeypatch.setattr(os, "geteuid", lambda: real.prefix.stat().st_uid + 1)
    with pytest.raises(WorkshopError, match="run this command as"):
        real.puller().pull()
    assert not (real.prefix / "pull").exists()


def is_free(folder: Path) -> bool:
    """Tell whether nobody holds the lock any more."""
    try:
        with only_one(folder):
            return True
    except WorkshopError:
        return False


POINTS = ("source-*/.git", "source-*/playbooks/notebook-sync.yml", "../result")


def files_at(folder: Path, point: str) -> set[tuple[Path, int, int]]:
    """Return what is there by name, inode and time: what a killed run left is not what the next one makes.

    The inode alone may be the same again. What the next one takes away may go between two looks.
    """
    found = set()
    for path in folder.glob(point):
        with contextlib.suppress(FileNotFoundError):
            status = path.lstat()
            found.add((path, status.st_ino, status.st_ctime_ns))
    return found


# What a killed run leaves at the worst of the points is in the way of the pull above, in each run.
@pytest.mark.slow
def test_killed_at_any_point_the_next_run_goes_on(real: RealBed) -> None:
    """Killed with all that it started, as a power cut does; each run finds what the one before left."""
    real.organiser.release("v1", a_ipynb=notebook("1"))
    choice = updates_text(Updates(real.organiser.url, signers=real.signers))
    (real.prefix / "etc/updates.toml").write_text(choice)
    config = real.prefix / "etc/workshop.toml"
    config.write_text(f'prefix = "{real.prefix}"\n')
    folder, hold = real.prefix / "pull", real.prefix / "hold"
    # However late the kill comes on a busy machine, no run gets beyond the last of the points.
    hold.touch()
    for point in POINTS:
        left = files_at(folder, point)
        running = subprocess.Popen(
            [sys.executable, "-m", "workshop", "pull"],
            env=os.environ | {"WORKSHOP_CONFIG": str(config)},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        wait_until(lambda: bool(files_at(folder, point) - left), 120, f"{point} appeared")  # noqa: B023
        os.killpg(running.pid, signal.SIGKILL)
        running.wait()
        assert not (folder / "current").exists()
        wait_until(lambda: is_free(folder), 60, "the last of its processes ended")
    hold.unlink()
    real.puller().pull()
    assert real.result == f"learner {real.current} "
    assert json.loads((folder / "last-run.json").read_text())["finished"] is True
