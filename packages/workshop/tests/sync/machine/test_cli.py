"""``workshop update machine`` as people and timers call it."""

import json
import subprocess
import sys
from pathlib import Path

from sync.bed import notebook
from sync.machine.bed import PullBed

ROOT = Path(__file__).resolve().parents[5]


def pull(bed: PullBed, *words: str, url: str = "") -> subprocess.CompletedProcess[str]:
    etc = bed.prefix / "etc"
    etc.mkdir(parents=True, exist_ok=True)
    (etc / "workshop.toml").write_text(f'prefix = "{bed.prefix}"\n')
    (etc / "updates.toml").write_text(f'url = "{url or bed.organiser.url}"\nsigners = "{bed.signers}"\n')
    return subprocess.run(
        [sys.executable, "-m", "workshop", "pull", *words],
        cwd=ROOT,
        env={"WORKSHOP_CONFIG": str(etc / "workshop.toml"), "PATH": "/usr/bin:/bin", "NO_COLOR": "1"},
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_refusal_is_one_line_and_status_1(bed: PullBed) -> None:
    bed.organiser.key = None
    bed.organiser.commit(a_ipynb=notebook("1"))
    done = pull(bed)
    assert done.returncode == 1
    assert "is not signed" in done.stderr
    assert done.stderr.count("\n") == 1
    assert not done.stdout


def test_offline_is_status_0_and_one_document(bed: PullBed) -> None:
    done = pull(bed, "--json", url="http://127.0.0.1:9/workshop.git")
    assert done.returncode == 0, done.stderr
    document = json.loads(done.stdout)
    assert document["changed"] is False
    assert document["note"].startswith("nothing done, offline")
