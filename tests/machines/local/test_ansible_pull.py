"""A desktop where somebody is logged in, whose own systemd keeps what ``ansible-pull`` sets up.

The tests build on each other, from a bare machine to a bare machine.
"""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterator

import pytest
from bed import CHECKOUT, OURS, SERVICES, USER, Bed, Ran, record
from traces import files, unexpected

pytestmark = [pytest.mark.machine, pytest.mark.slow]

UNITS = "workshop-jupyter workshop-tensorboard workshop-web"
UNIT = "~/.config/systemd/user/workshop-web.service"
AS_USER = f"XDG_RUNTIME_DIR=/run/user/$(id -u {USER}) systemctl --user"
PREFIX = f"/home/{USER}/.workshop"
NOTEBOOKS = f"/home/{USER}/workshop-notebooks"
DOWNLOADS = f"/home/{USER}/downloads"
NOTEBOOK = "0-basics/10-theano-basics.ipynb"
PULLED = f"cd /home/{USER}/.ansible/pull/* && "
# As the manual has it; that there are downloads of earlier machines, no TensorFlow, and one lesson to
# compile, is the tests' own.
LESS = {
    "workshop_cache": DOWNLOADS,
    "python_venv_names": ["jupyter", "theano", "control"],
    "deep_libs_kernels": ["theano"],
    "deep_libs_warm_lessons": [NOTEBOOK.removesuffix(".ipynb")],
}
PULL = f"ansible-pull -U file://{CHECKOUT} -i local BOOK -e {shlex.quote(json.dumps(LESS))}"
COMMIT = "git -c user.name=o -c user.email=o@x commit --quiet --all --message=x"


def pull(bed: Bed, book: str, *words: str) -> Ran:
    return bed.run(f"cd ~ && {PULL.replace('BOOK', book)} {shlex.join(words)}", seconds=1500)


@pytest.fixture(scope="module")
def desk() -> Iterator[Bed]:
    """A machine on which a plain user has logged in, with Ansible from the distribution and a repository."""
    bed = Bed(f"workshop-desk-{OURS}", kind="desk", downloads=DOWNLOADS)
    bed.start()
    bed.bring_checkout()
    # First: a package of it opens a session of everybody's, and with the end of that their systemd ends.
    bed.root(
        "apt-get update --quiet=2; apt-get install --yes --quiet=2 --no-install-recommends ansible-core git"
    )
    bed.root(f"systemctl start user@$(id -u {USER}).service")
    made = bed.run(f"cd {CHECKOUT} && git init --quiet --initial-branch=main && git add --all && {COMMIT}")
    assert made.status == 0, made.text
    yield bed
    bed.stop()


@pytest.fixture(scope="module")
def before(desk: Bed) -> set[str]:
    return files(desk)


@pytest.fixture(scope="module")
def set_up_desk(desk: Bed, before: set[str]) -> Bed:
    done = pull(desk, "site.yml")
    assert done.status == 0, done.text
    record("ansible-pull site.yml, systemd --user: a bare machine, warm downloads", done.seconds)
    return desk


def test_the_users_own_systemd_keeps_the_services(set_up_desk: Bed) -> None:
    states = set_up_desk.run(f"{AS_USER} is-active {UNITS}").text.split()
    assert states == ["active"] * 3
    assert not set_up_desk.root("ls /etc/systemd/system | grep workshop || true").strip()


def test_nothing_of_the_workshop_lies_in_the_checkout_of_ansible_pull(set_up_desk: Bed) -> None:
    status = set_up_desk.run(f"{PULLED} git status --porcelain --ignored")
    assert status.status == 0
    assert [line for line in status.text.splitlines() if not line.endswith("__pycache__/")] == []
    assert set_up_desk.exists(f"{PREFIX}/venvs/control/bin/ansible-pull")


def test_the_services_behave_as_on_every_machine(set_up_desk: Bed) -> None:
    set_up_desk.behaves("test_services.py", PREFIX)


def test_they_outlive_the_session(set_up_desk: Bed) -> None:
    assert "Linger=yes" in set_up_desk.root(f"loginctl show-user {USER} --property=Linger")


def test_the_second_run_changes_nothing(set_up_desk: Bed) -> None:
    done = pull(set_up_desk, "site.yml")
    assert done.status == 0, done.text
    assert done.changed == 0, done.text


def test_a_new_revision_brings_notebooks_and_keeps_an_edit(set_up_desk: Bed) -> None:
    bed = set_up_desk
    mine, theirs = f"{NOTEBOOKS}/{NOTEBOOK}", f"{CHECKOUT}/notebooks/{NOTEBOOK}"
    edit(bed, mine, -1, "# mine")
    edit(bed, theirs, 0, "# theirs")
    assert bed.run(f"cd {CHECKOUT} && {COMMIT}").status == 0
    done = pull(bed, "playbooks/notebook-sync.yml")
    assert done.status == 0, done.text
    assert f"{NOTEBOOK}: merged" in done.text
    both = bed.root(f"cat {mine}")
    assert "# mine" in both and "# theirs" in both


def edit(bed: Bed, path: str, cell: int, text: str) -> None:
    """Write a line into a cell."""
    script = (
        "import json, sys; path, cell, text = sys.argv[1:]; book = json.load(open(path))\n"
        "book['cells'][int(cell)]['source'] += ['\\n', text]; json.dump(book, open(path, 'w'), indent=1)"
    )
    done = bed.run(shlex.join(["python3", "-c", script, path, str(cell), text]))
    assert done.status == 0, done.text


def assert_repaired(bed: Bed, done: Ran, unit: str) -> None:
    """A pull told its changes, and the unit of the pages is as set-up made it."""
    assert done.status == 0, done.text
    assert done.changed > 0, done.text
    assert bed.run(f"{AS_USER} is-enabled workshop-web").text.strip() == "enabled"
    assert bed.listens(8082)
    assert bed.run(f"cat {UNIT}").text == unit
    assert bed.run(f"stat -c %a {UNIT}").text.strip() == "644"


def test_a_unit_that_was_disabled_and_opened_is_repaired_and_said(set_up_desk: Bed) -> None:
    bed, unit = set_up_desk, set_up_desk.run(f"cat {UNIT}").text
    assert bed.run(f"{AS_USER} disable --quiet workshop-web && chmod 666 {UNIT}").status == 0
    assert_repaired(bed, pull(bed, "site.yml", "--tags", "js-demos"), unit)


def test_stop_stops_and_a_pull_starts_again_and_repairs_what_was_edited(set_up_desk: Bed) -> None:
    bed, unit = set_up_desk, set_up_desk.run(f"cat {UNIT}").text
    stopped = bed.run(f"{PULLED} ./local/stop.bash")
    assert stopped.status == 0, stopped.text
    assert not any(bed.listens(port) for port in (8080, 8081, 8082))
    assert bed.run(f"echo '# mine' >>{UNIT}").status == 0
    assert_repaired(bed, pull(bed, "site.yml", *SERVICES), unit)
    assert all(bed.listens(port) for port in (8080, 8081, 8082))


def test_uninstall_takes_away_what_set_up_made_and_keeps_notebooks(
    set_up_desk: Bed, before: set[str]
) -> None:
    bed = set_up_desk
    written = json.loads(bed.root(f"cat {PREFIX}/etc/before-set-up.json"))
    assert written["known"] and not any(written[name] for name in ("notebooks", "data", "linger"))
    bed.run(f"echo mine >{PREFIX}/mine")
    warming = bed.run(f"{PREFIX}/venvs/jupyter/bin/workshop lessons warm --background")
    assert warming.status == 0, warming.text
    # Its services, and what compiles in the background.
    at_work = "pgrep --full '[.]workshop/venvs'"
    assert bed.run(at_work).status == 0
    done = bed.run(f"{PULLED} ./local/uninstall.bash")
    assert done.status == 0, done.text
    assert bed.run(at_work).status == 1
    assert f"Notebooks stay: {NOTEBOOKS}" in done.text
    assert "Packages stay: " in done.text
    left = unexpected(bed, before)
    assert {name for name in left if not name.startswith((f"{NOTEBOOKS}/", f"{PREFIX}/state/"))} == {
        NOTEBOOKS,
        PREFIX,
        f"{PREFIX}/mine",
        f"{PREFIX}/state",  # the backups of notebooks
    }
    assert "# mine" in bed.root(f"cat {NOTEBOOKS}/{NOTEBOOK}")
    assert not any(bed.listens(port) for port in (8080, 8081, 8082))
    # Nobody is logged in, so that logind itself need not know the account any more.
    assert not bed.exists(f"/var/lib/systemd/linger/{USER}")
