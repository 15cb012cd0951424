"""Set-up as root writes and runs nothing where a participant could have planted a link.

Nobody writes the list of paths by hand: a set-up in check mode is watched, and what its tasks were told is
taken. A role that touches one more path adds it here by doing so.
"""

from __future__ import annotations

import json
import os
import pwd
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from ansible_module import ROOT, load_module
from free_ports import free_port
from waiting import patience

boundary = load_module("module_utils/boundary.py")
ANSIBLE = Path(sys.prefix) / "bin/ansible-playbook"
ACCOUNT = "nobody"
FILE, COPY = (
    "ansible.builtin.file",
    {"ansible.builtin.copy", "ansible.builtin.template", "ansible.legacy.copy"},
)
WATCH = """
import json, os
from ansible.plugins.callback import CallbackBase

class CallbackModule(CallbackBase):
    CALLBACK_VERSION, CALLBACK_TYPE, CALLBACK_NAME = 2.0, "aggregate", "watch"

    def v2_runner_on_ok(self, result):
        self.note(result._task, result._result)

    v2_runner_on_skipped = v2_runner_item_on_ok = v2_runner_item_on_skipped = v2_runner_on_ok

    def note(self, task, result):
        told = result.get("invocation", {}).get("module_args")
        if told:
            with open(os.environ["WATCHED"], "a") as file:
                file.write(json.dumps([task.action, told], default=str) + "\\n")
"""

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        os.geteuid() != 0, reason="only root can be attacked by an account without its rights"
    ),
    pytest.mark.skipif(not ANSIBLE.exists(), reason="needs ansible-playbook in this environment"),
    pytest.mark.skipif(
        "VERSION_CODENAME=trixie" not in Path("/etc/os-release").read_text(encoding="utf-8"),
        reason="plays on this machine, which must be a supported one",
    ),
]


@dataclass(frozen=True)
class Watched:
    """What a set-up would do."""

    system: Path
    """A folder of root's; below it are the prefix and the account's home."""
    tasks: list[tuple[str, dict[str, Any]]]

    def folders(self) -> dict[Path, str | None]:
        """Return the folders that root makes, each with the account that it gives it to."""
        return {
            Path(told["path"]): told.get("owner")
            for action, told in self.tasks
            if action == FILE and told.get("state") == "directory"
        }

    def written(self) -> list[Path]:
        """Return all that root makes or writes."""
        files = [Path(told["dest"]) for action, told in self.tasks if action in COPY]
        return [*self.folders(), *files]

    def programs(self) -> list[str]:
        """Return the programs that root runs."""
        lists = [told.get("argv") for action, told in self.tasks if "command" in action]
        return [str(words[0]) for words in lists if words]


def play(folder: Path, more: dict[str, Any]) -> subprocess.CompletedProcess[str]:
    """Do as set-up would, in check mode."""
    variables = {
        "ansible_python_interpreter": sys.executable,
        "workshop_prefix": str(folder / "opt"),
        "workshop_user": ACCOUNT,
        "workshop_notebooks": str(folder / "home/notebooks"),
        "workshop_offline": True,
        "base_fedora_manage_machine": False,
        "base_fedora_required_disk_mb": 1,
        "notebook_sync_updatable": True,
        **{f"workshop_{each}_port": free_port() for each in ("jupyter", "tensorboard", "web")},
        **more,
    }
    environment = {name: value for name, value in os.environ.items() if not name.startswith("ANSIBLE_")}
    words = ["playbooks/site.yml", "-i", "localhost,", "-c", "local", "--check", "-e", json.dumps(variables)]
    return subprocess.run(
        [ANSIBLE, *words],
        cwd=ROOT,
        env=environment
        | {
            "ANSIBLE_CONFIG": str(ROOT / "ansible.cfg"),
            "ANSIBLE_CALLBACK_PLUGINS": str(folder / "watch"),
            "ANSIBLE_CALLBACKS_ENABLED": "watch",
            # What a task was told: newer Ansible leaves it out of results unless it is asked for.
            "ANSIBLE_INJECT_INVOCATION": "true",
            "WATCHED": str(folder / "watched"),
        },
        capture_output=True,
        text=True,
        timeout=patience(300),
        check=False,
    )


@pytest.fixture(scope="module", params=["supervisor", pytest.param("systemd", marks=pytest.mark.slow)])
def watched(request: pytest.FixtureRequest) -> Iterator[Watched]:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name).resolve()
        folder.chmod(0o755)
        (folder / "watch").mkdir()
        (folder / "watch/watch.py").write_text(WATCH)
        done = play(folder, {"workshop_service_manager": request.param})
        assert done.returncode == 0, done.stdout + done.stderr
        lines = (folder / "watched").read_text().splitlines()
        yield Watched(folder, [tuple(json.loads(line)) for line in lines])


def make(watched: Watched) -> None:
    """Make the folders, and give away what set-up gives away."""
    account = pwd.getpwnam(ACCOUNT)
    (watched.system / "home").mkdir(mode=0o700, exist_ok=True)
    os.chown(watched.system / "home", account.pw_uid, account.pw_gid)
    for folder, owner in watched.folders().items():
        if folder.is_relative_to(watched.system):
            folder.mkdir(parents=True, exist_ok=True)
            os.chown(folder, account.pw_uid if owner == ACCOUNT else 0, -1)


def test_the_list_has_what_set_up_touches(watched: Watched) -> None:
    prefix = watched.system / "opt"
    names = ("etc/workshop.toml", "log", "theano", "bin/services", "etc/updates.toml", "etc/jupyter", "web")
    assert {prefix / name for name in names} <= set(watched.written())
    assert len(watched.written()) > 30
    programs = watched.programs()
    assert str(prefix / "venvs/theano/bin/python") in programs
    assert "runuser" in programs


def test_the_participant_gets_folders_of_its_own(watched: Watched) -> None:
    given = {folder.name for folder, owner in watched.folders().items() if owner == ACCOUNT}
    assert {"log", "run", "state", "data", "theano", "choices", "tensorboard", "web"} <= given


def test_root_writes_and_runs_nothing_where_the_participant_could_plant_a_link(watched: Watched) -> None:
    make(watched)
    for path in watched.written():
        assert boundary.survey(path).account is None, path
    for program in watched.programs():
        if Path(program).is_absolute():
            assert boundary.survey(program).account is None, program


def test_a_workshop_in_a_home_is_refused(watched: Watched) -> None:
    make(watched)
    done = play(watched.system, {"workshop_prefix": str(watched.system / "home/workshop")})
    assert done.returncode != 0
    assert f"{ACCOUNT} can change {watched.system}/home, and root writes and runs nothing there" in " ".join(
        done.stdout.split()
    )
