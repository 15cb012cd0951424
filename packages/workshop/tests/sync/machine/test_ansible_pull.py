"""``ansible-pull`` as people type it: an organiser's repository brings notebooks to a machine that is set up.

The bare machine, where it runs ``site.yml``, is one of the machine tests.
"""

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from sync.bed import git, notebook
from sync.organiser import DAY, FIRST_DAY, allowed_signers, new_key

ROOT = Path(__file__).resolve().parents[5]
BIN = Path(sys.prefix) / "bin"
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not (BIN / "ansible-pull").exists(), reason="needs ansible-pull"),
]


@dataclass
class Machine:
    """An account's home with a workshop that is set up, and an organiser's repository."""

    home: Path
    upstream: Path
    key: Path
    commits: int = 0

    @property
    def prefix(self) -> Path:
        return self.home / "deep-learning-workshop/.workshop"

    @property
    def notebooks(self) -> Path:
        return self.home / "workshop-notebooks"

    @property
    def pointer(self) -> Path:
        return self.home / ".config/deep-learning-workshop/prefix"

    @property
    def checkout(self) -> Path:
        (found,) = (self.home / ".ansible/pull").iterdir()
        return found

    def publish(self, tag: str = "", **files: bytes) -> None:
        """Commit notebooks, a day later each time, and sign a tag; ``a_ipynb`` stands for ``a.ipynb``."""
        for name, data in files.items():
            (self.upstream / "notebooks" / name.replace("_", ".")).write_bytes(data)
        self.commits += 1
        date = f"{FIRST_DAY + self.commits * DAY} +0000"
        who = (
            "-c",
            "user.name=o",
            "-c",
            "user.email=o@x",
            "-c",
            "gpg.format=ssh",
            "-c",
            f"user.signingkey={self.key}",
        )
        dates = {"GIT_AUTHOR_DATE": date, "GIT_COMMITTER_DATE": date}
        git(self.upstream, "add", "--all")
        git(self.upstream, *who, "commit", "--quiet", "--allow-empty", "--message=x", **dates)
        if tag:
            git(self.upstream, *who, "tag", "--sign", "--message=What is new", tag, **dates)

    def set_up(self, **variables: object) -> None:
        """Do what set-up does, as far as notebooks are concerned."""
        programs = self.prefix / "venvs/jupyter/bin"
        programs.mkdir(parents=True)
        (programs / "workshop").symlink_to(BIN / "workshop")
        known = {"workshop_prefix": str(self.prefix), "workshop_notebooks": str(self.notebooks)}
        known |= {"workshop_service_manager": "supervisor", "workshop_bind_address": "127.0.0.1"} | variables
        (self.prefix / "etc").mkdir()
        (self.prefix / "etc/pull-variables.json").write_text(json.dumps(known))
        self.pointer.parent.mkdir(parents=True)
        self.pointer.write_text(f"{self.prefix}\n")

    def pull(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Run what the manual says, in the home, with nothing of this test's environment."""
        url = f"file://{self.upstream}"
        # The role asks the list of accounts for the home, which is that of whoever runs the tests.
        words = (*words, "-e", f"__notebook_sync_pointer={self.pointer}")
        return subprocess.run(
            [BIN / "ansible-pull", "-U", url, "-i", "local", "playbooks/notebook-sync.yml", *words],
            cwd=self.home,
            env={
                "HOME": str(self.home),
                "PATH": os.environ["PATH"],
                "ANSIBLE_NOCOLOR": "1",
                "LC_ALL": "C.UTF-8",
            },
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    """A machine, and a repository with the real playbooks and a small notebook."""
    machine = Machine(tmp_path / "home", tmp_path / "upstream", new_key(tmp_path / "keys", "organiser"))
    machine.home.mkdir()
    for name in (
        ".gitignore",
        "ansible.cfg",
        "callback_plugins",
        "inventories",
        "library",
        "module_utils",
        "playbooks",
        "roles",
    ):
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy2
        machine.upstream.mkdir(exist_ok=True)
        copy(ROOT / name, machine.upstream / name)
    (machine.upstream / "local").symlink_to("inventories/local")
    (machine.upstream / "notebooks").mkdir()
    git(machine.upstream, "init", "--quiet", "--initial-branch=main")
    return machine


def changed(done: subprocess.CompletedProcess[str]) -> bool:
    assert done.returncode == 0, done.stdout
    return "changed=0" not in done.stdout


def test_a_machine_with_keys_takes_no_notebooks_that_nobody_signed(machine: Machine, tmp_path: Path) -> None:
    keys = allowed_signers(tmp_path / "signers", machine.key).read_text()
    machine.set_up(notebook_sync_allowed_signers=keys)
    machine.publish(a_ipynb=notebook("not signed"))
    refused = machine.pull()
    assert refused.returncode != 0
    assert "is not signed" in refused.stdout
    assert not (machine.notebooks / "a.ipynb").exists()


def test_a_machine_that_is_not_set_up_says_so(machine: Machine) -> None:
    machine.publish(a_ipynb=notebook("1"))
    done = machine.pull()
    assert done.returncode != 0
    assert "run site.yml first" in done.stdout
    assert not machine.notebooks.exists()
