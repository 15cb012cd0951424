"""How release tests ended is written down, and shown by the manual's page Status."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tools"))
import manual_pages  # noqa: E402

GIT = ["git", "-c", "user.name=A", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false"]


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    (tmp_path / "docs").mkdir()
    for name in ("record-proof.py", "release.bash"):
        (tmp_path / "tools/testbed").mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / "tools/testbed" / name, tmp_path / "tools/testbed")
    for words in (["init", "--quiet"], ["add", "."], ["commit", "--quiet", "--message", "one"]):
        subprocess.run([*GIT, *words], cwd=tmp_path, check=True)
    return tmp_path


def record(checkout: Path, name: str, status: int) -> dict[str, dict[str, str]]:
    subprocess.run(
        [sys.executable, checkout / "tools/testbed/record-proof.py", name, str(status)], check=True
    )
    return tomllib.loads((checkout / "docs/proofs.toml").read_text(encoding="utf-8"))


def test_the_last_run_replaces_the_one_before_and_leaves_the_others(checkout: Path) -> None:
    record(checkout, "lab", 0)
    record(checkout, "wsl", 0)
    known = record(checkout, "lab", 1)
    assert {name: entry["result"] for name, entry in known.items()} == {"lab": "failed", "wsl": "passed"}


def test_the_commit_says_when_files_differed_from_it(checkout: Path) -> None:
    head = subprocess.check_output(["git", "rev-parse", "HEAD"], cwd=checkout, text=True)
    clean = record(checkout, "lab", 0)["lab"]["commit"]
    assert len(clean) >= 8
    assert head.startswith(clean)
    # What another release test wrote down is no change.
    assert record(checkout, "wsl", 0)["wsl"]["commit"] == clean
    (checkout / "new.txt").write_text("more")
    assert record(checkout, "lab", 0)["lab"]["commit"] == f"{clean}, changed"


def test_the_page_lists_every_release_test(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    record(checkout, "kubernetes", 0)
    monkeypatch.setattr(manual_pages, "ROOT", checkout)
    rows = [row.split(" | ") for row in manual_pages.proofs().splitlines()]
    results = {row[0].strip("| `"): row[1] for row in rows if row[0].startswith("| `")}
    assert results["kubernetes"] == "passed"
    assert results["lab"] == results["load"] == "no record"
    assert len(results) > 15
