"""Set-up understands the words after -e as Ansible does, before Ansible is there."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
ANSIBLE = Path(sys.prefix) / "bin/ansible"
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


def ansible(*words: str) -> dict[str, str]:
    """Return what Ansible itself makes of the words."""
    template = (
        "msg={{ "
        + json.dumps(NAMES)
        + " | zip("
        + f"query('vars', *{NAMES}, default='')"
        + ") | list | to_json }}"
    )
    done = subprocess.run(
        [ANSIBLE, "localhost", "-c", "local", "-m", "debug", "-a", template, *words],
        capture_output=True,
        text=True,
        check=True,
    )
    found = json.loads(done.stdout.partition("=> ")[2])["msg"]
    pairs = json.loads(found) if isinstance(found, str) else found
    return {name: str(value) for name, value in pairs if value != ""}


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


@pytest.mark.skipif(not ANSIBLE.exists(), reason="needs ansible in this environment")
@pytest.mark.parametrize("name", WORDS)
def test_it_understands_what_ansible_does(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "vars.yml").write_text(YAML)
    (tmp_path / "vars.json").write_text(
        json.dumps({"workshop_stick": "/media/é", "x": {"workshop_cache": 1}})
    )
    understood = read(*WORDS[name])
    assert understood == ansible(*WORDS[name])
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
