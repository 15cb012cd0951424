"""The patches of Theano 1.0.5 are applied whole or not at all, once, and to no other version."""

from __future__ import annotations

import json
import os
import re
import shutil
from pathlib import Path

import pytest

from workshop.core.errors import WorkshopError
from workshop.core.files import locked
from workshop.machine import theano_patches


def before(patch: Path) -> dict[str, str]:
    """Return the part of each file that a patch names, as it is in Theano 1.0.5."""
    found = {}
    for part in re.split(r"^--- a/", patch.read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]:
        name, _, *hunks = part.splitlines()
        lines = [line[1:] for line in hunks if line[0] in " -"]
        if lines:
            found[name] = "\n".join(lines) + "\n"
    return found


@pytest.fixture
def theano(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A package that is just what is patched, as the installed one of this environment."""
    package = tmp_path / "theano"
    for patch in theano_patches.PATCHES.glob("*.patch"):
        for name, text in before(patch).items():
            (package / name).parent.mkdir(parents=True, exist_ok=True)
            (package / name).write_text(text)
    # These parts of files are no Python by themselves.
    monkeypatch.setattr(theano_patches.py_compile, "compile", lambda file, doraise: Path(file + "c").touch())
    installed(tmp_path, monkeypatch, theano_patches.VERSION)
    return package


def installed(folder: Path, monkeypatch: pytest.MonkeyPatch, version: str) -> None:
    metadata = folder / "Theano-0.dist-info"
    metadata.mkdir(exist_ok=True)
    (metadata / "METADATA").write_text(f"Metadata-Version: 2.1\nName: Theano\nVersion: {version}\n")
    monkeypatch.syspath_prepend(str(folder))


CHANGED = {
    "gof/cc.py",
    "gof/compilelock.py",
    "gof/op.py",
    "scan_module/c_code/scan_perform.c",
    "tensor/nnet/abstract_conv.py",
    "tensor/nnet/conv.py",
    "tensor/signal/downsample.py",
    "tensor/signal/pool.py",
}


def test_all_files_are_patched_once(theano: Path) -> None:
    assert set(theano_patches.patch(theano)) == CHANGED
    assert theano_patches.patch(theano) == []


def test_the_command_reports_whether_it_changed_anything(
    theano: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for words, changed in ((["--check"], True), ([], True), ([], False), (["--check"], False)):
        assert theano_patches.main(words) == 0
        assert json.loads(capsys.readouterr().out)["changed"] is changed


def test_other_patches_than_before_ask_for_a_new_environment(
    theano: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert theano_patches.main([]) == 0
    shutil.copytree(theano_patches.PATCHES, tmp_path / "newer")
    monkeypatch.setattr(theano_patches, "PATCHES", tmp_path / "newer")
    assert theano_patches.main(["--check"]) == 0
    next((tmp_path / "newer").glob("*.patch")).unlink()
    for words in (["--check"], []):
        assert theano_patches.main(words) == theano_patches.MISFIT


def test_patched_modules_are_there_as_bytecode(theano: Path) -> None:
    """The account that starts a kernel may not be allowed to write it."""
    theano_patches.patch(theano)
    assert (theano / "gof/op.pyc").is_file()


def test_a_hard_link_into_the_cache_is_left_as_it_was(theano: Path, tmp_path: Path) -> None:
    cached, text = tmp_path / "cached.py", (theano / "gof/op.py").read_text()
    os.link(theano / "gof/op.py", cached)
    theano_patches.patch(theano)
    assert cached.read_text() == text != (theano / "gof/op.py").read_text()


def test_a_repository_around_the_environment_hinders_nothing(theano: Path, tmp_path: Path) -> None:
    """In local mode the environments lie in a checkout."""
    (tmp_path / ".git").mkdir()
    assert set(theano_patches.patch(theano)) == CHANGED


@pytest.mark.parametrize("name", sorted(CHANGED))
@pytest.mark.parametrize("text", [None, "", "x = 1\n"])
def test_a_file_of_another_theano_is_refused_and_nothing_is_changed(
    theano: Path, name: str, text: str | None
) -> None:
    new = not (theano / name).is_file()
    if new and not text:
        return  # it is the patch that adds this one
    (theano / name).parent.mkdir(parents=True, exist_ok=True)
    if text is None:
        (theano / name).unlink()
    else:
        (theano / name).write_text(text)
    files = {path: path.read_bytes() for path in theano.rglob("*") if path.is_file()}
    with pytest.raises(WorkshopError, match=rf"{re.escape(name)}.* not the one of Theano 1\.0\.5"):
        theano_patches.patch(theano)
    assert {path: path.read_bytes() for path in theano.rglob("*") if path.is_file()} == files


def test_another_version_is_refused_in_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    installed(tmp_path, monkeypatch, "1.1.2")
    assert theano_patches.main([]) == 1
    assert capsys.readouterr().err == "theano_patches: the patches are for Theano 1.0.5; this is 1.1.2\n"


def test_two_at_once_take_turns(theano: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Set-up begins with it while other environments are made, and comes back to it later."""
    mended = []

    def patch(package: Path, *, check: bool) -> list[str]:
        with pytest.raises(BlockingIOError), locked(package / ".changing"):
            pass
        mended.append(check)
        return []

    monkeypatch.setattr(theano_patches, "patch", patch)
    assert theano_patches.main([]) == 0
    assert mended == [False]
