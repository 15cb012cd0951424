"""A checkout with the test command and parts of a line or two in place of the real ones."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[2]
PASSES, FAILS, SKIPPED = "echo fine", "echo oh no; exit 1", "echo no such tool here; exit 77"


@dataclass(frozen=True)
class Ran:
    """How a run ended."""

    status: int
    said: str
    errors: str

    @property
    def rows(self) -> dict[str, list[str]]:
        """The words of each row of the closing table."""
        table = self.said.partition("part       result")[2].splitlines()[1:]
        return {row.split()[0]: row.split() for row in table if row}

    @property
    def last(self) -> str:
        return self.said.splitlines()[-1]


class FakeParts:
    """Makes the checkout, and runs its test command."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.cache = root / ".cache/test"
        self.trace = root / "trace"
        for name in ("test-parts", "testbed"):
            (root / "tools" / name).mkdir(parents=True)
        for name in ("test.bash", "bootstrap.bash", "test-parts/lib.bash"):
            shutil.copy(CHECKOUT / "tools" / name, root / "tools" / name)
        shutil.copytree(CHECKOUT / "tools/testrun", root / "tools/testrun")
        (root / "roles/base-fedora").mkdir(parents=True)
        shutil.copytree(CHECKOUT / "roles/base-fedora/files", root / "roles/base-fedora/files")
        # The real one would end what other tests are at work with.
        (root / "tools/testbed/clean.bash").write_text('echo "cleaned" >>trace\n')

    def table(self, text: str) -> None:
        (self.root / "tools/test-parts/parts.toml").write_text(text)

    def script(self, part: str, code: str) -> None:
        (self.root / f"tools/test-parts/{part}.bash").write_text(f"set -euo pipefail\n{code}\n")

    def parts(self, cores: float = 1, **jobs: str) -> None:
        """Give each part one job ``run`` with this code; with no ``cores`` all run at once on any machine."""
        one = f'about = "A"\nbudget = 60\njobs.run = {{ cores = {cores} }}\n'
        self.table("".join(f"[{part}]\n{one}" for part in jobs))
        for part, code in jobs.items():
            self.script(part, code)

    def environment(self, **settings: str) -> dict[str, str]:
        kept = {
            name: value for name, value in os.environ.items() if not name.startswith(("WORKSHOP_", "PYTEST_"))
        }
        # The yardstick takes a second, and an outer run has the machine's lock.
        own = {"WORKSHOP_TEST_SLOWNESS": "1", "WORKSHOP_TEST_LOCK": str(self.root / "lock")}
        # The fake tests need none of the plugins that are installed for the real ones.
        own |= {
            "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
            "PATH": f"{Path(sys.executable).parent}:{kept['PATH']}",
        }
        return kept | own | settings

    def run(self, *words: str, cores: int = 0, **settings: str) -> Ran:
        """Run the command, on so many cores only if that is said."""
        some = sorted(os.sched_getaffinity(0))[:cores]
        apart = ["taskset", "--cpu-list", ",".join(map(str, some))] if cores else []
        done = subprocess.run(
            [*apart, "bash", self.root / "tools/test.bash", *words],
            capture_output=True,
            text=True,
            timeout=300,
            env=self.environment(**settings),
            check=False,
        )
        return Ran(done.returncode, done.stdout, done.stderr)

    def start(self, *words: str, **settings: str) -> subprocess.Popen[str]:
        """Start a run in the background, in a session of its own, as a terminal would."""
        return subprocess.Popen(
            ["bash", self.root / "tools/test.bash", *words],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env=self.environment(**settings),
            start_new_session=True,
        )

    def traced(self) -> list[str]:
        """What jobs wrote into the file ``trace``, by line."""
        return self.trace.read_text().splitlines() if self.trace.exists() else []

    def git(self, *words: str) -> str:
        identity = ("-c", "user.name=A", "-c", "user.email=a@example.org", "-c", "commit.gpgSign=false")
        done = subprocess.run(
            ["git", *identity, *words], cwd=self.root, check=True, capture_output=True, text=True
        )
        return done.stdout.strip()

    def commit(self) -> str:
        """Commit all there is, and return the commit."""
        if not (self.root / ".git").exists():
            self.git("init", "--quiet", "--initial-branch=main")
            (self.root / ".gitignore").write_text(".cache/\n__pycache__/\ntrace\nlock\n")
        self.git("add", "--all")
        self.git("commit", "--quiet", "--message=All")
        return self.git("rev-parse", "HEAD")

    def remembered(self, name: str) -> dict[str, float]:
        return dict(json.loads((self.cache / name).read_text()))


def is_running(pid: int) -> bool:
    """Whether a process is there, and not just waiting to be collected."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def interrupt_when(fake: FakeParts, run: subprocess.Popen[str], mark: str, number: int) -> None:
    """Send a signal to the runner as soon as a job has written a line."""
    limit = time.monotonic() + 120
    while mark not in fake.traced():
        assert time.monotonic() < limit and run.poll() is None, "the job has not begun"
        time.sleep(0.02)
    os.kill(run.pid, number)
