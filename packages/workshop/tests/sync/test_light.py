import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from waiting import patience

from workshop.errors import WorkshopError
from workshop.sync import cli, command, engine, light, state
from workshop.sync.git import Git, UnreachableError
from workshop.sync.mirror import Mirror

from .bed import Bed, notebook
from .organiser import DAY, FIRST_DAY, Organiser, allowed_signers, new_key

HEAVY = {"argparse", "dataclasses", "hashlib", "json", "pathlib", "re", "subprocess", "threading", "typing"}


@pytest.fixture(autouse=True)
def settled(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every file counts as settled, and nothing was heard yet."""
    light.heard.clear()
    for module in (state, command):
        monkeypatch.setattr(module, "SETTLED_NS", -1_000_000_000)


@pytest.fixture
def organiser(bed: Bed, tmp_path: Path) -> Organiser:
    """An organiser whose signed revision the participant has."""
    made = Organiser(bed, new_key(tmp_path / "keys", "first"))
    allowed_signers(tmp_path / "signers", tmp_path / "keys" / "first")
    made.release("v1", a_ipynb=notebook("1"), b_ipynb=notebook("1", "2"))
    return made


@pytest.fixture
def words(bed: Bed, organiser: Organiser, tmp_path: Path) -> list[str]:
    """What somebody says each time; the last time nothing was to be done."""
    said = ["--from", organiser.url, "--allowed-signers", str(tmp_path / "signers")]
    said += ["--into", str(bed.mine), "--state", str(bed.state)]
    command.main(said)
    command.main(said)
    return said


def test_it_says_the_same_at_once(
    words: list[str], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    command.main(words)
    last = capsys.readouterr().out
    assert last.startswith("Nothing to do")
    monkeypatch.setattr(command, "perform", lambda _: pytest.fail("it was a whole sync"))
    cli.main(words)
    assert capsys.readouterr().out == last


def test_it_loads_next_to_nothing(words: list[str]) -> None:
    program = (
        "import sys; before = {*sys.modules}; from workshop.sync import light\n"
        "print(light.still(sys.argv[1:]), *sys.modules.keys() - before)"
    )
    source = str(Path(light.__file__).parents[2])
    done = subprocess.run(
        [sys.executable, "-c", program, *words],
        capture_output=True,
        text=True,
        check=True,
        env=os.environ | {"PYTHONPATH": source},
    )
    assert done.stdout.startswith("Nothing to do")
    assert not HEAVY & set(done.stdout.split())


def test_what_was_edited_and_is_no_news_rests_as_well(bed: Bed, words: list[str]) -> None:
    bed.edit("a.ipynb", notebook("mine"))
    assert light.still(words) is None
    command.main(words)
    assert light.still(words) is not None


CHANGES: dict[str, Callable[[Bed, Organiser, Path], object]] = {
    "a notebook was run": lambda bed, _o, _t: bed.edit("a.ipynb", notebook("1", outputs=True)),
    "a notebook is gone": lambda bed, _o, _t: (bed.mine / "a.ipynb").unlink(),
    "a notebook is a link": lambda bed, _o, _t: _link(bed.mine / "a.ipynb"),
    "the record is gone": lambda bed, _o, _t: (bed.state / "manifest.json").unlink(),
    "the last revision is forgotten": lambda bed, _o, _t: (bed.state / "trust.json").unlink(),
    "the mirror is gone": lambda bed, _o, _t: shutil.rmtree(bed.state / "mirror" / "repository.git"),
    "git has other settings": lambda bed, _o, _t: (bed.state / "mirror" / "config").write_text(""),
    "a run was killed": lambda bed, _o, _t: (bed.state / "backups" / "0099-x").mkdir(),
    "other keys count": lambda _b, _o, place: (place / "signers").write_text(""),
    "something is new": lambda _b, organiser, _t: organiser.release("v2", a_ipynb=notebook("2")),
    "something waits": lambda _b, organiser, _t: organiser.commit(a_ipynb=notebook("2")),
    "the address is gone": lambda _b, organiser, _t: shutil.rmtree(organiser.folder / ".git"),
    "the note is gone": lambda bed, _o, _t: (bed.state / light.NOTE).unlink(),
    "the note is a pipe": lambda bed, _o, _t: _pipe(bed.state / light.NOTE),
    "the note is empty": lambda bed, _o, _t: (bed.state / light.NOTE).write_bytes(b""),
}


def _link(file: Path) -> None:
    file.rename(file.with_name("other"))
    file.symlink_to("other")


def _pipe(file: Path) -> None:
    file.unlink()
    os.mkfifo(file)


@pytest.mark.parametrize("what", CHANGES)
def test_whatever_changed_is_a_matter_for_the_whole_sync(
    bed: Bed, organiser: Organiser, words: list[str], tmp_path: Path, what: str
) -> None:
    assert light.still(words) is not None
    CHANGES[what](bed, organiser, tmp_path)
    assert light.still(words) is None


def test_a_file_with_the_old_size_and_date_is_seen(bed: Bed, words: list[str]) -> None:
    file = bed.mine / "a.ipynb"
    before = file.stat()
    file.write_bytes(file.read_bytes().replace(b'"1"', b'"7"'))
    os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert light.still(words) is None


def test_a_broken_note_is_none(bed: Bed, words: list[str]) -> None:
    note = bed.state / light.NOTE
    whole = note.read_bytes()
    for end in range(0, len(whole), 7):
        note.write_bytes(whole[:end])
        assert light.still(words) is None, end


def test_the_note_of_another_account_is_none(
    bed: Bed, words: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    note = bed.state / light.NOTE
    monkeypatch.setattr(os, "geteuid", lambda: note.stat().st_uid + 1)
    assert light.still(words) is None
    monkeypatch.undo()
    note.rename(bed.state / "other")
    note.symlink_to("other")
    assert light.still(words) is None


def test_other_words_or_another_place_are_another_question(
    words: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert light.still([*words, "--json"]) is None
    monkeypatch.chdir(tmp_path)
    assert light.still(words) is None


def test_an_old_revision_is_named_when_its_day_has_come(
    words: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(time, "time", lambda: FIRST_DAY + 402 * DAY)
    assert light.still(words) is None


def test_it_waits_for_no_other_sync(bed: Bed, words: list[str]) -> None:
    with engine.only_one(bed.state):
        assert light.still(words) is None
        with pytest.raises(WorkshopError, match="another sync is running"):
            cli.main(words)


def test_what_is_told_each_time_is_not_noted(bed: Bed, organiser: Organiser, words: list[str]) -> None:
    (bed.upstream / "notebooks" / "c.ipynb").symlink_to("a.ipynb")
    organiser.release("v2")
    command.main(words)
    command.main(words)
    assert light.still(words) is None


@pytest.mark.parametrize("option", ["--dry-run", "--ignore-clock", "--trust-new-source"])
def test_what_is_said_once_is_not_noted(bed: Bed, words: list[str], option: str) -> None:
    (bed.state / light.NOTE).unlink()
    command.main([*words, option])
    assert not (bed.state / light.NOTE).exists()


def test_news_are_asked_for_once(
    bed: Bed, organiser: Organiser, words: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    organiser.release("v2", a_ipynb=notebook("2"))
    asked: list[str] = []
    run = Git.run
    monkeypatch.setattr(Git, "run", lambda self, *w, **o: (asked.append(w[0]), run(self, *w, **o))[1])
    cli.main(words)
    assert "fetch" in asked and "ls-remote" not in asked
    assert bed.mine.joinpath("a.ipynb").read_bytes() == notebook("2")


def test_where_somebody_stands_may_be_gone(
    words: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "gone").mkdir()
    monkeypatch.chdir(tmp_path / "gone")
    (tmp_path / "gone").rmdir()
    capsys.readouterr()
    cli.main(words)
    assert "Nothing to do" in capsys.readouterr().out


def test_a_server_that_says_nothing_is_waited_for_once(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}/workshop.git"
        light.heard[url] = None
        with pytest.raises(UnreachableError, match="did not answer in time"):
            Mirror(tmp_path).look(url, url)
        # Nobody came to it a second time.
        silent.setblocking(False)
        with pytest.raises(BlockingIOError):
            silent.accept()
    assert light.heard == {}


def test_an_address_that_fails_late_is_asked_once(
    bed: Bed,
    organiser: Organiser,
    words: list[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Else somebody offline would wait twice: of ten seconds, ssh alone takes six to give up."""
    asked, programs = tmp_path / "asked", tmp_path / "bin"
    programs.mkdir()
    lines = ("#!/bin/sh", f"echo x >>{asked}", f"sleep {patience(1.0)}", "exit 128", "")
    (programs / "git").write_text("\n".join(lines))
    (programs / "git").chmod(0o755)
    monkeypatch.setenv("PATH", f"{programs}:{os.environ['PATH']}")
    monkeypatch.setattr(light, "ASK_SECONDS", patience(1.6))
    capsys.readouterr()
    cli.main(words)
    assert "nothing done, offline" in capsys.readouterr().out
    assert asked.read_text().count("x") == 1


def test_git_is_ended_when_it_says_nothing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    started: list[int] = []

    def spawn(*words: Any, **options: Any) -> int:
        started.append(real(*words, **options))
        return started[-1]

    real = os.posix_spawnp
    monkeypatch.setattr(os, "posix_spawnp", spawn)
    monkeypatch.setattr(light, "ASK_SECONDS", 0.3)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}/workshop.git"
        assert light._ask(url, light.environment(tmp_path, os.devnull)) is None
    (git,) = started
    with pytest.raises(ChildProcessError):  # it was waited for
        os.waitpid(git, os.WNOHANG)
