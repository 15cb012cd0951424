"""The playbook of a verified tree really runs, on this machine, in a clean environment."""

import json
import sys
from pathlib import Path

import pytest

from workshop.errors import WorkshopError
from workshop.pull.play import _environment, ansible_playbook, play

ANSIBLE = Path(sys.prefix) / "bin/ansible-playbook"

BOOK = """
- hosts: all
  gather_facts: false
  tasks:
    - name: Write what set-up wrote down, and what was told this time
      ansible.builtin.copy:
        content: "{{ workshop_user }} {{ workshop_source }} {{ lookup('ansible.builtin.env', 'PYTHONPATH') }}"
        dest: "{{ workshop_prefix }}/result"
        mode: "0644"
      when: not fail_here
    - name: Give up
      ansible.builtin.fail:
        msg: there is no room
      when: fail_here
"""


@pytest.fixture
def prefix(tmp_path: Path) -> Path:
    """A machine whose Ansible is that of this environment."""
    if not ANSIBLE.exists():
        pytest.skip("needs ansible-playbook in this environment")
    prefix = tmp_path / "prefix"
    (prefix / "venvs/control/bin").mkdir(parents=True)
    (prefix / "venvs/control/bin/ansible-playbook").symlink_to(ANSIBLE)
    (prefix / "etc").mkdir()
    known = {"workshop_user": "learner", "workshop_prefix": str(prefix)}
    (prefix / "etc/pull-variables.json").write_text(json.dumps(known))
    tree = tmp_path / "tree"
    (tree / "playbooks").mkdir(parents=True)
    (tree / "ansible.cfg").write_text("[defaults]\n")
    (tree / "playbooks/book.yml").write_text(BOOK)
    return prefix


def run(prefix: Path, check: bool = False, **variables: object) -> int:
    told = {"workshop_source": "here", "fail_here": False} | variables
    return play(prefix, prefix.parent / "tree", "playbooks/book.yml", told, check).changed


def test_it_runs_with_the_variables_and_a_second_run_changes_nothing(
    prefix: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONPATH", "/somebody/elses")
    assert run(prefix, check=True) == 1
    assert not (prefix / "result").exists()
    assert run(prefix) == 1
    assert (prefix / "result").read_text() == "learner here "
    assert run(prefix) == 0


@pytest.mark.parametrize("name", ["http_proxy", "https_proxy", "all_proxy", "no_proxy"])
@pytest.mark.parametrize("spelling", [str.lower, str.upper])
def test_a_companys_network_is_handed_on_in_both_spellings(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, spelling: type[str]
) -> None:
    for known in (name, name.upper()):
        monkeypatch.delenv(known, raising=False)
    monkeypatch.setenv(spelling(name), "proxy.example:3128")
    given = _environment(tmp_path, tmp_path)
    assert given[name] == given[name.upper()] == "proxy.example:3128"


def test_a_failed_task_is_one_line(prefix: Path) -> None:
    with pytest.raises(WorkshopError, match=r"not complete \(.*\); the next pull tries again") as told:
        run(prefix, fail_here=True)
    assert "\n" not in str(told.value)


def test_what_is_missing_is_named(prefix: Path) -> None:
    with pytest.raises(WorkshopError, match=r"has no playbooks/other\.yml"):
        play(prefix, prefix.parent / "tree", "playbooks/other.yml", {})
    with pytest.raises(WorkshopError, match="no Ansible of its own"):
        ansible_playbook(prefix / "elsewhere")
