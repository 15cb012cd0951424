"""Set-up understands the words after -e as Ansible does, before Ansible is there."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
from canaries import GIVEN

ROOT = Path(__file__).resolve().parents[2]
NAMES = ["workshop_prefix", "workshop_cache", "workshop_stick"]
YAML = """\
---
# Ours.
workshop_prefix: /srv/a b   # with a blank
"workshop_stick": '/media/stick #1'
datasets_names: [mnist]
workshop_cache: "/srv/c"
"""


def read(*words: str) -> dict[str, str] | str:
    """Return what is understood, or the one line that says why nothing is."""
    command = [sys.executable, str(ROOT / "tools/read-extra-vars.py"), ",".join(NAMES), *words]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        assert done.stderr.count("\n") == 1
        return done.stderr
    parts = done.stdout.split("\0")[:-1]
    return dict(zip(parts[::2], parts[1::2], strict=True))


ANSIBLE = """\
import json, os, sys
from ansible.cli.adhoc import AdHocCLI
from ansible.parsing.dataloader import DataLoader
from ansible.utils.vars import load_extra_vars

for name, words in json.loads(sys.argv[1]).items():
    # It takes one command a process, and to start takes longer than to read.
    if os.fork() == 0:
        AdHocCLI(["ansible", "localhost", *words]).parse()
        print(json.dumps([name, load_extra_vars(DataLoader())], default=str), flush=True)
        os._exit(0)
    os.wait()
"""
"""Reads words as the command does."""


WORDS = {
    "pairs": ["-e", "workshop_prefix=/a workshop_cache=/b"],
    "one word": ["-eworkshop_prefix=/a", "--extra-vars=workshop_cache=/b"],
    "a quoted blank": ["-e", "workshop_prefix='/a b' other=1"],
    "JSON": ["-e", '{"workshop_prefix": "/a b", "n": [1, {"workshop_cache": 2}]}'],
    "YAML in one line": ["-e", "{workshop_prefix: /a, workshop_cache: '/b c'}"],
    "the last wins": ["-e", "workshop_prefix=/a", "-e", '{"workshop_prefix": "/b"}', "--check"],
    "a file of YAML": ["-e", "@vars.yml"],
    "a file of JSON": ["-e@vars.json"],
    "nothing": ["--check", "-v"],
}


@dataclass(frozen=True)
class Ansible:
    """What Ansible itself makes of the words."""

    folder: Path
    """Where the files lie that they name."""
    understood: dict[str, dict[str, object]]

    def of(self, name: str) -> dict[str, str]:
        return {each: str(value) for each, value in self.understood[name].items() if each in NAMES}


@pytest.fixture(scope="module")
def ansible(tmp_path_factory: pytest.TempPathFactory) -> Ansible:
    pytest.importorskip("ansible")
    folder = tmp_path_factory.mktemp("words")
    (folder / "vars.yml").write_text(YAML)
    (folder / "vars.json").write_text(json.dumps({"workshop_stick": "/media/é", "x": {"workshop_cache": 1}}))
    done = subprocess.run(
        [sys.executable, "-c", ANSIBLE, json.dumps(WORDS)],
        cwd=folder,
        capture_output=True,
        text=True,
        check=True,
    )
    return Ansible(folder, dict(json.loads(line) for line in done.stdout.splitlines()))


@pytest.mark.parametrize("name", WORDS)
def test_it_understands_what_ansible_does(
    name: str, ansible: Ansible, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ansible.folder)
    understood = read(*WORDS[name])
    assert understood == ansible.of(name)
    assert understood or name == "nothing"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("workshop_prefix: >-\n  /srv/a\n", "must be a plain value"),
        ("workshop_prefix: &a /srv\n", "must be a plain value"),
        ("workshop_prefix: '{{ lookup(1) }}'\n", "must be written out"),
    ],
)
def test_it_does_not_guess(text: str, said: str, tmp_path: Path) -> None:
    (tmp_path / "vars.yml").write_text(text)
    answer = read("-e", f"@{tmp_path}/vars.yml")
    assert isinstance(answer, str) and said in answer and "workshop_prefix" in answer


@pytest.mark.parametrize("name", GIVEN)
@pytest.mark.parametrize("word", ["a=b {}=x", '{{"a": 1, "{}": {{}}}}', "{{{}: x}}"])
def test_a_secret_is_taken_from_a_file_alone(name: str, word: str, tmp_path: Path) -> None:
    answer = read("-e", "a=b", f"--extra-vars={word.format(name)}")
    assert isinstance(answer, str) and f"{name} is secret" in answer and "-e @FILE" in answer
    (tmp_path / "vars.yml").write_text(f"{name}: x\nworkshop_prefix: /srv/a\n")
    assert read("-e", f"@{tmp_path}/vars.yml") == {"workshop_prefix": "/srv/a"}


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    answer = read("-e", f"@{tmp_path}/none.yml")
    assert isinstance(answer, str) and f"{tmp_path}/none.yml" in answer


def test_what_is_encrypted_is_left_to_ansible(tmp_path: Path) -> None:
    (tmp_path / "vault.yml").write_text("$ANSIBLE_VAULT;1.1;AES256\n3132\n")
    assert read("-e", f"@{tmp_path}/vault.yml") == {}


def test_set_up_hands_on_files_by_their_whole_names(tmp_path: Path) -> None:
    script = f"source {ROOT}/tools/bootstrap.bash; source {ROOT}/inventories/local/settings.bash; "
    script += 'absolute_files "$@"'
    words = ["-e", "@a.yml", "-e@b.yml", "--extra-vars=@c.yml", "-e@/d.yml", "-e", "x=@e"]
    done = subprocess.run(
        ["bash", "-c", script + "; printf '%s\\n' \"${words[@]}\"", "setup.bash", *words],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.split("\n")[:-1] == [
        "-e",
        f"@{tmp_path}/a.yml",
        f"-e@{tmp_path}/b.yml",
        f"--extra-vars=@{tmp_path}/c.yml",
        "-e@/d.yml",
        "-e",
        "x=@e",
    ]


def test_every_script_of_local_mode_uses_what_was_read(tmp_path: Path) -> None:
    (tmp_path / "vars.json").write_text(json.dumps({"workshop_prefix": f"{tmp_path}/elsewhere"}))
    done = subprocess.run(
        [ROOT / "inventories/local/stop.bash", "-e", f"@{tmp_path}/vars.json"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert f"{tmp_path}/elsewhere" in done.stdout
