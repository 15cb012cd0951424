import json
import os
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from workshop.core.errors import WorkshopError
from workshop.sync.cli import app

from .bed import Bed, notebook, run_sync


def words(bed: Bed, *more: str) -> list[str]:
    return ["--into", str(bed.mine), "--state", str(bed.state), *more]


@pytest.mark.parametrize(
    "wrong",
    [
        ["--into", "a", "--state", "b"],
        ["--from", "x", "--undo", "--into", "a", "--state", "b"],
        ["--from", "x", "--into", "a", "--state", "b", "--allow-unsigned", "--allowed-signers", "f"],
        ["--from", "x", "--into", "a"],
        ["--from", "x", "--into", "a", "--state", "b", "--nonsense"],
        ["--pack", "x.zip", "--into", "a", "--state", "b", "--dry-run"],
    ],
)
def test_wrong_usage_ends_with_2(wrong: list[str]) -> None:
    assert CliRunner().invoke(app, wrong).exit_code == 2


def test_sync_undo_and_their_summaries(bed: Bed, capsys: pytest.CaptureFixture[str]) -> None:
    bed.publish(a_ipynb=notebook("1"))
    run_sync(words(bed, "--from", str(bed.upstream), "--allow-unsigned"))
    assert "a.ipynb: it is new" in capsys.readouterr().out
    run_sync(words(bed, "--undo", "--json"))
    assert json.loads(capsys.readouterr().out)["files"][0]["action"] == "restored"
    assert bed.snapshot() == {}
    with pytest.raises(WorkshopError, match="no update to undo"):
        run_sync(words(bed, "--undo"))


def test_what_the_system_refuses_is_one_line_with_what_to_do(bed: Bed, tmp_path: Path) -> None:
    bed.publish(a_ipynb=notebook("1"))
    (tmp_path / "file").touch()
    bed.state = tmp_path / "file/state"
    with pytest.raises(WorkshopError, match=r"^Not a directory \(.*\); .* mend that, and sync again$"):
        run_sync(words(bed, "--from", str(bed.upstream), "--allow-unsigned"))


def test_a_source_that_cannot_be_read_is_not_called_empty(bed: Bed, monkeypatch: pytest.MonkeyPatch) -> None:
    bed.publish(a_ipynb=notebook("1"))

    def refuse(place: Path) -> object:
        raise PermissionError(13, "Permission denied", str(place))

    monkeypatch.setattr(os, "scandir", refuse)
    with pytest.raises(WorkshopError, match="notebooks cannot be read"):
        run_sync(words(bed, "--from", str(bed.upstream), "--allow-unsigned"))


def test_where_a_packed_file_cannot_be_is_said(bed: Bed, tmp_path: Path) -> None:
    bed.edit("a.ipynb", notebook("1"))
    (tmp_path / "folder.zip").mkdir()
    for place in ("none/my.zip", "folder.zip"):
        with pytest.raises(WorkshopError, match=r"zip cannot be written; name a file"):
            run_sync(words(bed, "--pack", str(tmp_path / place)))


@pytest.fixture
def machine(bed: Bed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Make this a machine that was set up; returns its prefix."""
    prefix = tmp_path / "prefix"
    (prefix / "etc").mkdir(parents=True)
    settings = prefix / "etc/workshop.toml"
    settings.write_text(f"prefix = {str(prefix)!r}\nnotebooks = {str(bed.mine)!r}\n")
    monkeypatch.setenv("WORKSHOP_CONFIG", str(settings))
    return prefix


def test_a_set_up_machine_needs_no_more_words(
    bed: Bed, machine: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bed.publish(a_ipynb=notebook("1"))
    (machine / "etc/updates.toml").write_text(f"url = {str(bed.upstream)!r}\nsubdir = 'notebooks'\n")
    with pytest.raises(WorkshopError, match="--allow-unsigned"):
        run_sync(["--dry-run"])
    run_sync(["--dry-run", "--allow-unsigned"])
    assert "a.ipynb" in capsys.readouterr().out
    assert bed.snapshot() == {}
    run_sync(["--allow-unsigned"])
    assert set(bed.snapshot()) == {"a.ipynb"}
    assert (machine / "state").is_dir()
    run_sync(["--undo"])
    assert bed.snapshot() == {}


def test_the_machines_keys_hold_for_a_stick_too(bed: Bed, machine: Path, tmp_path: Path) -> None:
    bed.publish(a_ipynb=notebook("1"))
    (machine / "etc/updates.toml").write_text(f"signers = {str(tmp_path / 'keys')!r}\n")
    (tmp_path / "keys").touch()
    with pytest.raises(WorkshopError, match="signature"):
        run_sync(["--from", str(bed.upstream)])
    run_sync(["--from", str(bed.upstream), "--allow-unsigned"])
    assert set(bed.snapshot()) == {"a.ipynb"}


def test_a_machine_that_was_not_set_up_says_so(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "workshop.toml").write_text("")
    monkeypatch.setenv("WORKSHOP_CONFIG", str(tmp_path / "workshop.toml"))
    for words in ([], ["--undo"], ["--from", "x"]):
        with pytest.raises(WorkshopError, match="not set up"):
            run_sync(words)


def test_the_document_can_be_printed_in_any_encoding(bed: Bed) -> None:
    """A service without a locale gets ASCII; the names of files are not ASCII."""
    bed.write(bed.upstream / "notebooks" / "é ü.ipynb", notebook("1"))
    command = [sys.executable, "-m", "workshop", "sync", "--json"]
    command += words(bed, "--from", str(bed.upstream), "--allow-unsigned")
    ascii_only = os.environ | {"PYTHONIOENCODING": "ascii"}
    done = subprocess.run(command, check=True, capture_output=True, env=ascii_only)
    assert json.loads(done.stdout)["files"][0]["path"] == "é ü.ipynb" and done.stderr == b""


@pytest.mark.parametrize("kind", ["loop", "file"])
def test_a_folder_that_is_none_is_refused_in_one_line(bed: Bed, kind: str) -> None:
    bed.publish(a_ipynb=notebook("1"))
    if kind == "loop":
        bed.mine.symlink_to(bed.mine)
    else:
        bed.mine.write_bytes(b"")
    with pytest.raises(WorkshopError, match=r"loop of links|is not a folder"):
        run_sync(words(bed, "--from", str(bed.upstream), "--allow-unsigned"))


def test_a_source_without_a_name_is_not_the_folder_that_one_stands_in(bed: Bed) -> None:
    with pytest.raises(WorkshopError, match="no source; give an address"):
        run_sync(words(bed, "--from", "", "--allow-unsigned"))


def workshop(script: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run a shell's line in which $WORKSHOP is the command."""
    known = {"WORKSHOP": f"{sys.executable} -P -m workshop", "PYTHONPATH": os.pathsep.join(sys.path)}
    return subprocess.run(
        ["bash", "-c", script],
        capture_output=True,
        text=True,
        env=os.environ | known | variables,
        check=False,
    )


@pytest.mark.parametrize(
    ("before", "after"),
    [("", ">&-"), ("", "<&-"), ("", ">&- 2>&-"), ('mkdir gone; cd gone; rmdir "$PWD";', "")],
)
def test_a_shell_that_takes_something_away_stops_no_sync(
    bed: Bed, tmp_path: Path, before: str, after: str
) -> None:
    bed.publish(a_ipynb=notebook("1"))
    line = shlex.join(["sync", *words(bed, "--from", str(bed.upstream), "--allow-unsigned")])
    done = workshop(f'cd "{tmp_path}"; {before} $WORKSHOP {line} {after}')
    assert (done.returncode, done.stderr) == (0, "")
    assert bed.read("a.ipynb") == notebook("1")
