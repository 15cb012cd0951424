import io
import json
import os
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from workshop.errors import WorkshopError
from workshop.sync.command import main, parse
from workshop.sync.decision import Action
from workshop.sync.engine import Outcome, Report
from workshop.sync.request import request_from

from .bed import Bed, notebook


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
def test_wrong_usage_ends_with_2(wrong: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        parse(wrong)
    assert end.value.code == 2
    assert "usage: workshop sync" in capsys.readouterr().err


def test_sync_undo_and_their_summaries(bed: Bed, capsys: pytest.CaptureFixture[str]) -> None:
    bed.publish(a_ipynb=notebook("1"))
    main(words(bed, "--from", str(bed.upstream), "--allow-unsigned"))
    assert "a.ipynb: it is new" in capsys.readouterr().out
    main(words(bed, "--undo", "--json"))
    assert json.loads(capsys.readouterr().out)["files"][0]["action"] == "restored"
    assert bed.snapshot() == {}
    with pytest.raises(WorkshopError, match="no sync to undo"):
        main(words(bed, "--undo"))


def test_what_the_system_refuses_is_one_line_with_what_to_do(bed: Bed, tmp_path: Path) -> None:
    bed.publish(a_ipynb=notebook("1"))
    (tmp_path / "file").touch()
    bed.state = tmp_path / "file/state"
    with pytest.raises(WorkshopError, match=r"^Not a directory \(.*\); .* mend that, and sync again$"):
        main(words(bed, "--from", str(bed.upstream), "--allow-unsigned"))


def test_a_source_that_cannot_be_read_is_not_called_empty(bed: Bed, monkeypatch: pytest.MonkeyPatch) -> None:
    bed.publish(a_ipynb=notebook("1"))

    def refuse(place: Path) -> object:
        raise PermissionError(13, "Permission denied", str(place))

    monkeypatch.setattr(os, "scandir", refuse)
    with pytest.raises(WorkshopError, match="notebooks cannot be read"):
        main(words(bed, "--from", str(bed.upstream), "--allow-unsigned"))


def test_where_a_packed_file_cannot_be_is_said(bed: Bed, tmp_path: Path) -> None:
    bed.edit("a.ipynb", notebook("1"))
    (tmp_path / "folder.zip").mkdir()
    for place in ("none/my.zip", "folder.zip"):
        with pytest.raises(WorkshopError, match=r"zip cannot be written there; name a file"):
            main(words(bed, "--pack", str(tmp_path / place)))


def test_names_that_the_terminal_cannot_show_do_not_stop_packing(
    bed: Bed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bed.edit("a.ipynb", notebook("1"))
    terminal = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    monkeypatch.setattr(sys, "stdout", terminal)
    main(words(bed, "--pack", str(tmp_path / "日.zip")))
    terminal.flush()
    assert b"1 file is in" in terminal.buffer.getvalue() and (tmp_path / "日.zip").is_file()


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
        main(["--dry-run"])
    main(["--dry-run", "--allow-unsigned"])
    assert "a.ipynb" in capsys.readouterr().out
    assert bed.snapshot() == {}
    main(["--allow-unsigned"])
    assert set(bed.snapshot()) == {"a.ipynb"}
    assert (machine / "state").is_dir()
    main(["--undo"])
    assert bed.snapshot() == {}


def test_a_set_up_machine_without_an_address_takes_a_stick(bed: Bed, machine: Path) -> None:
    bed.publish(a_ipynb=notebook("1"))
    with pytest.raises(WorkshopError, match="--from"):
        main([])
    main(["--from", str(bed.upstream), "--allow-unsigned"])
    assert set(bed.snapshot()) == {"a.ipynb"}
    assert (machine / "state").is_dir()


def test_the_machines_keys_hold_for_a_stick_too(bed: Bed, machine: Path, tmp_path: Path) -> None:
    bed.publish(a_ipynb=notebook("1"))
    (machine / "etc/updates.toml").write_text(f"signers = {str(tmp_path / 'keys')!r}\n")
    (tmp_path / "keys").touch()
    with pytest.raises(WorkshopError, match="signature"):
        main(["--from", str(bed.upstream)])
    main(["--from", str(bed.upstream), "--allow-unsigned"])
    assert set(bed.snapshot()) == {"a.ipynb"}


def test_a_machine_that_was_not_set_up_says_so(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "workshop.toml").write_text("")
    monkeypatch.setenv("WORKSHOP_CONFIG", str(tmp_path / "workshop.toml"))
    for words in ([], ["--undo"], ["--from", "x"]):
        with pytest.raises(WorkshopError, match="not set up"):
            main(words)


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
    with pytest.raises(WorkshopError, match=r"loop of links|is no folder"):
        main(words(bed, "--from", str(bed.upstream), "--allow-unsigned"))


def test_a_source_without_a_name_is_not_the_folder_that_one_stands_in(bed: Bed) -> None:
    with pytest.raises(WorkshopError, match="the source has no name"):
        main(words(bed, "--from", "", "--allow-unsigned"))


def test_the_document_has_the_agreed_form() -> None:
    report = Report("rev", [Outcome("a", Action.BACKED_UP, "why")], news="v1", notes=("n",))
    assert report.as_document() == {
        "changed": True,
        "revision": "rev",
        "offline": False,
        "news": "v1",
        "notes": ["n"],
        "files": [{"path": "a", "action": "backed-up", "why": "why"}],
    }


def test_it_starts_without_anything_heavy(bed: Bed) -> None:
    bed.publish(a_ipynb=notebook("1"))
    bed.sync()
    code = (
        "import sys; from workshop.sync.command import main\n"
        f"main({words(bed, '--from', str(bed.upstream), '--allow-unsigned')!r})\n"
        "heavy = {'typer', 'rich', 'nbformat', 'jsonschema', 'urllib.request'} & set(sys.modules)\n"
        "assert not heavy, heavy\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True, capture_output=True)


@pytest.mark.parametrize("arguments", [["sync", "--help"], ["sync", "-h"]])
def test_help_is_the_same_by_both_ways(arguments: list[str], tmp_path: Path) -> None:
    quick = [sys.executable, "-m", "workshop", *arguments]
    other = [sys.executable, "-c", "from workshop.system.command import main; main()", *arguments]
    said = [
        subprocess.run(each, capture_output=True, text=True, check=True).stdout for each in (quick, other)
    ]
    assert said[0] == said[1] and "--allowed-signers" in said[0]


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


@pytest.mark.parametrize("field", ["source", "into", "state", "subdir"])
def test_a_request_with_a_name_that_no_file_can_have_is_refused(field: str) -> None:
    given = {"source": "s", "into": "i", "state": "t", field: "a\0b"}
    with pytest.raises(WorkshopError, match="the request cannot be read"):
        request_from(json.dumps(given))
