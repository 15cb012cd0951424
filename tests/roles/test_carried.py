"""What is carried to a machine: whatever is checked out here, a branch, a tag or a commit."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
import yaml
from ansible_module import ROOT

GIT = ["git", "-c", "user.name=a", "-c", "user.email=a@b", "-c", "init.defaultBranch=spring"]


def git(folder: Path, *words: str) -> str:
    return subprocess.run(
        [*GIT, "-C", folder, *words], check=True, capture_output=True, text=True
    ).stdout.strip()


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A repository with two commits, of which the first has a tag."""
    folder = tmp_path / "checkout"
    folder.mkdir()
    git(folder, "init", "--quiet")
    git(folder, "commit", "--quiet", "--allow-empty", "--message=one")
    git(folder, "tag", "v1")
    git(folder, "commit", "--quiet", "--allow-empty", "--message=two")
    return folder


def carry(checkout: Path, here: Path) -> tuple[str, Path]:
    """Run the role's own git commands; return the branch's name and the pack."""
    here.mkdir()
    tasks = ROOT / "roles/notebook-sync/tasks"
    top = yaml.safe_load((tasks / "carried.yml").read_text())
    block = next(task["block"] for task in top if "block" in task)
    sent = yaml.safe_load((tasks / "sent.yml").read_text())
    branch = ""
    for task in [*top, *block, *sent]:
        # A whole clone needs no fetch.
        if "ansible.builtin.command" not in task or "__notebook_sync_is_shallow" in task.get("when", ()):
            continue
        words = [
            word.replace("{{ __notebook_sync_here.path }}", str(here))
            .replace("{{ workshop_checkout }}", str(checkout))
            .replace("{{ __notebook_sync_carried_branch }}", branch)
            for word in task["ansible.builtin.command"]["argv"]
        ]
        done = subprocess.run(words, cwd=checkout, check=True, capture_output=True, text=True)
        # What the role's variable makes of it.
        branch = branch or done.stdout.split()[-1].replace("HEAD", "workshop")
    return branch, here / "workshop.bundle"


@pytest.mark.parametrize(("name", "branch"), [("spring", "spring"), ("v1", "workshop")])
def test_what_is_checked_out_has_a_branch_in_the_pack(
    checkout: Path, tmp_path: Path, name: str, branch: str
) -> None:
    git(checkout, "checkout", "--quiet", name)
    found, pack = carry(checkout, tmp_path / "here")
    assert found == branch
    heads = git(checkout, "bundle", "list-heads", str(pack)).splitlines()
    assert f"{git(checkout, 'rev-parse', 'HEAD')} refs/heads/{branch}" in heads
    assert any(line.endswith(" refs/tags/v1") for line in heads)
    # Nothing of it is left in the checkout.
    assert git(checkout, "branch", "--list", "workshop") == ""
