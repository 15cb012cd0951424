"""The filter belongs to those who commit: a participant's folder gets neither it nor its attributes."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from output_filter.bed import ROOT, SCRIPT, code, output_filter, text


def test_this_repository_names_the_filter_for_its_notebooks() -> None:
    lines = (ROOT / ".gitattributes").read_text(encoding="utf-8").splitlines()
    assert output_filter.ATTRIBUTES in lines


def test_the_attributes_reach_no_folder_that_is_delivered() -> None:
    found = [path for name in (".gitattributes", SCRIPT.name) for path in (ROOT / "notebooks").rglob(name)]
    assert found == []


def test_sync_delivers_notebooks_without_attributes_and_filter(tmp_path: Path) -> None:
    for folder in ("source", "source/notebooks", "source/notebooks/1-a"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / ".gitattributes").write_text(f"{output_filter.ATTRIBUTES}\n")
    (tmp_path / "source/notebooks/1-a/a.ipynb").write_bytes(text(code("a")))
    (tmp_path / "source/tools").mkdir()
    (tmp_path / "source/tools" / SCRIPT.name).write_bytes(SCRIPT.read_bytes())
    words = [f"--from={tmp_path / 'source'}", f"--into={tmp_path / 'mine'}", f"--state={tmp_path / 'state'}"]
    command = [sys.executable, "-m", "workshop", "sync", "--allow-unsigned", *words]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    delivered = {path.relative_to(tmp_path / "mine").as_posix() for path in (tmp_path / "mine").rglob("*")}
    assert "1-a/a.ipynb" in delivered
    assert not [name for name in delivered if Path(name).name in (".gitattributes", SCRIPT.name)]
