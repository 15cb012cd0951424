#!/usr/bin/python
# SPDX-License-Identifier: MIT
"""Ansible module: keep services as they are described, all of them in one go."""

from __future__ import annotations

DOCUMENTATION = r"""
module: kept_services
short_description: Keep services as they are described, all of them in one go
description:
  - Refuses ports that somebody else has, before anything is written; writes the services' files; makes their
    manager run what the files say, start it with the machine, and restart what changed or is older than its
    files.
  - A module for each step of each service would start Python on the machine anew, which is most of the time
    that a set-up takes which has nothing to do.
  - Root works in an account's folder, and talks to its supervisor, with the rights of that account.
options:
  services:
    description: Each with its name, port, own files and folders, the program that it runs, and whether to
      restart it. For whoever waits there may be C(seconds) that it takes at most.
    type: list
    elements: dict
    required: true
  manager:
    description: What keeps them running.
    type: str
    choices: [systemd, systemd-user, supervisor]
    required: true
  prefix: {description: Folder of the installation., type: path, required: true}
  user: {description: Account that the services run as., type: str, required: true}
  folders: {description: What they share; see C(placed)., type: list, elements: dict, default: []}
  files: {description: What they share; see C(placed)., type: list, elements: dict, default: []}
  runtime: {description: Where a user's own systemd listens (XDG_RUNTIME_DIR)., type: path, default: ""}
  relabel: {description: Give the programs SELinux's label of programs., type: bool, default: false}
attributes:
  check_mode: {support: full, description: Reports what would change; writes and starts nothing.}
  diff_mode: {support: full, description: Shows the old and the new content of files.}
author: [The Deep Learning Workshop]
"""

RETURN = r"""
paths:
  description: The folders and files that were made or changed.
  type: list
  elements: str
  returned: success
done: {description: What was done to the services, in words., type: list, elements: str, returned: success}
started: {description: Services that must come to answer now., type: list, elements: str, returned: success}
"""

import os
import pwd
import subprocess
from collections.abc import Collection, Sequence
from typing import Any, Union

from ansible.module_utils.basic import AnsibleModule
from ansible.module_utils.boundary import BoundaryError, must_be_ours
from ansible.module_utils.placing import FILES, FOLDERS, place
from ansible.module_utils.service_probe import Service, TakenError, number, probe

Item = dict[str, Any]
PROPERTIES = ("Id", "LoadState", "ActiveState", "UnitFileState", "NeedDaemonReload")
RUNNING = {"active", "activating", "reloading"}


class UnableError(Exception):
    """A manager did not do what it was told; the message is what it said last."""


def run(words: Sequence[str], *, may_fail: bool = False, **variables: str) -> tuple[int, str]:
    """Run a program, in the language that is read here; return its exit status and its stdout."""
    try:
        done = subprocess.run(
            words,
            env=os.environ | {"LC_ALL": "C.UTF-8"} | variables,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            check=False,
        )
    except FileNotFoundError:
        if may_fail:  # not every machine has sudo
            return 127, ""
        raise
    if done.returncode and not may_fail:
        said = (done.stderr or done.stdout).strip().splitlines() or [
            f"{words[0]} ended with {done.returncode}"
        ]
        raise UnableError(said[-1])
    return done.returncode, done.stdout


class Supervisor:
    """The supervisor of an installation, by its command ``bin/services``."""

    def __init__(self, prefix: str) -> None:
        """Take the folder of the installation."""
        self.command = f"{prefix}/bin/services"

    def keep(self, running: dict[str, bool], restart: Collection[str], check: bool) -> dict[str, str]:
        """Run the programs as their files say, and restart some; return what was done to which.

        Args:
            running: Each program's name, and whether it has its port.
            restart: Those that are to run anew even if their files did not change.
            check: Only foresee it.
        """
        if check:
            wanted = dict.fromkeys(restart, "restart")
            return wanted | {name: "start" for name, runs in running.items() if not runs}
        must_be_ours(self.command)
        done = {}
        still = [name for name in running if name not in restart]
        for verb, names in (
            ("ensure-restarted", [name for name in running if name in restart]),
            ("ensure", [name for name in still if not running[name]]),
            ("update", [name for name in still if running[name]]),
        ):
            # It prints a line for each: its name, and what was done.
            said = run([self.command, verb, *names])[1] if names else ""
            for line in said.splitlines():
                name, _, what = line.partition(": ")
                if name in running and what != "unchanged":
                    done[name] = what
        return done


class Systemd:
    """The machine's systemd, or the user's own."""

    def __init__(self, user: bool, runtime: str) -> None:
        """Take whose it is, and where a user's own listens."""
        self.words = ["systemctl", "--user"] if user else ["systemctl"]
        self.user = user
        self.variables = {"XDG_RUNTIME_DIR": runtime} if runtime else {}

    def tell(self, verb: str, *names: str) -> None:
        """Have systemctl do something."""
        run([*self.words, "--quiet", verb, *names], **self.variables)

    def states(self, names: Sequence[str]) -> dict[str, dict[str, str]]:
        """Return the properties of each unit; of one that is not there, too."""
        asked = ["show", *(f"--property={name}" for name in PROPERTIES), "--", *names]
        blocks = run([*self.words, *asked], **self.variables)[1].strip().split("\n\n")
        return dict(
            zip(names, (dict(line.split("=", 1) for line in block.splitlines()) for block in blocks))  # noqa: B905 - for Python 3.9
        )

    def linger(self, check: bool) -> str:
        """Let a user's services outlive the session, as root where the user may not ask; return how.

        Where sudo wants a password the doctor says what to do.
        """
        name = pwd.getpwuid(os.geteuid()).pw_name
        shown = ["loginctl", "show-user", "--property=Linger", "--value", name]
        if run(shown, may_fail=True)[1].strip() == "yes" or check:
            return ""
        if run(["loginctl", "--no-ask-password", "enable-linger"], may_fail=True)[0] == 0:
            return "let them outlive the session"
        asked = ["sudo", "--non-interactive", "loginctl", "enable-linger", name]
        return "let them outlive the session, by sudo" if run(asked, may_fail=True)[0] == 0 else ""

    def keep(self, running: dict[str, bool], restart: Collection[str], check: bool) -> dict[str, str]:
        """Enable, start and restart units as needed; return what was done to which.

        Arguments: as Supervisor's.
        """
        units = {f"{name}.service": name for name in running}
        states = self.states(list(units))
        # A run that was ended between writing and reloading left the old unit in systemd's memory.
        if not check and (
            restart or any(state.get("NeedDaemonReload") == "yes" for state in states.values())
        ):
            self.tell("daemon-reload")
            states = self.states(list(units))
        todo = {
            "unmask": [unit for unit in units if "masked" in states[unit].get("UnitFileState", "")],
            "enable": [unit for unit in units if states[unit].get("UnitFileState") != "enabled"],
            "restart": [unit for unit, name in units.items() if name in restart],
            "start": [
                unit
                for unit, name in units.items()
                if name not in restart and states[unit].get("ActiveState") not in RUNNING
            ],
        }
        done: dict[str, str] = {}
        for verb, names in todo.items():
            if names and not check:
                self.tell(verb, *names)
            for unit in names:
                done[units[unit]] = f"{done[units[unit]]}, {verb}" if units[unit] in done else verb
        return done


Manager = Union[Supervisor, Systemd]  # noqa: UP007 - for Python 3.9


def manager_of(params: Item) -> Manager:
    """Return the manager that the arguments name."""
    if params["manager"] == "supervisor":
        return Supervisor(params["prefix"])
    return Systemd(params["manager"] == "systemd-user", params["runtime"])


def label(programs: Collection[str]) -> list[str]:
    """Give programs the label by which systemd may run them; return those that lacked it."""
    return [program for program in sorted(programs) if "Relabeled" in run(["restorecon", "-v", program])[1]]


def keep(params: Item, check: bool) -> Item:
    """Bring the services to what the arguments say; return the module's result."""
    services: list[Item] = params["services"]
    account = number(params["user"])
    found = {
        each["name"]: probe(
            Service(each["name"], params["prefix"], account),
            each["port"],
            [file["path"] for file in each["files"]],
        )
        for each in services
    }
    folders = params["folders"] + [folder for each in services for folder in each["folders"]]
    files = [file for each in services for file in each["files"]] + params["files"]
    result = place(folders, files, check)
    restart = [
        each["name"]
        for each in services
        if each["restart"]
        or found[each["name"]].stale
        or not {file["path"] for file in each["files"]}.isdisjoint(result["paths"])
    ]
    manager, words = manager_of(params), []
    if isinstance(manager, Systemd):
        words += [manager.linger(check)] if manager.user else []
        words += label({each["program"] for each in services}) if params["relabel"] and not check else []
    running = {name: each.running for name, each in found.items()}
    # In check mode a unit that was not written cannot be looked at.
    done = {} if check and result["changed"] else manager.keep(running, restart, check)
    words = [word for word in words if word] + [f"{name}: {what}" for name, what in done.items()]
    started = [name for name, runs in running.items() if name in done or not runs]
    return {**result, "changed": result["changed"] or bool(words), "done": words, "started": started}


def main() -> None:
    """Read the arguments and report what was done."""
    service = {
        "name": {"type": "str", "required": True},
        "port": {"type": "int", "required": True},
        "seconds": {"type": "int"},
        "program": {"type": "path", "required": True},
        "restart": {"type": "bool", "default": False},
        "folders": FOLDERS,
        "files": FILES,
    }
    module = AnsibleModule(
        argument_spec={
            "services": {"type": "list", "elements": "dict", "required": True, "options": service},
            "manager": {
                "type": "str",
                "choices": ["systemd", "systemd-user", "supervisor"],
                "required": True,
            },
            "prefix": {"type": "path", "required": True},
            "user": {"type": "str", "required": True},
            "folders": FOLDERS,
            "files": FILES,
            "runtime": {"type": "path", "default": ""},
            "relabel": {"type": "bool", "default": False},
        },
        supports_check_mode=True,
    )
    try:
        result = keep(module.params, module.check_mode)
    except (BoundaryError, TakenError, UnableError) as error:
        module.fail_json(msg=str(error))
    except OSError as error:
        what = error.filename or "what the services need"
        module.fail_json(msg=f"cannot write or run {what}: {error.strerror}; mend its rights or make room")
    module.exit_json(**result)


if __name__ == "__main__":
    main()
