"""A machine updates itself from a git server, from a stick and over ssh, and is attacked meanwhile.

The tests build on each other, in this order: months in the life of one vm.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from machines.local.bed import record
from sync.organiser import new_key
from updating import NOTEBOOKS, PREFIX, UNIT, USER, UpdatingMachine, changed
from waiting import wait_until

pytestmark = [pytest.mark.machine, pytest.mark.slow]

EDITED, UNEDITED, OPEN = "1-mnist/10-mlp.ipynb", "0-basics/10-theano-basics.ipynb", "1-mnist/20-cnn.ipynb"
SOON = f"/run/systemd/system/{UNIT}.timer.d/soon.conf"


def text(vm: UpdatingMachine, name: str) -> str:
    """Return all sources of the participant's notebook."""
    return "\n".join("".join(cell["source"]) for cell in vm.notebook(name)["cells"])


def test_keys_and_address_are_roots_and_units_hold_no_secret(vm: UpdatingMachine) -> None:
    for name in ("allowed-signers", "updates.toml"):
        assert vm.bed.root(f"stat -c %U:%a {PREFIX}/etc/{name}").strip() == "root:644"
    # What an organiser gives along may be a secret.
    assert vm.bed.root(f"stat -c %U:%G:%a {PREFIX}/etc/pull-variables.json").strip() == f"root:{USER}:640"
    token = vm.read(f"{PREFIX}/etc/token").strip()
    assert token not in vm.bed.root(
        f"cat /etc/systemd/system/{UNIT}.* {PREFIX}/etc/pull-variables.json {PREFIX}/etc/updates.toml"
    )
    told = vm.bed.run(f"echo evil >>{PREFIX}/etc/allowed-signers", USER)
    assert told.status != 0


def test_the_timer_fires_and_the_update_keeps_an_edit_and_brings_what_is_new(vm: UpdatingMachine) -> None:
    shown = vm.bed.root(f"systemctl show {UNIT}.timer -p Persistent -p RandomizedDelayUSec -p ActiveState")
    assert {"Persistent=yes", "RandomizedDelayUSec=2h", "ActiveState=active"} <= set(shown.splitlines())
    vm.edit(EDITED, -1, "# mine")
    # One that the machine never sees, but which somebody may offer it later instead of what it has by then.
    vm.release(UNEDITED)
    tag = vm.release(EDITED, UNEDITED)
    soon = "[Timer]\nOnCalendar=\nOnCalendar=*:*:0/5\nRandomizedDelaySec=0\nAccuracySec=1s\n"
    vm.bed.root(f"mkdir -p $(dirname {SOON})")
    vm.write(SOON, soon, "root")
    since = vm.now()
    vm.bed.root(f"systemctl daemon-reload && systemctl restart {UNIT}.timer")
    try:
        wait_until(vm.updates, 90, "the timer starts an update", every=1.0)
    finally:
        # Once is enough; what it started goes on.
        vm.bed.root(f"rm {SOON}; systemctl daemon-reload; systemctl restart {UNIT}.timer")
    wait_until(lambda: not vm.updates(), 300, "the update ends", every=1.0)
    said = vm.said(since)
    assert f"{EDITED}: merged" in said, said
    assert vm.bed.root(f"systemctl show --property=Result --value {UNIT}.service").strip() == "success", said
    assert f"New in {tag}." in text(vm, UNEDITED)
    assert f"New in {tag}." in text(vm, EDITED)
    assert "# mine" in text(vm, EDITED)
    assert set(vm.bed.root(f"find {NOTEBOOKS} -printf '%u\\n'").split()) == {USER}


def test_the_second_update_changes_nothing(vm: UpdatingMachine) -> None:
    before = vm.everything()
    done = vm.update()
    assert done.status == 0, done.text
    record("sync: one update of a machine by itself", done.seconds)
    assert changed(done) == 0, done.text
    assert vm.everything() == before


def ask_jupyter(vm: UpdatingMachine, verb: str, address: str, **body: object) -> str:
    """Ask Jupyter as a browser would; return its answer."""
    token = vm.read(f"{PREFIX}/etc/token").strip()
    script = (
        "import json, sys, urllib.request as u; verb, path, token, body = sys.argv[1:]\n"
        "r = u.Request('http://127.0.0.1:8080' + path, body.encode() or None, method=verb,\n"
        "    headers={'Authorization': 'token ' + token, 'Content-Type': 'application/json'})\n"
        "print(u.build_opener(u.ProxyHandler({})).open(r, timeout=60).read().decode())\n"
    )
    vm.write("/tmp/ask.py", script, "root")
    document = json.dumps(body) if body else ""
    return vm.bed.root(f"python3 /tmp/ask.py {verb} {address} {token} '{document}'")


def add_evil_task(vm: UpdatingMachine) -> None:
    """Let the next revision's playbook leave a mark if ever it runs."""
    book = vm.organiser.folder / "playbooks/notebook-sync.yml"
    evil = "- hosts: all\n  tasks:\n    - command: touch /tmp/owned\n"
    book.write_text(evil + book.read_text(encoding="utf-8").replace("---\n", ""), encoding="utf-8")


def unsigned(vm: UpdatingMachine) -> None:
    add_evil_task(vm)
    vm.organiser.key = None
    # Without any signed tag below the branch; those of before are taken away.
    for tag in vm.organiser.git("tag").split():
        vm.organiser.git("tag", "--delete", tag)
    vm.organiser.commit()


def wrong_key(vm: UpdatingMachine) -> None:
    unsigned(vm)
    vm.organiser.key = new_key(vm.folder / f"stranger-{time.monotonic_ns()}", "key")
    vm.organiser.git("tag", "--sign", "--message=Trust me", "v99")


def rollback(vm: UpdatingMachine) -> None:
    vm.organiser.git("reset", "--quiet", "--hard", "v1")


def assert_refused(vm: UpdatingMachine, attack: Callable[[UpdatingMachine], None]) -> None:
    """The machine takes nothing of what the organiser's repository is now; then it is again as it was."""
    before, git, key = vm.everything(), vm.organiser.git, vm.organiser.key
    head, tags = (
        git("rev-parse", "HEAD"),
        git("for-each-ref", "--format=%(refname) %(objectname)", "refs/tags"),
    )
    try:
        attack(vm)
        done = vm.update()
        assert done.status != 0, attack.__name__
        assert "nothing was changed" in done.text, f"{attack.__name__}: {done.text}"
        assert "Traceback" not in done.text, f"{attack.__name__}: {done.text}"
        assert vm.everything() == before, attack.__name__
        assert vm.bed.run("test -e /tmp/owned", "root").status != 0, attack.__name__
    finally:
        vm.organiser.key = key
        git("reset", "--quiet", "--hard", head)
        for tag in git("tag").split():
            git("tag", "--delete", tag)
        for line in tags.splitlines():
            git("update-ref", *line.split())


def test_attacks_are_refused_and_nothing_of_them_runs(vm: UpdatingMachine) -> None:
    """That the machine goes on, the next update shows."""
    for attack in (unsigned, wrong_key, rollback):
        assert_refused(vm, attack)


@contextmanager
def held_open(vm: UpdatingMachine, name: str) -> Iterator[None]:
    """Have a browser hold a notebook's kernel: without a connection it only idles and nothing can be lost."""
    session = json.loads(
        ask_jupyter(
            vm, "POST", "/api/sessions", path=name, type="notebook", name="", kernel={"name": "python3"}
        )
    )
    hold = (
        "import asyncio, tornado.websocket, tornado.httpclient\n"
        "async def main():\n"
        f"    url = 'ws://127.0.0.1:8080/api/kernels/{session['kernel']['id']}/channels'\n"
        f"    token = open('{PREFIX}/etc/token').read().strip()\n"
        "    request = tornado.httpclient.HTTPRequest(url, headers={'Authorization': 'token ' + token})\n"
        "    await tornado.websocket.websocket_connect(request)\n"
        "    await asyncio.sleep(600)\n"
        "asyncio.run(main())\n"
    )
    vm.write("/tmp/hold.py", hold, "root")
    vm.bed.root(f"systemd-run --quiet --unit=browser {PREFIX}/venvs/jupyter/bin/python /tmp/hold.py")

    def connected() -> bool:
        return '"connections": 1' in ask_jupyter(vm, "GET", "/api/sessions")

    try:
        wait_until(connected, 30, "somebody connects with the kernel", every=0.3)
        yield
    finally:
        vm.bed.root("systemctl stop browser")
        ask_jupyter(vm, "DELETE", f"/api/sessions/{session['id']}")


@contextmanager
def broken_ansible(vm: UpdatingMachine) -> Iterator[None]:
    """Have the machine's Ansible fail."""
    ansible = f"{PREFIX}/venvs/control/bin/ansible-playbook"
    stub = f"printf '#!/bin/sh\\nexit 1\\n' >{ansible} && chmod +x {ansible}"
    vm.bed.root(f"mv {ansible} {ansible}.away && {stub}")
    try:
        yield
    finally:
        vm.bed.root(f"mv -f {ansible}.away {ansible}")


@contextmanager
def silent_organiser(vm: UpdatingMachine) -> Iterator[None]:
    """Have the organiser's server not answer."""
    vm.bed.root("systemctl kill --signal=STOP organiser")
    try:
        yield
    finally:
        vm.bed.root("systemctl kill --signal=CONT organiser")


def test_a_failed_run_is_tried_again_and_an_open_notebook_waits_until_it_is_closed(
    vm: UpdatingMachine,
) -> None:
    with held_open(vm, OPEN):
        tag = vm.release(UNEDITED, OPEN)
        with broken_ansible(vm):
            assert vm.update().status != 0
        with silent_organiser(vm):
            done = vm.update()
        assert done.status == 0, done.text
        assert "finished what the last pull began" in done.text
        assert f"New in {tag}." in text(vm, UNEDITED)
        assert f"{OPEN}: deferred" in done.text
        assert f"New in {tag}." not in text(vm, OPEN)
    done = vm.update()
    assert done.status == 0, done.text
    assert f"New in {tag}." in text(vm, OPEN)


def make_stick(vm: UpdatingMachine) -> str:
    """Write what the organiser has onto a stick; return where the machine sees it."""
    stick = vm.folder / "stick"
    stick.mkdir(exist_ok=True)
    vm.organiser.git("bundle", "create", "--quiet", str(stick / "workshop.bundle"), "main", "--tags")
    return "/srv/organiser/stick"


def test_a_stick_updates_the_machine_without_network(vm: UpdatingMachine) -> None:
    with silent_organiser(vm):
        tag = vm.release(UNEDITED)
        done = vm.pull("--from", make_stick(vm))
        assert done.status == 0, done.text
        assert f"New in {tag}." in text(vm, UNEDITED)
        offline = vm.update()
        assert offline.status == 0
        assert "nothing done, offline" in offline.text


def test_a_stick_with_a_wrong_signature_is_refused(vm: UpdatingMachine) -> None:
    before, key = vm.everything(), vm.organiser.key
    head = vm.organiser.git("rev-parse", "HEAD")
    try:
        wrong_key(vm)
        done = vm.pull("--from", make_stick(vm))
        assert done.status == 1
        assert "key that you trust" in done.text
        assert vm.everything() == before
    finally:
        vm.organiser.key = key
        vm.organiser.git("reset", "--quiet", "--hard", head)


def test_an_older_checkout_does_not_take_back_what_came_since(vm: UpdatingMachine) -> None:
    """Set-up, run again from there, has nothing to do."""
    before = vm.everything()
    done = vm.play(vm.folder / "first/playbooks/notebook-sync.yml")
    assert done.status == 0, done.text
    assert changed(done) == 0, done.text
    assert vm.everything() == before


def test_an_organiser_sees_who_is_behind_and_brings_it_over_ssh(vm: UpdatingMachine) -> None:
    tag = vm.release(UNEDITED)
    book, before = vm.organiser.folder / "playbooks/notebook-sync.yml", vm.everything()
    seen = vm.play(book, "--check", "--diff", notebook_sync_carry=True)
    assert seen.status == 0, seen.text
    assert f"{UNEDITED}: updated, there is a newer version" in seen.text
    assert "would change 1 files" in seen.text
    assert vm.everything() == before
    brought = vm.play(book, notebook_sync_carry=True)
    assert brought.status == 0, brought.text
    assert "changed 1 files" in brought.text
    assert f"New in {tag}." in text(vm, UNEDITED)
    assert not vm.bed.root("ls -d /tmp/workshop-* 2>/dev/null || true").strip()
