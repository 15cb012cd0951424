"""Where Ansible runs on the machine itself, modules run in its worker, and do what they do when sent."""

from __future__ import annotations

import http.server
import itertools
import json
import os
import subprocess
import sys
import threading
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
STOCK = ("setup", "stat", "find", "getent", "command", "uri")
"""Modules of Ansible's own that run there, too."""
ANSIBLE = Path(sys.prefix) / "bin/ansible-playbook"
WATCHED = (
    "#!/bin/sh\n"
    # The parent of a command is the Python in which the module runs.
    'tr "\\0" " " </proc/$PPID/cmdline >"$0.parent"\n'
    'echo "{\\"changed\\": false, \\"umask\\": \\"$(umask)\\", \\"extra\\": \\"$EXTRA\\"}"\n'
)

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not ANSIBLE.exists(), reason="needs ansible-playbook in this environment"),
]


def play(tmp_path: Path, *tasks: dict[str, Any], sent: bool = False, words: tuple[str, ...] = ()) -> Any:
    """Run tasks on this machine; return the results, those of failed tasks, too."""
    folder = tmp_path / "play"
    folder.mkdir(exist_ok=True)
    listed = [task | {"register": f"result_{n}", "ignore_errors": True} for n, task in enumerate(tasks)]
    results = {f"result_{n}": f"{{{{ result_{n} }}}}" for n in range(len(tasks))}
    told = {"ansible.builtin.copy": {"content": results, "dest": str(folder / "told.json")}}
    plays = [{"hosts": "all", "gather_facts": False, "tasks": [*listed, told | {"check_mode": False}]}]
    (folder / "play.yml").write_text(json.dumps(plays))
    environment = os.environ | {"ANSIBLE_CONFIG": str(ROOT / "ansible.cfg")}
    environment |= {"ANSIBLE_LIBRARY": f"{ROOT}/library:{ROOT}/roles/base-fedora/library"}
    if sent:
        environment["ANSIBLE_ACTION_PLUGINS"] = str(folder / "none")
    done = subprocess.run(
        [ANSIBLE, folder / "play.yml", "-i", "localhost,", "-c", "local", *words],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return list(json.loads((folder / "told.json").read_text()).values())


def watched(tmp_path: Path) -> Path:
    """A command that notes which process started it."""
    command = tmp_path / "command"
    command.write_text(WATCHED)
    command.chmod(0o755)
    return command


def told(result: dict[str, Any]) -> dict[str, Any]:
    """Return what a module said, without what depends on how it was run."""
    return {name: value for name, value in result.items() if name not in ("invocation", "ansible_facts")}


def placing(folder: Path, content: str = "wanted\n") -> dict[str, Any]:
    return {
        "placed": {
            "folders": [{"path": str(folder), "mode": "0750"}],
            "files": [{"path": str(folder / "file"), "content": content, "mode": "0640"}],
        }
    }


@dataclass
class Played:
    """What became of the same tasks, run here or sent."""

    results: dict[str, list[dict[str, Any]]]
    """By what they try: those of ``tasks``."""
    parent: str
    """The command line of the process in which a module ran."""
    placed: tuple[str, int]
    """Text and mode of the file that was placed."""
    left: set[Path] = field(default_factory=set)
    """What lies beside the modules and did not before."""


def tasks(folder: Path, command: Path, port: int) -> dict[str, list[dict[str, Any]]]:
    """Return all tasks that are run both ways, by what they try."""
    here, made, drifted = folder / "here", folder / "made", folder / "drifted"
    own = {"placed_and_run": {"commands": [{"argv": [str(command)]}]}}
    ours = [
        placing(made),
        placing(made),
        placing(made, "other\n") | {"check_mode": True},
        placing(made) | {"diff": True},
        {"placed_and_run": {"commands": [{"argv": [str(command)]}]}},
        {"placed_and_run": {"commands": [{"argv": ["sh", "-c", "echo no room >&2; exit 3"]}]}},
        {"placed": {"wrong": 1}},
        {"machine_lacks": {"path": str(folder), "required_mb": 10**9}},
    ]
    more = [placing(drifted), own | {"environment": {"EXTRA": "{{ 'given' }}"}}, own]
    told = yaml.safe_load((ROOT / "playbooks/tasks/check-arguments.yml").read_text())
    [looking] = [{"setup": task["setup"]} for task in told if "setup" in task]
    stock = [
        {"stat": {"path": str(folder / "{{ item }}")}, "loop": ["here", "not"]},
        {"find": {"paths": str(here), "hidden": True, "file_type": "any"}},
        {"getent": {"database": "passwd", "key": "root"}},
        {"getent": {"database": "passwd", "key": "nobody-of-this-name", "fail_key": False}},
        {
            "command": {"argv": ["sh", "-c", "echo $EXTRA; echo two; echo no >&2; exit 3"]},
            "environment": {"EXTRA": "one"},
        },
        {
            "command": {"argv": ["touch", "{{ item }}"], "creates": "{{ item }}"},
            "loop": [str(here), str(folder / "new")],
        },
        {
            "uri": {"url": "http://127.0.0.1:{{ item }}/", "status_code": [200, 404]},
            "loop": [port, port],
        },
    ]
    return {"ours": ours, "more": more, "facts": [looking], "stock": stock}


@pytest.fixture(scope="module")
def played(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[Played, Played]:
    """All of them here, and then sent: to start Ansible takes longer than what it does.

    What Ansible's own modules do only where a test asks: to send one takes longer still.
    """
    folder = tmp_path_factory.mktemp("both")
    asked = {item.name for item in request.session.items}
    (folder / "here").mkdir()
    (folder / "here/.hidden").touch()
    command, found = watched(folder), []
    nothing = http.server.SimpleHTTPRequestHandler
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), partial(nothing, directory=folder)) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        listed = tasks(folder, command, server.server_port)
        if not asked & OF_STOCK:
            del listed["facts"], listed["stock"]
        for sent in (False, True):
            drift(folder / "drifted")
            before = beside_the_modules()
            results = iter(play(folder, *itertools.chain(*listed.values()), sent=sent))
            file, parent = folder / "made/file", command.with_name("command.parent")
            found.append(
                Played(
                    {name: list(itertools.islice(results, len(some))) for name, some in listed.items()},
                    parent.read_text(),
                    (file.read_text(), file.stat().st_mode & 0o777),
                    beside_the_modules() - before,
                )
            )
            drifted = folder / "drifted/file"
            assert (drifted.read_text(), drifted.stat().st_mode & 0o777) == ("wanted\n", 0o640)
            for made in (file, drifted, folder / "new", parent):
                made.unlink(missing_ok=made.name == "new")
            for made in (file.parent, drifted.parent):
                made.rmdir()
        server.shutdown()
    return found[0], found[1]


OF_STOCK = {"test_the_facts_are_those_that_setup_gathers", "test_stock_modules_find_what_they_find_when_sent"}


def drift(folder: Path) -> None:
    """Leave there a file that somebody changed."""
    folder.mkdir(mode=0o750)
    (folder / "file").write_text("drifted\n")
    (folder / "file").chmod(0o666)


def beside_the_modules() -> set[Path]:
    return set((ROOT / "library").rglob("*")) | set((ROOT / "module_utils").rglob("*"))


@pytest.mark.slow
def test_it_does_and_says_what_a_module_does_that_is_sent(played: tuple[Played, Played]) -> None:
    for one in played:
        assert one.placed == ("wanted\n", 0o640)
    assert ["ansible-playbook" in one.parent for one in played] == [True, False]
    here, away = ([told(result) for result in one.results["ours"]] for one in played)
    for results in (here, away):  # what is free on the disk changes by itself
        results[-1] = {"failed": results[-1]["failed"], "refused": "make room" in results[-1]["msg"]}
    assert here == away
    assert [result["changed"] for result in here[:5]] == [True, False, True, False, False]
    assert here[5]["msg"] == "no room"
    assert "wrong" in here[6]["msg"]
    assert here[7] == {"failed": True, "refused": True}


def test_drift_is_mended_and_told(played: tuple[Played, Played]) -> None:
    """What lies there then the fixture has looked at."""
    for one in played:
        mended = one.results["more"][0]
        assert mended["changed"]
        assert [Path(path).parts[-2:] for path in mended["paths"]] == [("drifted", "file")]


def test_a_task_has_its_own_variables(played: tuple[Played, Played]) -> None:
    for one in played:
        _, given, bare = one.results["more"]
        assert given["documents"][0]["extra"] == "given"
        assert bare["documents"][0]["extra"] == ""


@pytest.mark.skipif(os.geteuid() != 0, reason="only root becomes another account without being asked")
def test_a_task_with_other_rights_is_sent(tmp_path: Path) -> None:
    command = watched(tmp_path)
    task = {"placed_and_run": {"commands": [{"argv": [str(command)]}]}, "become": True}
    play(tmp_path, task | {"become_method": "su"})
    assert "ansible-playbook" not in command.with_name("command.parent").read_text()


def test_it_leaves_nothing_beside_the_modules(played: tuple[Played, Played]) -> None:
    assert played[0].left == set()


# Machines in containers are set up with both in each run.
@pytest.mark.slow
def test_the_facts_are_those_that_setup_gathers(played: tuple[Played, Played]) -> None:
    here, away = (one.results["facts"][0]["ansible_facts"] for one in played)
    # The Python is Ansible's own here, and what it was started with another module's are not.
    passing = {
        "ansible_env",
        "ansible_python",
        "ansible_python_version",
        "discovered_interpreter_python",
        "ansible_discovered_interpreter_python",
    }
    passing |= {"ansible_selinux", "ansible_selinux_python_present"}
    assert set(here) - passing == set(away) - passing
    assert {name: here[name] for name in set(here) - passing} == {
        name: away[name] for name in set(here) - passing
    }
    assert here["ansible_env"]["HOME"] == away["ansible_env"]["HOME"]
    assert here["ansible_selinux"]["status"] == away["ansible_selinux"]["status"]


@pytest.mark.slow
def test_stock_modules_find_what_they_find_when_sent(played: tuple[Played, Played]) -> None:
    here, away = (one.results["stock"] for one in played)
    for one, other in zip(here, away, strict=True):
        assert told(one).keys() == told(other).keys()
        assert one.get("ansible_facts") == other.get("ansible_facts")
    assert [each["stat"]["exists"] for each in here[0]["results"]] == [True, False]
    assert [Path(each["path"]).name for each in here[1]["files"]] == [".hidden"]
    assert here[2]["ansible_facts"]["getent_passwd"]["root"]
    assert here[3]["ansible_facts"]["getent_passwd"] == {"nobody-of-this-name": None}
    assert here[4]["failed"]
    for results in (here, away):
        assert (results[4]["rc"], results[4]["stderr"]) == (3, "no")
        assert results[4]["stdout_lines"] == ["one", "two"]
        assert [each["changed"] for each in results[5]["results"]] == [False, True]
        assert [each["status"] for each in results[6]["results"]] == [200, 200]


def test_every_action_has_a_module() -> None:
    names = {path.stem for path in (ROOT / "action_plugins").glob("*.py")} - {"in_worker", *STOCK}
    modules = {
        path.stem
        for folder in (ROOT, *(ROOT / "roles").iterdir())
        for path in (folder / "library").glob("*.py")
    }
    assert names == modules
