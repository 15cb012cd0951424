"""ansible-lint as the part lint calls it: one look at all syntax still names each fault."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

PROGRAM = Path(__file__).resolve().parents[2] / "tools/ansible-lint.py"
PLAY = "---\n- name: Do something\n  {}: localhost\n  tasks: []\n"


# That all is right the job of lint says by this program in each run.
@pytest.mark.full
def test_a_fault_of_syntax_is_named_by_file_and_line(tmp_path: Path) -> None:
    pytest.importorskip("ansiblelint")
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    (tmp_path / "playbooks").mkdir()
    for name, word in (("right", "hosts"), ("wrong", "hosst")):
        (tmp_path / f"playbooks/{name}.yml").write_text(PLAY.format(word))
    done = subprocess.run(
        [sys.executable, PROGRAM, "--offline", "--nocolor", "playbooks/right.yml", "playbooks/wrong.yml"],
        cwd=tmp_path,
        env={**os.environ, "PATH": path, "ANSIBLE_HOME": str(tmp_path / "home")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2, done.stdout + done.stderr
    assert "'hosst' is not a valid attribute for a Play" in done.stdout
    assert "playbooks/wrong.yml:3" in done.stdout
    assert "playbooks/right.yml" not in done.stdout
