"""Environments are what their locks say: made once, mended when they drifted, made anew when half made.

The role's own tasks, with a real uv, small wheels on a stick, and no network.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import zipfile
from dataclasses import dataclass
from pathlib import Path

import pytest
from ansible_module import ROOT
from waiting import patience

ANSIBLE = Path(sys.prefix) / "bin/ansible-playbook"
UV = shutil.which("uv", path=f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")
PLAY = """
- hosts: all
  connection: local
  gather_facts: false
  tasks:
    - ansible.builtin.include_role: {name: python-venv, tasks_from: environments}
"""

pytestmark = [
    pytest.mark.skipif(UV is None, reason="no uv beside this Python or on PATH"),
    pytest.mark.skipif(not ANSIBLE.exists(), reason="needs ansible-playbook in this environment"),
]


def make_wheel(folder: Path, name: str, version: str = "1.0") -> Path:
    """Write the smallest wheel that installs a module of one line."""
    info = f"{name}-{version}.dist-info"
    files = {
        f"{name}.py": f"version = {version!r}\n",
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    record = "".join(f"{path},,\n" for path in [*files, f"{info}/RECORD"])
    folder.mkdir(parents=True, exist_ok=True)
    wheel = folder / f"{name}-{version}-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        for path, text in {**files, f"{info}/RECORD": record}.items():
            archive.writestr(path, text)
    return wheel


def lock_of(wheel: Path) -> str:
    name, version = wheel.name.split("-")[:2]
    return f"{name}=={version} --hash=sha256:{hashlib.sha256(wheel.read_bytes()).hexdigest()}\n"


@dataclass
class House:
    """A machine of its own: a stick, locks, and a prefix with two environments."""

    folder: Path

    @property
    def venvs(self) -> Path:
        return self.folder / "opt/venvs"

    def play(self, *words: str) -> tuple[int, str]:
        """Run the tasks; return how much they changed (-1: they failed), and what was said last."""
        variables = {
            "ansible_python_interpreter": sys.executable,
            "workshop_prefix": str(self.folder / "opt"),
            "workshop_stick": str(self.folder / "stick"),
            "workshop_offline": True,
            "python_venv_uv": UV,
            "python_venv_lock_folder": str(self.folder / "locks"),
            "python_venv_names": ["jupyter", "theano"],
            "python_venv_wheel": str(self.folder / "given/thing-1.0-py3-none-any.whl"),
            "python_venv_compile_bytecode": True,
            "python_venv_version": f"{sys.version_info.major}.{sys.version_info.minor}",
            "__python_venv_python": sys.executable,
            "__python_venv_stick": {"stat": {"isdir": True}},
        }
        done = subprocess.run(
            [ANSIBLE, self.folder / "play.yml", "-i", "localhost,", "-e", json.dumps(variables), *words],
            cwd=self.folder,
            env={**os.environ, "ANSIBLE_CONFIG": str(ROOT / "ansible.cfg"), "ANSIBLE_NOCOLOR": "1"},
            capture_output=True,
            text=True,
            timeout=patience(300),
            check=False,
        )
        counts = re.findall(r"changed=(\d+) .*failed=(\d+)", done.stdout)
        assert counts, done.stdout + done.stderr
        changed, failed = map(int, counts[-1])
        return -1 if failed else changed, done.stdout.strip().splitlines()[-1]

    def answer(self, name: str, code: str) -> str:
        command = [self.venvs / name / "bin/python", "-c", code]
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> House:
    folder = tmp_path_factory.mktemp("house")
    (folder / "locks").mkdir()
    (folder / "opt/wheels").mkdir(parents=True)
    (folder / "locks/build.txt").touch()
    for name in ("jupyter", "theano"):
        (folder / f"locks/{name}.txt").write_text(lock_of(make_wheel(folder / "stick/wheels", f"lib{name}")))
    make_wheel(folder / "given", "thing")
    (folder / "play.yml").write_text(PLAY)
    return House(folder)


def test_they_are_made_once(house: House) -> None:
    foreseen, _ = house.play("--check")
    assert foreseen > 0
    assert not house.venvs.exists()
    made, said = house.play()
    assert made > 0, said
    assert house.answer("jupyter", "import libjupyter, thing; print(libjupyter.version)") == "1.0"
    assert house.answer("theano", "import libtheano, thing; print(thing.version)") == "1.0"
    # Compiled for those who cannot write there, and uv's lock nobody else's to hold.
    assert list(house.venvs.glob("theano/lib/*/site-packages/__pycache__/libtheano.*.pyc"))
    assert (house.venvs / "theano/.lock").stat().st_mode & 0o777 == 0o600
    assert house.play()[0] == 0
    assert house.play("--check")[0] == 0


def test_what_drifted_is_mended_and_half_an_environment_is_made_anew(house: House) -> None:
    stray = make_wheel(house.folder / "stray", "stray")
    python = house.venvs / "jupyter/bin/python"
    subprocess.run([UV, "pip", "install", "--quiet", "--offline", "--python", python, stray], check=True)
    (house.venvs / "theano/.unfinished").touch()
    next(house.venvs.glob("theano/lib/*/site-packages/libtheano.py")).unlink()
    assert house.play("--check")[0] > 0
    assert house.play()[0] > 0
    assert house.answer("jupyter", "import importlib.util as u; print(u.find_spec('stray'))") == "None"
    assert house.answer("theano", "import libtheano; print(libtheano.version)") == "1.0"
    assert not (house.venvs / "theano/.unfinished").exists()


def test_an_environment_with_other_patches_is_made_again(house: House) -> None:
    (packages,) = house.venvs.glob("theano/lib/*/site-packages")
    patches = packages / "workshop/machine/theano_patches.py"
    patches.parent.mkdir(parents=True)
    patches.write_text("import sys; sys.exit(0)\n")
    assert house.play()[0] == 0
    patches.write_text("import sys; sys.exit(3 if sys.argv[1:] == ['--check'] else 1)\n")
    assert house.play()[0] > 0
    assert not patches.exists()
    assert house.answer("theano", "import libtheano; print(libtheano.version)") == "1.0"


def test_a_wrong_hash_is_refused_in_one_line_and_the_right_lock_mends_it(house: House) -> None:
    lock = house.folder / "locks/theano.txt"
    newer = make_wheel(house.folder / "stick/wheels", "libtheano", "2.0")
    lock.write_text("libtheano==2.0 --hash=sha256:" + "0" * 64 + "\n")
    changed, said = house.play()
    assert changed == -1
    assert "cannot install theano.txt into" in said
    assert "name a thumb drive by workshop_stick" in said
    lock.write_text(lock_of(newer))
    assert house.play()[0] > 0
    assert house.answer("theano", "import libtheano; print(libtheano.version)") == "2.0"
