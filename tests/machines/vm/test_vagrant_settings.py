"""The Vagrantfile is valid for both providers, and a wrong setting is told in one line."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml
from vagrant_house import ROOT, House

pytestmark = [pytest.mark.machine, pytest.mark.slow, pytest.mark.xdist_group("libvirt")]


def pretend_virtualbox(house: House) -> None:
    """Vagrant asks VirtualBox for its version before it validates what is said of it."""
    folder = house.folder / "bin"
    folder.mkdir()
    command = folder / "VBoxManage"
    command.write_text("#!/bin/sh\necho 7.0.20r163906\n", encoding="utf-8")
    command.chmod(0o755)
    house.environment["PATH"] = f"{folder}:{house.environment['PATH']}"
    house.environment["VAGRANT_DEFAULT_PROVIDER"] = "virtualbox"


def test_valid_for_libvirt(house: House) -> None:
    done = house.run("validate")
    assert (done.returncode, done.stderr) == (0, "")


def test_valid_for_virtualbox(house: House) -> None:
    pretend_virtualbox(house)
    done = house.run("validate")
    assert (done.returncode, done.stderr) == (0, "")


WRONG: list[tuple[dict[str, Any], str]] = [
    ({"memory": "2G"}, 'memory must be a whole number of MiB from 1024 to 65536, not "2G"'),
    ({"memory": 512}, "memory must be a whole number of MiB from 1024 to 65536, not 512"),
    ({"cpus": 0}, "cpus must be a whole number from 1 to 32, not 0"),
    ({"cpus": True}, "cpus must be a whole number from 1 to 32, not true"),
    ({"name": "my workshop"}, 'name must be small letters, digits and hyphens, not "my workshop"'),
    ({"ansible": "maybe"}, 'ansible must be auto, host, guest, not "maybe"'),
    ({"playbook": ""}, 'playbook must be a file of this checkout, not ""'),
    ({"memroy": 2048}, "machine.local.yml: memroy is no setting; there are name, memory, cpus"),
    ({"box": {"url": "x"}}, "machine.local.yml: url is no setting; there are name, version"),
    ({"forwards": 8080}, "forwards must be a list of {name, guest, host}"),
    ({"forwards": [{"name": "ssh", "guest": 22}]}, "forwards must be a list of {name, guest, host}"),
    (
        {"forwards": [{"name": "ssh", "guest": 22, "host": 22}]},
        "forwards must be a list of {name, guest, host}",
    ),
    ({"forwards": [{"name": "jupyter", "guest": 8080, "host": 8080}]}, "one that is named ssh"),
    (
        {
            "forwards": [
                {"name": "ssh", "guest": 22, "host": 8080},
                {"name": "jupyter", "guest": 8080, "host": 8080},
            ]
        },
        "two forwards have the host 8080; each needs its own",
    ),
]


READ = """
module Vagrant
  module Errors
    class VagrantError < StandardError; end
  end
  module Util
    module Platform
      def self.windows? = ENV["ON"] == "windows"
    end
    module Which
      def self.which(command) = ENV["HAS"] == command ? "/usr/bin/#{command}" : nil
    end
  end
end
require ARGV[0]
settings = Workshop::Settings.read_or_abort(ARGV[1])
puts settings.ansible_on_host? ? "host" : "guest"
"""
"""The reader of the settings alone: with all of Vagrant around it each case would take seconds."""


def read(folder: Path, text: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Read the settings with this machine.local.yml; say where Ansible is to run."""
    shutil.copy(ROOT / "machine.yml", folder)
    (folder / "machine.local.yml").write_text(text, encoding="utf-8")
    command = ["ruby", "-e", READ, ROOT / "tools/vagrant/settings.rb", folder]
    return subprocess.run(command, capture_output=True, text=True, check=False, env=os.environ | environment)


@pytest.mark.parametrize(("values", "said"), WRONG, ids=[said[:40] for _, said in WRONG])
def test_a_wrong_setting(tmp_path: Path, values: dict[str, Any], said: str) -> None:
    done = read(tmp_path, yaml.safe_dump({"workshop_machine": values}))
    assert done.returncode == 1
    assert said in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("workshop_machine: [", "machine.local.yml is not YAML: line "),
        ("memory: 4096\n", "machine.local.yml must hold one key, workshop_machine"),
        ("workshop_machine: !ruby/object:Object {}\n", "machine.local.yml is not plain YAML"),
        ("", "machine.local.yml must hold one key, workshop_machine"),
    ],
)
def test_a_file_that_is_no_settings(tmp_path: Path, text: str, said: str) -> None:
    done = read(tmp_path, text)
    assert done.returncode == 1
    assert done.stderr.startswith(said)
    assert len(done.stderr.strip().splitlines()) == 1


@pytest.mark.parametrize(
    ("wish", "system", "command", "where"),
    [
        ("auto", "linux", "ansible-playbook", "host"),
        ("auto", "linux", "", "guest"),
        ("auto", "windows", "ansible-playbook", "guest"),
        ("host", "linux", "", "host"),
        ("guest", "linux", "ansible-playbook", "guest"),
    ],
)
def test_ansible_runs_on_the_host_that_has_it(
    tmp_path: Path, wish: str, system: str, command: str, where: str
) -> None:
    done = read(tmp_path, f"workshop_machine: {{ansible: {wish}}}\n", ON=system, HAS=command)
    assert (done.returncode, done.stderr, done.stdout) == (0, "", f"{where}\n")


def test_vagrant_says_what_is_wrong_in_one_line(house: House) -> None:
    house.settings(cpus=0)
    done = house.run("validate")
    assert done.returncode == 1
    assert (
        done.stderr == "machine.yml or machine.local.yml: cpus must be a whole number from 1 to 32, not 0\n"
    )


def test_what_is_set_locally_wins_and_the_rest_stays(house: House) -> None:
    house.settings(
        memory=4096, box={"version": "9.9", "libvirt": {"sha256": "f" * 64, "url": "file:///none.box"}}
    )
    assert house.run("validate").returncode == 0
    assert "Box 'fedora-43-cloud-base-9.9' could not be found" in house.run("up").stdout


def test_ansible_reads_the_same_settings(house: House) -> None:
    names = ("jupyter", "tensorboard", "start-page")
    forwards = [{"name": name, "guest": 9000 + n, "host": 9100 + n} for n, name in enumerate(names)]
    house.settings(forwards=[*forwards, {"name": "ssh", "guest": 22, "host": 9200}])
    asked = (
        "{{ [workshop_jupyter_port, workshop_tensorboard_port, workshop_web_port, ansible_port] | to_json }}"
    )
    command = ["ansible", "-i", "inventories/vagrant", "workshop", "-m", "ansible.builtin.debug", "-a"]
    done = subprocess.run(
        [*command, f"msg={asked}"], cwd=house.checkout, capture_output=True, text=True, check=True
    )
    assert "[9000, 9001, 9002, 9200]" in done.stdout


def test_every_place_of_the_pinned_box_names_its_version() -> None:
    text = (ROOT / "machine.yml").read_text(encoding="utf-8")
    box = yaml.safe_load(text)["workshop_machine"]["box"]
    release = box["name"].split("-")[1]
    for place in (box["checksums"], box["virtualbox"]["url"], box["libvirt"]["url"]):
        assert place.startswith("https://")
        assert f"/releases/{release}/" in place
        assert f"-{release}-{box['version']}" in place
