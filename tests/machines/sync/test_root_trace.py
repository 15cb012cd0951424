"""Root trusts nobody: all that its processes do in a set-up and an update is traced and judged."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from machines.local.bed import OURS
from updating import PREFIX, UNIT, USER, UpdatingMachine

pytestmark = [pytest.mark.machine, pytest.mark.slow]

TRACE = "/srv/workshop/tools/testbed/root-trace"
TRACED_UPDATE = f"""
[Service]
ExecStart=
ExecStart={TRACE}.sh {PREFIX}/venvs/jupyter/bin/workshop update machine
CapabilityBoundingSet=CAP_SYS_PTRACE
"""
# The Python is Debian's own, whose C headers only Theano would need.
PREPARE = """
apt-get update --quiet=2
DEBIAN_FRONTEND=noninteractive apt-get install --yes --quiet=2 --no-install-recommends strace git
headers=$(python3 -c 'import sysconfig; print(sysconfig.get_path("include"))')
mkdir -p "$headers"
touch "$headers/Python.h"
"""
NOTEBOOK = "0-basics/10-theano-basics.ipynb"


@pytest.fixture(scope="module")
def traced(tmp_path_factory: pytest.TempPathFactory) -> Iterator[UpdatingMachine]:
    if os.geteuid() != 0 or not shutil.which("podman"):
        pytest.skip("needs root's podman.trace")
    folder = Path(tmp_path_factory.mktemp("traced", numbered=True))
    for above in list(folder.parents)[:2]:
        above.chmod(0o755)  # the machine's accounts read what root's pytest keeps to itself
    machine = UpdatingMachine(folder, name=f"workshop-traced-{OURS}", wrapper=f"{TRACE}.sh --leave")
    machine.start()
    machine.bed.root(PREPARE)
    machine.bed.root(f"mkdir -p /run/systemd/system/{UNIT}.service.d")
    machine.write(f"/run/systemd/system/{UNIT}.service.d/trace.conf", TRACED_UPDATE, "root")
    yield machine
    machine.bed.stop()


def test_root_neither_wrote_nor_read_nor_ran_what_an_account_can_change(traced: UpdatingMachine) -> None:
    done = traced.play(traced.folder / "first/playbooks/site.yml", deep_libs_kernels=[])
    assert done.status == 0, done.text
    tag = traced.release(NOTEBOOK)
    update = traced.update()
    assert update.status == 0 and tag in update.text, update.text
    # A trace that misses this misses everything.
    theirs = f"/home/{USER}/.profile"
    traced.bed.root(f"{TRACE}.sh cat {theirs}")
    lines = traced.bed.run(f"{TRACE}.py").text.splitlines()
    control = [line for line in lines if theirs in line and line.startswith("/usr/bin/cat")]
    assert control
    assert lines == control, "\n".join(lines)
    # It saw what set-up and the update are made of.
    programs = traced.bed.root("cat /run/root-trace/process.* | grep -o '^execve(\"[^\"]*' | sort -u")
    for program in ("/uv/bin/uv", "useradd", "bin/ansible-pull", "bin/git", "runuser"):
        assert program in programs, programs
