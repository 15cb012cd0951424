"""A link planted for each path that set-up touches as root: none leads it anywhere.

Nobody writes the list of paths by hand: a set-up in check mode is watched, and what its tasks were told is
taken. A role that touches one more path adds it here by doing so.
"""

from __future__ import annotations

import json
import os
import pwd
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from ansible_module import ROOT, load_module
from waiting import patience

boundary = load_module("module_utils/boundary.py")
placing = load_module("module_utils/placing.py")
ANSIBLE = Path(sys.prefix) / "bin/ansible-playbook"
ACCOUNT = "nobody"
OURS = {"placed", "placed_and_run", "kept_services", "synced_notebooks", "locked_venvs"}
WRITING = {"ansible.builtin.copy", "ansible.builtin.file", "ansible.builtin.template", "ansible.legacy.copy"}
WATCH = """
import json, os
from ansible.plugins.callback import CallbackBase

class CallbackModule(CallbackBase):
    CALLBACK_VERSION, CALLBACK_TYPE, CALLBACK_NAME = 2.0, "aggregate", "watch"

    def v2_runner_on_ok(self, result):
        self.note(result._task, result._result)

    def v2_runner_item_on_ok(self, result):
        self.note(result._task, result._result)

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

    def items(self, kind: str) -> list[dict[str, Any]]:
        """Return the folders or the files that our modules are told to make."""
        lists = [told.get(kind) or [] for action, told in self.tasks if action in OURS]
        for action, told in self.tasks:
            if action == "kept_services":
                lists += [each.get(kind) or [] for each in told["services"]]
        return [each for items in lists for each in items]

    def programs(self) -> Iterator[str]:
        """Yield the programs that root runs."""
        for _, told in self.tasks:
            commands = [each["argv"] for each in told.get("commands") or []]
            for words in [told.get("argv"), told.get("command"), *commands]:
                if isinstance(words, list) and words:
                    yield str(words[0])


@pytest.fixture(scope="module", params=["supervisor", pytest.param("systemd", marks=pytest.mark.slow)])
def watched(request: pytest.FixtureRequest) -> Iterator[Watched]:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name).resolve()
        folder.chmod(0o755)
        (folder / "watch").mkdir()
        (folder / "watch/watch.py").write_text(WATCH)
        variables = {
            "ansible_python_interpreter": sys.executable,
            "workshop_prefix": str(folder / "opt"),
            "workshop_user": ACCOUNT,
            "workshop_notebooks": str(folder / "home/notebooks"),
            "workshop_service_manager": request.param,
            "workshop_offline": True,
            "base_fedora_manage_machine": False,
            "base_fedora_required_disk_mb": 1,
            "notebook_sync_updatable": True,
            **{
                f"workshop_{each}_port": 18770 + number
                for number, each in enumerate(("jupyter", "tensorboard", "web"))
            },
        }
        environment = {name: value for name, value in os.environ.items() if not name.startswith("ANSIBLE_")}
        done = subprocess.run(
            [
                ANSIBLE,
                "playbooks/site.yml",
                "-i",
                "localhost,",
                "-c",
                "local",
                "--check",
                "-e",
                json.dumps(variables),
            ],
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
        assert done.returncode == 0, done.stdout + done.stderr
        lines = (folder / "watched").read_text().splitlines()
        yield Watched(folder, [tuple(json.loads(line)) for line in lines])


def home(watched: Watched) -> None:
    """Make the account's home, as it was before set-up."""
    for each in ("home", "opt", "etc"):
        shutil.rmtree(watched.system / each, ignore_errors=True)
    (watched.system / "home").mkdir(mode=0o700)
    os.chown(watched.system / "home", pwd.getpwnam(ACCOUNT).pw_uid, pwd.getpwnam(ACCOUNT).pw_gid)
    (watched.system / "etc").mkdir(mode=0o755)
    (watched.system / "etc/shadow").write_text("secret")
    (watched.system / "etc/shadow").chmod(0o600)


def below(watched: Watched, kind: str) -> list[dict[str, Any]]:
    """Return the items that lie in this test's folder; the system's own folders are root's alone."""
    return [item for item in watched.items(kind) if Path(item["path"]).is_relative_to(watched.system)]


def place(watched: Watched) -> Exception | None:
    """Do what set-up would; it may refuse."""
    try:
        placing.place(below(watched, "folders"), below(watched, "files"), False)
    except (boundary.BoundaryError, OSError) as error:
        return error
    return None


def seen(folder: Path) -> list[tuple[Any, ...]]:
    """Return all that root's folder is and holds."""
    paths = [folder, *sorted(folder.rglob("*"))]
    return [
        (path, found.st_uid, found.st_gid, found.st_mode, path.read_text() if path.is_file() else "")
        for path in paths
        for found in [path.lstat()]
    ]


def within_reach(watched: Watched) -> list[Path]:
    """Return each path on the way to what set-up touches that the account could replace."""
    found: dict[Path, None] = {}
    for item in [*below(watched, "folders"), *below(watched, "files")]:
        path = Path(item["path"])
        for each in [path, *path.parents]:
            if each.is_relative_to(watched.system) and each != watched.system:
                place = boundary.survey(each.parent, inside=True)
                if place.account == pwd.getpwnam(ACCOUNT).pw_uid:
                    found[each] = None
    return list(found)


def test_the_list_has_what_set_up_touches(watched: Watched) -> None:
    paths = {item["path"] for kind in ("folders", "files") for item in watched.items(kind)}
    prefix = watched.system / "opt"
    expected = {
        "etc/workshop.toml",
        "log",
        "theano",
        "bin/services",
        "etc/updates.toml",
        "etc/jupyter",
        "web",
    }
    assert {str(prefix / name) for name in expected} | {str(watched.system / "home/notebooks")} <= paths
    assert len(paths) > 30


def test_a_link_in_the_place_of_each_path_leads_root_nowhere(watched: Watched) -> None:
    home(watched)
    assert place(watched) is None
    reach = within_reach(watched)
    prefix = watched.system / "opt"
    assert {watched.system / "home/notebooks", prefix / "etc/jupyter/labconfig"} <= set(reach)
    etc = watched.system / "etc"
    for path in reach:
        # The folder that everybody may read, the file that nobody may, and what would be made in a folder.
        for target in (etc, etc / "shadow", etc / "new"):
            home(watched)
            place(watched)
            shutil.rmtree(path) if path.is_dir() else path.unlink()
            path.symlink_to(target)
            os.lchown(path, pwd.getpwnam(ACCOUNT).pw_uid, pwd.getpwnam(ACCOUNT).pw_gid)
            before = seen(etc)
            place(watched)
            assert seen(etc) == before, f"{path} → {target}"


def test_what_lies_within_an_accounts_reach_is_that_accounts(watched: Watched) -> None:
    """Nothing that root, or another account, believes in."""
    home(watched)
    assert place(watched) is None
    for path in within_reach(watched):
        assert path.lstat().st_uid == pwd.getpwnam(ACCOUNT).pw_uid, path


def test_root_runs_and_writes_nothing_else_there(watched: Watched) -> None:
    """What stock modules write, and the programs of all commands, lie where only root can change them."""
    home(watched)
    assert place(watched) is None
    for program in watched.programs():
        if Path(program).is_absolute():
            assert boundary.survey(program).account is None, program
    for action, told in watched.tasks:
        if action in WRITING:
            path = told.get("path") or told.get("dest")
            assert boundary.survey(path).account is None, f"{action} {path}"
    for action, told in watched.tasks:
        if action == "locked_venvs":
            for each in [*told["environments"], {"path": told["wheels"]}, {"path": told["cache"]}]:
                assert boundary.survey(each["path"], inside=True).account is None, each
