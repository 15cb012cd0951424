"""Nothing stays behind, and nothing appears half."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from organiser.appliance.scratch import folder_beside, whole


def test_a_fault_leaves_the_old_file(tmp_path: Path) -> None:
    target = tmp_path / "out"
    target.write_text("old")
    with pytest.raises(ZeroDivisionError), whole(target) as partial:
        partial.write_text("half")
        1 / 0  # noqa: B018
    assert target.read_text() == "old"
    assert list(tmp_path.iterdir()) == [target]


def test_what_a_killed_run_left_behind_goes(tmp_path: Path) -> None:
    target = tmp_path / "[out].ova"
    code = (
        "import os, signal, sys; from pathlib import Path\n"
        "from organiser.appliance.scratch import folder_beside\n"
        "with folder_beside(Path(sys.argv[1])) as folder:\n"
        "    (folder / 'big').write_text('x'); os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    subprocess.run([sys.executable, "-c", code, str(target)], check=False)
    (left,) = tmp_path.iterdir()
    assert (left / "big").exists()
    other = tmp_path / ".other.ova-abc"
    other.mkdir()
    with folder_beside(target) as mine:
        assert sorted(tmp_path.iterdir()) == sorted([mine, other])
        # A run that is at work is left alone.
        with folder_beside(target) as second:
            assert mine.exists()
            assert second != mine
