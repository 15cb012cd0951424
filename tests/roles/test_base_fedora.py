"""The base role: nobody is locked out, no port stays open, and no change waits for a later run."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import jinja2
import pytest
import yaml
from ansible_module import ROOT

ROLE = ROOT / "roles/base-fedora"
KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIA me"


def render(template: str, **variables: Any) -> str:
    jinja = jinja2.Environment(loader=jinja2.FileSystemLoader(ROLE / "templates"), trim_blocks=True)
    jinja.filters["bool"] = bool
    jinja.filters["split"] = str.split
    return jinja.get_template(template).render(**variables)


@pytest.mark.parametrize(
    ("passwords", "has_key", "password_lines"),
    [(False, True, ["no"]), (True, False, ["yes"]), (True, True, ["yes"]), (False, False, [])],
)
def test_passwords_go_only_when_a_key_is_there(
    passwords: bool, has_key: bool, password_lines: list[str]
) -> None:
    text = render(
        "10-workshop.conf.j2",
        base_fedora_ssh_password_authentication=passwords,
        base_fedora_ssh_permit_root_login="prohibit-password",
        __base_fedora_has_key=has_key,
    )
    assert re.findall(r"^PasswordAuthentication (\w+)$", text, re.M) == password_lines
    # Root who came in by a password must be let in again, too.
    assert bool(re.search(r"^PermitRootLogin ", text, re.M)) == bool(password_lines)
    assert "PermitEmptyPasswords no" in text


@pytest.mark.parametrize("ports", [["8080/tcp", "53/udp"], []])
def test_the_firewalls_service_has_the_ports_that_are_asked_for(ports: list[str]) -> None:
    text = render("workshop.xml.j2", base_fedora_open_ports=ports)
    found = re.findall(r'<port port="(\d+)" protocol="(\w+)"/>', text)
    assert [f"{port}/{protocol}" for port, protocol in found] == ports


@pytest.fixture
def accounts(tmp_path: Path) -> dict[str, str]:
    """An environment in which runuser takes a name's home from a folder of this test."""
    (tmp_path / "runuser").write_text(
        f'#!/bin/sh\nname=$2; shift 3; [ -d {tmp_path}/$name ] || exit 1\nHOME={tmp_path}/$name exec "$@"\n'
    )
    (tmp_path / "runuser").chmod(0o755)
    for name, text in {
        "with": KEY,
        "options": f'from="10.0.0.*",no-pty {KEY} of a restricted area',
        "forced": f'no-pty,command="x" {KEY}',
        "restricted": f"restrict {KEY}",
        "empty": "",
        "comment": f"# {KEY}",
        "command": "ssh-copy-id somewhere",
    }.items():
        (tmp_path / name / ".ssh").mkdir(parents=True)
        (tmp_path / name / ".ssh/authorized_keys").write_text(f"{text}\n")
    (tmp_path / "pipe/.ssh").mkdir(parents=True)
    os.mkfifo(tmp_path / "pipe/.ssh/authorized_keys")
    (tmp_path / "none").mkdir()
    return {**os.environ, "PATH": f"{tmp_path}:{os.environ['PATH']}"}


def test_accounts_with_a_key_are_found(accounts: dict[str, str]) -> None:
    names = [
        "with",
        "options",
        "forced",
        "restricted",
        "empty",
        "comment",
        "command",
        "pipe",
        "none",
        "nobody-of-this-name",
    ]
    done = subprocess.run(
        ["bash", ROLE / "files/accounts-with-keys.bash", *names],
        env=accounts,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.split() == ["with", "options"]


def variable(name: str, **known: Any) -> Any:
    """Work out a variable of the role's."""
    jinja = jinja2.Environment()
    jinja.filters["unique"] = lambda each: list(dict.fromkeys(each))
    jinja.tests["search"] = lambda text, pattern: bool(re.search(pattern, text))
    known = {
        "base_fedora_authorized_keys": [],
        "base_fedora_ssh_permit_root_login": "prohibit-password",
    } | known
    text = yaml.safe_load((ROLE / "vars/main.yml").read_text())[name]
    return yaml.safe_load(jinja.from_string(text).render(workshop_user="workshop", **known))


@pytest.mark.parametrize(
    ("facts", "root", "expected"),
    [
        ({"user_id": "root", "env": {}}, "prohibit-password", ["root"]),
        ({"user_id": "root", "env": {"SUDO_USER": "me"}}, "no", ["me"]),
        ({"user_id": "me", "env": {}}, "yes", ["me", "root"]),
    ],
)
def test_the_accounts_that_could_mend_the_machine(
    facts: dict[str, Any], root: str, expected: list[str]
) -> None:
    """The workshop's own is none of them: with its key alone nobody could become root any more."""
    known = {"ansible_facts": facts, "base_fedora_ssh_permit_root_login": root}
    assert variable("__base_fedora_accounts", **known) == expected


@pytest.mark.parametrize(
    ("accounts", "with_keys", "keys", "expected"),
    [
        (["root"], [], [KEY], False),
        (["me", "root"], ["me"], [], True),
        (["workshop", "root"], [], [KEY], True),
        (["workshop", "root"], [], [f'command="x" {KEY}'], False),
        (["workshop", "root"], [], [], False),
    ],
)
def test_a_key_counts_where_it_lets_somebody_mend_the_machine(
    accounts: list[str], with_keys: list[str], keys: list[str], expected: bool
) -> None:
    found = variable(
        "__base_fedora_has_key",
        __base_fedora_accounts=accounts,
        __base_fedora_with_keys={"stdout_lines": with_keys},
        base_fedora_authorized_keys=keys,
    )
    assert found is expected


def test_what_ansible_itself_makes_of_the_expressions(tmp_path: Path) -> None:
    """In a folded text it takes a backslash for itself, which Jinja alone does not."""
    ports = [
        # A firewall that ran before set-up came does not know the service yet.
        {"said": "", "then": []},
        {"said": "workshop\n  ports: 8081/tcp 53/udp\n  protocols: \nyes", "then": ["53/udp", "8081/tcp"]},
        {"said": "workshop\n  ports: \n  protocols: \nno", "then": []},
    ]
    keys = [{"key": KEY, "then": True}, {"key": "~/.ssh/id.pub", "then": False}]
    look = "ansible.builtin.assert"
    tasks = [
        {"ansible.builtin.include_vars": str(ROLE / "vars/main.yml")},
        {
            look: {"that": "__base_fedora_ports_let_in == item.then"},
            "vars": {"__base_fedora_running_ports": {"stdout": "{{ item.said }}"}},
            "loop": ports,
        },
        {look: {"that": "(item.key is match(__base_fedora_key)) == item.then"}, "loop": keys},
    ]
    play = {"hosts": "localhost", "connection": "local", "gather_facts": False, "tasks": tasks}
    (tmp_path / "play.yml").write_text(yaml.safe_dump([play]))
    words = [Path(sys.prefix) / "bin/ansible-playbook", "play.yml", "-i", "localhost,"]
    done = subprocess.run(words, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_what_is_no_key_is_refused(tmp_path: Path) -> None:
    pattern = yaml.safe_load((ROLE / "vars/main.yml").read_text())["__base_fedora_key"]
    for kind in ("ed25519", "rsa", "ecdsa"):
        words = ["ssh-keygen", "-q", "-t", kind, "-N", "", "-C", "a b", "-f", tmp_path / kind]
        subprocess.run(words, check=True)
        key = (tmp_path / f"{kind}.pub").read_text().strip()
        assert re.match(pattern, key)
        assert re.match(pattern, f'from="10.0.0.*",no-pty {key}')
        assert not re.match(pattern, f"# {key}")
        assert not re.match(pattern, f"{key}\n{key}")
    for wrong in (
        "",
        "~/.ssh/id_ed25519.pub",
        "ssh-ed25519",
        "ssh-ed25519 AAAA",
        "-----BEGIN OPENSSH PRIVATE KEY-----",
    ):
        assert not re.match(pattern, wrong)
    task = next(each for each in yaml.safe_load((ROLE / "tasks/main.yml").read_text()) if each.get("loop"))
    assert task["ansible.builtin.assert"]["that"] == "item is match(__base_fedora_key)"


@pytest.mark.parametrize(
    ("knows", "status", "calls"),
    [
        # 9.3 and newer: the file is read, and no host key is asked for.
        (True, 0, ["sshd -G -f /dev/null", "sshd -G -f {file}"]),
        (True, 1, ["sshd -G -f /dev/null", "sshd -G -f {file}"]),
        # Debian 12 and Enterprise Linux 9.
        (False, 0, ["sshd -G -f /dev/null", "ssh-keygen -A", "sshd -t -f {file}"]),
        (False, 1, ["sshd -G -f /dev/null", "ssh-keygen -A", "sshd -t -f {file}"]),
    ],
)
def test_sshd_itself_checks_its_settings_old_or_new(
    tmp_path: Path, knows: bool, status: int, calls: list[str]
) -> None:
    note = f'#!/bin/sh\necho "${{0##*/}} $*" >>{tmp_path}/calls\n'
    sshd = f'[ "$3" != /dev/null ] || exit {0 if knows else 1}\nexit {status}\n'
    for name, body in {"sshd": sshd, "ssh-keygen": "", "mkdir": ""}.items():
        (tmp_path / name).write_text(note + body)
        (tmp_path / name).chmod(0o755)
    (tmp_path / "mkdir").write_text("#!/bin/sh\n")
    (harden,) = (
        task["ansible.builtin.template"]
        for task in yaml.safe_load((ROLE / "tasks/machine.yml").read_text())
        if "ansible.builtin.template" in task
    )
    check = jinja2.Template(harden["validate"]).render(ansible_check_mode=False)
    file = tmp_path / "10-workshop.conf"
    # As Ansible calls it: words, without a shell.
    words = shlex.split(check.replace("/usr/sbin/sshd", str(tmp_path / "sshd")) % file)
    path = f"{tmp_path}:{os.environ['PATH']}"
    done = subprocess.run(words, env=os.environ | {"PATH": path}, check=False)
    assert done.returncode == status
    assert (tmp_path / "calls").read_text().splitlines() == [call.format(file=file) for call in calls]
