"""A machine that an earlier version set up becomes a new one, by its own update and by one set-up."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from machines.local.bed import ROOT, Ran
from updating import NOTEBOOKS, PREFIX, UNIT, USER, UpdatingMachine, changed, copy_checkout

pytestmark = [pytest.mark.machine, pytest.mark.release]


BEFORE = "d28d32e78c19cbf7a46ac5d008be97541f24d9a7"
"""The last version before the house was made smaller."""
# This version has another text in the cell that is edited, so the new notebook is saved next to it.
EDITED, UNEDITED, OWN = "1-mnist/10-mlp.ipynb", "1-mnist/20-cnn.ipynb", "my notes.ipynb"


@pytest.fixture
def vm(tmp_path: Path) -> Iterator[UpdatingMachine]:
    """A machine of an earlier version that took an update of that time, and on which somebody worked."""
    known = ["git", "cat-file", "-e", f"{BEFORE}^{{commit}}"]
    if subprocess.run(known, cwd=ROOT, stderr=subprocess.DEVNULL, check=False).returncode:
        pytest.skip(f"this clone is shallow: it lacks {BEFORE[:8]}")
    for above in list(tmp_path.parents)[:2]:
        above.chmod(0o755)
    folder = tmp_path / "organiser"
    folder.mkdir()
    vm = UpdatingMachine(folder, name="workshop-before", revision=BEFORE)
    vm.start()
    try:
        done = vm.set_up()
        assert done.status == 0, done.text
        work(vm)
        yield vm
    finally:
        vm.bed.stop()


def work(vm: UpdatingMachine) -> None:
    """Let the participant edit, take an update, edit again and begin a notebook of their own."""
    vm.edit(EDITED, -1, "# mine, early")
    vm.release(UNEDITED)
    assert vm.update().status == 0
    vm.edit(EDITED, -1, "# mine, late")
    vm.write(f"{NOTEBOOKS}/{OWN}", vm.read(f"{NOTEBOOKS}/{EDITED}"))


def publish_this_version(vm: UpdatingMachine) -> str:
    """Let the organiser release what is here now; return the tag."""
    for entry in vm.organiser.folder.iterdir():
        if entry.name != ".git":
            shutil.rmtree(entry) if entry.is_dir() else entry.unlink()
    copy_checkout(vm.organiser.folder)
    return vm.release(EDITED, UNEDITED)


def hold(vm: UpdatingMachine, tag: str = "") -> None:
    """Assert that nothing of the participant's is lost, and that what is new in a release arrived."""
    edited = json.dumps(vm.notebook(EDITED))
    assert "# mine, early" in edited
    assert "# mine, late" in edited
    assert "# mine, late" in json.dumps(vm.notebook(OWN))
    assert not tag or f"New in {tag}." in json.dumps(vm.notebook(UNEDITED))
    assert set(vm.bed.root(f"find {NOTEBOOKS} -printf '%u\\n'").split()) == {USER}


def test_by_its_own_update(vm: UpdatingMachine) -> None:
    token = vm.read(f"{PREFIX}/etc/token")
    tag = publish_this_version(vm)
    done = vm.update()
    assert done.status == 0, done.text
    hold(vm, tag)
    assert f"New in {tag}." in vm.bed.root(
        f"cat {NOTEBOOKS}/{EDITED.removesuffix('.ipynb')}.upstream-*.ipynb"
    )
    # What is new now updates itself on.
    tag = vm.release(UNEDITED)
    done = vm.update()
    assert done.status == 0, done.text
    hold(vm, tag)
    again = vm.update()
    assert again.status == 0, again.text
    assert changed(again) == 0, again.text
    assert vm.read(f"{PREFIX}/etc/token") == token


def set_up_new(vm: UpdatingMachine) -> Ran:
    return vm.play(vm.folder / "now/playbooks/set-up.yml", workshop_source="/srv/organiser/now")


def test_by_one_set_up(vm: UpdatingMachine) -> None:
    token = vm.read(f"{PREFIX}/etc/token")
    tag = publish_this_version(vm)
    shutil.copytree(vm.organiser.folder, vm.folder / "now", ignore=shutil.ignore_patterns(".git"))
    shutil.copy(vm.folder / "first/playbooks/set-up.yml", vm.folder / "now/playbooks/set-up.yml")
    done = set_up_new(vm)
    assert done.status == 0, done.text
    # The notebooks are still those that the machine took on its organiser's word: a newer checkout has none.
    hold(vm)
    again = set_up_new(vm)
    assert again.status == 0, again.text
    assert changed(again) == 0, again.text
    assert vm.read(f"{PREFIX}/etc/token") == token
    # The doors stand, each with the new code behind it, and the old version's units are gone or replaced.
    vm.bed.wait_until_listens(8080)
    units = vm.bed.root("systemctl list-units --all --no-legend --plain 'update-*' 'jupyter*' 'workshop*'")
    assert "not-found" not in units, units
    assert vm.bed.root(f"systemctl is-active {UNIT}.timer").strip() == "active"
    updated = vm.update()
    assert updated.status == 0, updated.text
    hold(vm, tag)
