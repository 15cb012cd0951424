"""The release's question after known holes: an answer is given only when everything was asked."""

from __future__ import annotations

import datetime
import json
import os
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LOCK = """\
left==1.0 ; python_full_version < '3.12' \\
    --hash=sha256:00
left==2.0 ; python_full_version >= '3.12' \\
    --hash=sha256:01
right-one==3.0 \\
    --hash=sha256:02
"""


def audit(
    folder: Path, answer: str, *, lock: bool = True, today: str = ""
) -> subprocess.CompletedProcess[str]:
    """Audit a lock by a stand-in for pip-audit; ``answer`` is what it does with ``packages``.

    Without ``lock`` all of the checkout are audited, as for a release, on the day ``today``.
    """
    (folder / "lock.txt").write_text(LOCK)
    program = folder / "pip-audit"
    program.write_text(
        f"#!{sys.executable}\n"
        "import json, sys\n"
        "lines = open(sys.argv[sys.argv.index('--requirement') + 1]).read().split()\n"
        "packages = [dict(zip(('name', 'version'), line.split('=='))) | {'vulns': []} for line in lines]\n"
        f"{answer}\n"
        "print(json.dumps({'dependencies': packages}))\n"
    )
    program.chmod(0o755)
    return subprocess.run(
        [ROOT / "tools/audit.bash", *([folder / "lock.txt"] if lock else [])],
        env={**os.environ, "WORKSHOP_PIP_AUDIT": str(program), "WORKSHOP_TODAY": today},
        capture_output=True,
        text=True,
        check=False,
    )


def test_every_version_for_every_python_is_asked_for(tmp_path: Path) -> None:
    done = audit(tmp_path, "print(*lines, file=open('%s', 'a'))" % (tmp_path / "asked"))
    assert (done.returncode, done.stdout) == (0, "3 packages, no known hole\n")
    assert sorted((tmp_path / "asked").read_text().split()) == ["left==1.0", "left==2.0", "right-one==3.0"]


def test_a_hole_is_named_with_the_version_that_mends_it(tmp_path: Path) -> None:
    hole = {"id": "PYSEC-1", "fix_versions": ["2.1"]}
    done = audit(
        tmp_path, f"[p['vulns'].append({json.dumps(hole)}) for p in packages if p['version'] == '2.0']"
    )
    assert done.returncode == 1
    assert done.stdout == "left 2.0: PYSEC-1, mended in 2.1\n"
    assert done.stderr.startswith("known holes: 1, in 3 packages")


@pytest.mark.parametrize(
    "answer",
    [
        "sys.exit('cannot resolve the host')",
        "print('{'); sys.exit(1)",
        "packages[0] = {'name': 'left', 'skip_reason': 'Dependency not found'}",
    ],
    ids=["offline", "half an answer", "one package unknown"],
)
def test_what_was_not_asked_is_not_passed_for_safe(tmp_path: Path, answer: str) -> None:
    done = audit(tmp_path, answer)
    assert done.returncode == 1
    assert done.stderr.startswith("not audited: ")
    assert len(done.stderr.splitlines()) == 1


def test_a_lock_that_is_not_there_is_wrong_usage() -> None:
    done = subprocess.run(
        [ROOT / "tools/audit.bash", "nowhere.txt"], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (2, "audit.bash: there is no nowhere.txt\n")


def test_a_release_is_told_that_the_run_down_of_works_is_older_than_a_year(tmp_path: Path) -> None:
    with (ROOT / "packages/workshop/src/workshop/teach/since/since.toml").open("rb") as file:
        checked = tomllib.load(file)["checked"]
    late = (checked + datetime.timedelta(days=366)).isoformat()
    warned = audit(tmp_path, "", lock=False, today=late)
    assert warned.returncode == 0 and warned.stdout.endswith("no known hole\n")
    assert warned.stderr.startswith(f"since.toml was last checked on {checked}, more than a year ago")
    assert len(warned.stderr.splitlines()) == 1
    assert audit(tmp_path, "", lock=False, today=checked.isoformat()).stderr == ""
    assert audit(tmp_path, "", today=late).stderr == ""
