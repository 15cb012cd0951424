"""A machine that updates itself: systemd, Jupyter, and an organiser's git server on its loopback."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from machines.local.bed import OURS, ROOT, Ran
from machines.local.bed import Bed as Container
from sync.bed import Bed
from sync.organiser import Organiser, allowed_signers, new_key
from waiting import wait_until

from tools.testbed.inside import inside

PREFIX = "/opt/workshop"
NOTEBOOKS = "/home/workshop/notebooks"
USER = "workshop"
UNIT = "update-workshop"
SHARED = "/srv/organiser"
"""Where the machine sees the organiser's folder."""

# What an update needs, and no more: the roles of a whole machine are tested with the roles. The Python is
# Debian's own, whose C headers only Theano would need.
PREPARE = f"""
apt-get update --quiet=2
DEBIAN_FRONTEND=noninteractive apt-get install --yes --quiet=2 --no-install-recommends git python3-venv
useradd --create-home --shell /bin/bash {USER}
headers=$(python3 -c 'import sysconfig; print(sysconfig.get_path("include"))')
mkdir -p "$headers"
touch "$headers/Python.h"
"""
SET_UP = """
- name: Set up what updates need
  hosts: all
  gather_facts: true
  roles:
    - role: python-venv
    - role: notebook-sync
    - role: jupyter-service
"""

SERVER = """
import pathlib, sys, threading
sys.path.insert(0, "{shared}/serving")
from sync.server import git_over_http, serve
with serve(git_over_http(pathlib.Path("{shared}"), lambda: False)) as address:
    pathlib.Path("/run/organiser").write_text(address)
    threading.Event().wait()
"""


def copy_checkout(into: Path, revision: str = "") -> None:
    """Copy this checkout as it is now, or as it was at a revision."""
    if revision:
        into.mkdir(parents=True, exist_ok=True)
        tree = subprocess.run(["git", "archive", revision], cwd=ROOT, check=True, stdout=subprocess.PIPE)
        subprocess.run(["tar", "-x", "-C", into], input=tree.stdout, check=True)
        return
    listed = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    names = subprocess.run(listed, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    for name in filter(None, names.split("\0")):
        if (ROOT / name).is_file() and not (ROOT / name).is_symlink():
            (into / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, into / name)


@dataclass
class UpdatingMachine:
    """One container, and the organiser on whose word it updates itself."""

    folder: Path
    """The organiser's, on this host."""
    bed: Container = field(init=False)
    organiser: Organiser = field(init=False)
    releases: int = 0
    name: str = f"workshop-sync-{OURS}"
    wrapper: str = ""
    """What goes before each command of a playbook's on the machine."""
    revision: str = ""
    """Of this repository, by which the machine is set up; empty: what is here now."""

    def start(self) -> None:
        """Start the machine, the organiser and their server, and set the machine up."""
        self.folder.chmod(0o755)
        copy_checkout(self.folder / "first", self.revision)
        shutil.copytree(ROOT / "packages/workshop/tests/sync", self.folder / "serving/sync")
        upstream = self.folder / "upstream"
        shutil.copytree(self.folder / "first", upstream)
        key = new_key(self.folder / "keys", "organiser")
        self.organiser = Organiser(Bed(upstream, self.folder / "mine", self.folder / "state"), key)
        allowed_signers(self.folder / "signers", key)
        shown = [f"--volume={self.folder}:{SHARED}:ro"]
        self.bed = Container(self.name, shown, kind="debian", user="root", sees="shared")
        self.bed.start()
        self.write("/run/server.py", SERVER.format(shared=SHARED), "root")
        self.bed.root("systemd-run --quiet --unit=organiser python3 /run/server.py")
        serves = "test -s /run/organiser"
        wait_until(lambda: self.bed.run(serves, "root").status == 0, 60, "the organiser serves", every=0.2)
        self.url = self.bed.root("cat /run/organiser").strip() + "/upstream"

    def set_up(self) -> Ran:
        """Set the machine up, with what updates need."""
        book = self.folder / "first/playbooks/set-up.yml"
        book.write_text(SET_UP, encoding="utf-8")
        self.bed.root(PREPARE)
        return self.play(book)

    def play(self, book: Path, *words: str, **variables: Any) -> Ran:
        """Run a playbook against the machine from outside, as over ssh."""
        given = {
            "workshop_source": f"{SHARED}/first",
            "workshop_cache": "/srv/cache",
            "workshop_ca_bundle": "/srv/ca-bundle.pem",
            "python_venv_names": ["jupyter", "control"],
            "python_venv_interpreter": "/usr/bin/python3",
            "notebook_sync_url": self.url,
            "notebook_sync_allowed_signers": (self.folder / "signers").read_text(encoding="utf-8"),
            "notebook_sync_timer": True,
        }
        command = [
            str(Path(sys.executable).parent / "ansible-playbook"),
            str(book),
            "-i",
            f"{self.bed.name},",
        ]
        command += ["-c", "piped_podman", "-e", json.dumps(given | variables), *words]
        started = time.monotonic()
        done = subprocess.run(
            command,
            cwd=book.parents[1],
            env={
                **os.environ,
                "ANSIBLE_CONFIG": str(book.parents[1] / "ansible.cfg"),
                "ANSIBLE_CONNECTION_PLUGINS": str(ROOT / "tools/testbed/connection_plugins"),
                "ANSIBLE_NOCOLOR": "1",
                "WORKSHOP_TEST_WRAPPER": self.wrapper,
            },
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        return Ran(done.returncode, done.stdout, time.monotonic() - started)

    def write(self, path: str, text: str, user: str = USER) -> None:
        """Write a file of the machine's as one of its accounts."""
        command = [*inside(self.bed.name, user), "tee", path]
        subprocess.run(command, input=text, text=True, check=True, stdout=subprocess.DEVNULL)

    def read(self, path: str) -> str:
        return self.bed.root(f"cat {shlex.quote(path)}")

    def notebook(self, name: str) -> dict[str, Any]:
        """Return the participant's notebook."""
        document: dict[str, Any] = json.loads(self.read(f"{NOTEBOOKS}/{name}"))
        return document

    def edit(self, name: str, cell: int, text: str) -> None:
        """Let the participant write into a cell of theirs."""
        document = self.notebook(name)
        document["cells"][cell]["source"] += ["\n", text]
        self.write(f"{NOTEBOOKS}/{name}", json.dumps(document, indent=1) + "\n")

    def release(self, *names: str, cell: int = 0, text: str = "") -> str:
        """Let the organiser change a cell of some notebooks and publish that, signed; return the tag."""
        self.releases += 1
        tag = f"v{self.releases}"
        for name in names:
            file = self.organiser.folder / "notebooks" / name
            document = json.loads(file.read_text(encoding="utf-8"))
            document["cells"][cell]["source"] += ["\n", text or f"New in {tag}."]
            file.write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")
        self.organiser.release(tag, f"What is new in {tag}")
        return tag

    def update(self) -> Ran:
        """Let the machine update itself as its timer would; how it ends is the caller's to judge."""
        since = self.now()
        done = self.bed.run(f"systemctl start {UNIT}.service", "root")
        return Ran(done.status, self.said(since), done.seconds)

    def now(self) -> str:
        """Return the machine's time, for `said`."""
        return self.bed.root("date +%s").strip()

    def said(self, since: str) -> str:
        """Return what its updates have said."""
        # The journal may not have the last lines yet when the unit has ended.
        return self.bed.root(
            f"journalctl --sync; journalctl --quiet --output=cat --unit={UNIT} --since=@{since}"
        )

    def updates(self) -> bool:
        """Tell whether an update is at work."""
        state = self.bed.root(f"systemctl show --property=ActiveState --value {UNIT}.service")
        return state.strip() == "activating"

    def pull(self, *words: str) -> Ran:
        """Let somebody at the machine update it by hand, as root."""
        return self.bed.run(" ".join([f"{PREFIX}/venvs/jupyter/bin/workshop update machine", *words]), "root")

    def current(self) -> str:
        """Return the revision whose tree is the machine's own now."""
        return self.bed.root(f"readlink {PREFIX}/pull/current").strip()

    def everything(self) -> str:
        """Return a hash of each file of the participant's, and of what is the machine's own tree."""
        hashes = f"find {NOTEBOOKS} -type f -not -path '*/.*' -exec sha256sum {{}} + | sort"
        return self.bed.root(f"{hashes}; readlink {PREFIX}/pull/current; ls {PREFIX}/pull")


def changed(done: Ran) -> int:
    """Return how many changes Ansible told on the machine."""
    found = re.findall(r"^(?:localhost|workshop-[\w-]+) .*\bchanged=(\d+)", done.text, re.MULTILINE)
    assert found, done.text
    return int(found[-1])
