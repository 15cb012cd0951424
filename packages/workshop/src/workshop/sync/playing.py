"""One verified commit checked out and its playbook run, by ``ansible-pull`` from the local mirror.

``ansible-pull`` alone trusts whoever it pulls from. Here it is given a local mirror and one commit, and no
configuration of the user's, the machine's or the revision's reaches the git that it calls:

* The environment is made anew. Git reads neither the system's nor the user's configuration; what decides
  which programs run is set with the highest precedence (``GIT_CONFIG_COUNT``), above the repository's.
* No hooks, no filters, no submodules, no protocol but ``file``, no links: git writes one as a plain file.
* Attributes of the revision change no byte (line ends, ``$Id$``, encodings): what is signed is written.
* Ansible reads a file of ours while it checks out, and the revision's own ``ansible.cfg`` after that.
"""

from __future__ import annotations

import json
import os
import pwd
import re
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from workshop.environment import network
from workshop.errors import WorkshopError
from workshop.sync.files import ensure_folder, write_atomically
from workshop.sync.git import SAFE

HANDED_ON = {"XDG_RUNTIME_DIR", "XDG_CONFIG_HOME", "DBUS_SESSION_BUS_ADDRESS"}
"""Variables that the user's own systemd cannot do without."""

GIT_SETTINGS = SAFE | {
    "core.sshCommand": "/bin/false",
    "core.excludesFile": os.devnull,
    "core.autocrlf": "false",
    "core.symlinks": "false",
    "submodule.recurse": "false",
    # A pathspec that nothing matches: no submodule is ever initialised.
    "submodule.active": ":(literal).git",
}
ATTRIBUTES = "# Above all attributes of a revision.\n* -text !eol -ident -filter !working-tree-encoding\n"
ANSIBLE_CONFIG = """\
# Written by the workshop: for the checkout alone. A revision brings an ansible.cfg of its own.
[defaults]
interpreter_python = auto_silent
"""
HOSTILE = re.compile(r"[^\w./+@:,=-]")
"""``ansible-pull`` puts command lines together from its paths and splits them as a shell does."""


@dataclass(frozen=True)
class Play:
    """What is to be run."""

    prefix: Path
    repository: Path
    """The mirror, which holds the commit."""
    commit: str
    tree: Path
    """Where the commit is checked out; a folder that is no checkout of it must not be there."""
    work: Path
    """The folder of what Ansible and git need for themselves."""
    playbook: str
    variables: Mapping[str, object]
    check: bool = False
    """Whether to change nothing and show what would change."""
    lock: int | None = None
    """The descriptor of a lock that ``ansible-pull`` holds until it ends, even if this process is killed."""


def ansible_pull(prefix: Path) -> Path:
    """Return the machine's own Ansible; raises WorkshopError when it has none."""
    for folder in (prefix / "venvs" / "control", prefix / "control"):
        if (program := folder / "bin" / "ansible-pull").is_file():
            return program
    raise WorkshopError(f"{prefix} has no Ansible of its own; run the set-up again")


def play(wanted: Play) -> int:
    """Check a commit out and run its playbook here; return how many tasks changed something.

    What Ansible says goes to stderr. Raises WorkshopError when the commit could not be checked out or a task
    failed.
    """
    program = ansible_pull(wanted.prefix)
    _require_plain(program, wanted.tree, wanted.repository)
    template = _prepare(wanted.work)
    known = wanted.prefix / "etc" / "pull-variables.json"
    command = [str(program), "--full", "--clean", "-U", f"file://{wanted.repository}", "-C", wanted.commit]
    command += ["-d", str(wanted.tree), "-i", "localhost,", "-e", f"@{known}"]
    command += ["-e", json.dumps(wanted.variables)]
    command += [*(["--check", "--diff"] if wanted.check else []), wanted.playbook]
    status, text = _run(command, wanted.work, environment(wanted.work, template), wanted.lock)
    changed = re.findall(r"^localhost .*\bchanged=(\d+)", text, re.MULTILINE)
    if status or not changed:
        raise WorkshopError(f"the update is not complete ({_reason(text)}); the next pull tries again")
    return int(changed[-1])


def _prepare(work: Path) -> Path:
    """Write what both halves of ``ansible-pull`` read of ours; return git's template."""
    template = work / "template"
    for file, content in (
        (work / "ansible.cfg", ANSIBLE_CONFIG),
        (template / "info" / "attributes", ATTRIBUTES),
    ):
        ensure_folder(file.parent)
        if not file.is_file() or file.read_text(encoding="utf-8") != content:
            write_atomically(file, content.encode())
    return template


def _require_plain(*paths: Path) -> None:
    """Raise WorkshopError for a path that ``ansible-pull`` would split, as a shell does."""
    for path in paths:
        if found := HOSTILE.search(str(path)):
            raise WorkshopError(
                f"ansible-pull cannot work in {path.parent}, for {found[0]!r} is in its name; "
                "set the workshop up in another folder"
            )


def _run(
    command: Sequence[str], folder: Path, environment: Mapping[str, str], lock: int | None
) -> tuple[int, str]:
    """Run Ansible; pass on each line as it comes, and return all of them."""
    lines = []
    with subprocess.Popen(
        command,
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        pass_fds=[] if lock is None else [lock],
    ) as process:
        assert process.stdout is not None
        for line in process.stdout:
            lines.append(line)
            sys.stderr.write(line)
    return process.returncode, "".join(lines)


def _reason(text: str) -> str:
    """Return the line that says why: Ansible's last one, or what it says of a checkout that failed."""
    found = re.findall(r'^ +"msg": "(.*)",?$', text, re.MULTILINE)
    if found and "PLAY [" not in text:
        return str(found[-1])
    said = [line for line in text.splitlines() if line.strip()] or ["it said nothing"]
    return said[-1].strip()


def environment(work: Path, template: Path) -> dict[str, str]:
    """Return an environment with nothing in it that could bend what Ansible, Python or git run."""
    account = pwd.getpwuid(os.geteuid())
    settings: dict[str, str] = {"GIT_CONFIG_COUNT": str(len(GIT_SETTINGS))}
    for number, (name, value) in enumerate(GIT_SETTINGS.items()):
        settings |= {f"GIT_CONFIG_KEY_{number}": name, f"GIT_CONFIG_VALUE_{number}": value}
    return (
        {name: value for name, value in os.environ.items() if name in HANDED_ON}
        | network()
        | {
            "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
            "HOME": account.pw_dir,
            "USER": account.pw_name,
            "LC_ALL": "C.UTF-8",
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_CONFIG_GLOBAL": os.devnull,
            "GIT_ATTR_NOSYSTEM": "1",
            "GIT_ALLOW_PROTOCOL": "file",
            "GIT_TEMPLATE_DIR": str(template),
            "GIT_TERMINAL_PROMPT": "0",
            "GIT_LFS_SKIP_SMUDGE": "1",
            "GIT_NO_LAZY_FETCH": "1",
            # What ansible-pull says itself comes in its place, not after all that its two programs say.
            "PYTHONUNBUFFERED": "1",
            "ANSIBLE_HOME": str(work),
            "ANSIBLE_REMOTE_TEMP": str(work / "tmp"),
            "ANSIBLE_NOCOLOR": "1",
            "ANSIBLE_DISPLAY_SKIPPED_HOSTS": "false",
        }
        | settings
    )
