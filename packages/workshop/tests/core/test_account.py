"""Root gives its rights up before it touches what an account can change."""

from __future__ import annotations

import importlib
import json
import os
import pwd
import shutil
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from workshop.core import account, command
from workshop.core.errors import WorkshopError

NOBODY = pwd.getpwnam("nobody")
PYTHON = "/usr/bin/python3"
"""One that every account may run; a test's own may lie in root's home."""

only_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root has rights to give up")


def give(path: Path) -> Path:
    """Give a file, folder or link to the account."""
    os.chown(path, NOBODY.pw_uid, NOBODY.pw_gid, follow_symlinks=False)
    return path


@pytest.fixture
def system() -> Iterator[Path]:
    """A folder of root's that every account may enter; in it /etc, and the account's home."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name).resolve()
        folder.chmod(0o755)
        for each in ("etc", "home", "lessons"):
            (folder / each).mkdir(mode=0o755)
        (folder / "etc/shadow").write_text("secret")
        give(folder / "home")
        yield folder


@only_root
def test_whose_a_place_is(system: Path) -> None:
    assert account.who_can_change(system / "etc/shadow") == 0
    assert account.who_can_change(system / "etc/none/below") == 0
    assert account.who_can_change(system / "home/a/b") == NOBODY.pw_uid
    (system / "link").symlink_to("etc")
    assert account.who_can_change(system / "link/shadow") == 0
    (system / "to-home").symlink_to("home/a")
    assert account.who_can_change(system / "to-home") == NOBODY.pw_uid
    give(system / "link")
    assert account.who_can_change(system / "link/shadow") == NOBODY.pw_uid
    (system / "ring").symlink_to("ring")
    assert account.who_can_change(system / "ring") == 0


@only_root
def test_what_an_account_gets(
    system: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """Its rights and groups, none of root's environment, and no terminal of root's."""
    (system / "workshop").mkdir()
    (system / "workshop/__init__.py").touch()
    (system / "workshop/__main__.py").write_text(
        "import json, os, sys\n"
        "told = {'ids': [os.getresuid(), os.getresgid(), os.getgroups()], 'words': sys.argv[1:]}\n"
        "told |= {'environment': dict(os.environ), 'leads': os.getsid(0) == os.getpid()}\n"
        "told |= {'text': sys.stdin.read()}\n"
        "print(json.dumps(told)); sys.exit(7)\n"
    )
    monkeypatch.setattr(account.sys, "executable", PYTHON)
    monkeypatch.setenv("PYTHONPATH", str(system))
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "of-root")
    monkeypatch.setenv("XDG_RUNTIME_DIR", "/run/user/0")
    monkeypatch.setenv("https_proxy", "http://proxy")
    assert account.hand_over(NOBODY.pw_uid, ["sync", "--request"], "a text") == 7
    told = json.loads(capfd.readouterr().out)
    uid, gid = NOBODY.pw_uid, NOBODY.pw_gid
    assert told["ids"] == [[uid] * 3, [gid] * 3, sorted(os.getgrouplist("nobody", gid))]
    assert (told["words"], told["text"], told["leads"]) == (["sync", "--request"], "a text", True)
    assert told["environment"]["HOME"] == NOBODY.pw_dir
    assert told["environment"]["https_proxy"] == "http://proxy"
    assert not {"AWS_SECRET_ACCESS_KEY", "XDG_RUNTIME_DIR"} & set(told["environment"])


@only_root
def test_an_account_without_a_name_is_refused() -> None:
    with pytest.raises(WorkshopError, match="54321 has no name"):
        account.hand_over(54321, [])


@pytest.mark.parametrize("word", ["data", "doctor", "lessons", "open", "web"])
@pytest.mark.parametrize(("euid", "owner", "expected"), [(0, 4711, [4711]), (0, 0, []), (4711, 4711, [])])
def test_the_participants_words_are_the_participants(
    monkeypatch: pytest.MonkeyPatch, word: str, euid: int, owner: int, expected: list[int]
) -> None:
    """The doctor as root would load the participant's compiled functions, and wait for a planted pipe."""
    handed: list[int] = []
    monkeypatch.setattr(command.os, "geteuid", lambda: euid)
    monkeypatch.setattr(account, "who_can_change", lambda _: owner)
    monkeypatch.setattr(
        "workshop.core.settings.load_settings", lambda: SimpleNamespace(prefix=Path("/opt/x"))
    )
    monkeypatch.setattr(account, "hand_over", lambda number, words: handed.append(number) or 3)

    def own(**_: Any) -> int:
        return 5

    monkeypatch.setattr(command, "program", lambda: own)
    monkeypatch.setattr(sys, "argv", ["workshop", word])
    with pytest.raises(SystemExit) as ended:
        command.main()
    assert (handed, ended.value.code) == (expected, 3 if expected else 5)


def test_what_needs_root_stays_roots() -> None:
    assert not {"pull", "updates", *command.ORGANISERS} & command.PARTICIPANTS


OF_THE_COMMAND = ("typer", "rich", "shellingham", "annotated_doc", "markdown_it", "mdurl", "pygments")
"""The packages that the command imports."""


class TestSync:
    """``sudo workshop update notebooks``: no link of the participant's leads root anywhere."""

    pytestmark = only_root

    def sync(self, system: Path, *words: str) -> subprocess.CompletedProcess[str]:
        """Run it as root, with code that the account can read."""
        code = system / "code"
        if not code.exists():
            python_only = lambda _, names: [n for n in names if "." in n and n[-3:] != ".py"]  # noqa: E731
            for name in ("workshop", *OF_THE_COMMAND):
                source = Path(importlib.import_module(name).__file__ or "").parent
                shutil.copytree(source, code / name, ignore=python_only)
        for path in (system, *system.rglob("code")):
            path.chmod(0o755)
        return subprocess.run(
            [PYTHON, "-P", "-m", "workshop", "sync", *words],
            env={"PATH": os.environ["PATH"], "PYTHONPATH": str(code), "PYTHONDONTWRITEBYTECODE": "1"},
            cwd="/",
            capture_output=True,
            text=True,
            check=False,
            umask=0o022,
        )

    def words(self, system: Path) -> list[str]:
        (system / "lessons/notebooks").mkdir(mode=0o755, exist_ok=True)
        (system / "lessons/notebooks/shadow").write_text("a lesson")
        into, state = system / "home/notebooks", system / "home/state"
        return [
            "--from",
            str(system / "lessons"),
            "--allow-unsigned",
            "--into",
            str(into),
            "--state",
            str(state),
        ]

    def test_a_folder_of_the_accounts_own_gets_the_lessons(self, system: Path) -> None:
        done = self.sync(system, *self.words(system))
        assert done.returncode == 0, done.stderr
        made = list((system / "home").rglob("*"))
        assert (system / "home/notebooks/shadow") in made
        assert {path.lstat().st_uid for path in made} == {NOBODY.pw_uid}

    @pytest.mark.parametrize("name", ["notebooks", "state"])
    def test_a_link_in_its_place_leads_nowhere(self, system: Path, name: str) -> None:
        give_link = system / "home" / name
        give_link.symlink_to(system / "etc")
        give(give_link)
        done = self.sync(system, *self.words(system))
        assert "Permission denied" in done.stdout + done.stderr, done
        assert "Traceback" not in done.stderr
        assert [path.name for path in (system / "etc").iterdir()] == ["shadow"]
        assert (system / "etc/shadow").read_text() == "secret"
        assert stat.S_IMODE((system / "etc").stat().st_mode) == 0o755

    def test_nothing_of_roots_gets_into_a_pack(self, system: Path) -> None:
        assert self.sync(system, *self.words(system)).returncode == 0
        (system / "etc/shadow").chmod(0o600)
        (system / "home/notebooks/shadow").unlink()
        (system / "home/notebooks/mine").symlink_to(system / "etc")
        give(system / "home/notebooks/mine")
        os.link(system / "etc/shadow", system / "home/notebooks/linked")
        into, state = system / "home/notebooks", system / "home/state"
        where = system / "home/x.zip"
        self.sync(system, "--pack", str(where), "--into", str(into), "--state", str(state))
        assert not where.exists() or b"secret" not in where.read_bytes()
