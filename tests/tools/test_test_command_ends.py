"""Nothing outlives a run of the test command, however it ends; and one runs at a time."""

from __future__ import annotations

import hashlib
import os
import shutil
import signal
import subprocess
from pathlib import Path

import pytest
from fakeparts import CHECKOUT, FAILS, PASSES, FakeParts, interrupt_when, is_running
from waiting import patience, wait_until

# A child that ignores TERM, and a daemon with a session, a parent and an environment of its own.
LEAVES = """
(trap '' TERM; echo "pid $BASHPID" >>trace; while :; do sleep 0.1; done) &
(setsid env -i bash -c 'echo "pid $$" >>trace; exec sleep 600' &)
while [ "$(grep -c pid trace)" != 2 ]; do sleep 0.02; done
"""
HANGS = f"""{LEAVES}
trap 'sleep 0.5; echo trapped >>trace' EXIT
echo waiting; echo ready >>trace
sleep 600 & wait
"""


def pids(fake: FakeParts) -> list[int]:
    found = [int(line.split()[1]) for line in fake.traced() if line.startswith("pid")]
    assert len(found) == 2
    return found


def test_after_a_normal_end_nothing_is_left(fake: FakeParts) -> None:
    fake.parts(lint=LEAVES, unit=PASSES)
    ran = fake.run()
    assert ran.status == 0
    assert not any(map(is_running, pids(fake)))
    assert "left behind by jobs, and ended:" in ran.said and "sleep 600" in ran.said
    assert fake.traced()[-1] == "cleaned"
    assert not (fake.cache / "running").exists()


def test_what_hangs_is_ended_and_named_and_the_others_are_judged(fake: FakeParts) -> None:
    fake.parts(cores=0, lint=PASSES, unit=HANGS, vm=FAILS)
    fake.table(
        (fake.root / "tools/test-parts/parts.toml").read_text() + 'jobs.late = { after = ["unit.run"] }'
    )
    # Time in which the others end, also beside other work.
    ran = fake.run(WORKSHOP_TEST_MINUTES=str(patience(6) / 60))
    assert ran.status == 1
    assert ran.rows["lint"][1] == "passed"
    assert ran.rows["unit"][1] == "failed"
    assert "ended for want of time, after: waiting" in ran.said
    assert ran.last == "parts: 1 passed, 2 failed, 0 skipped"
    assert "trapped" in fake.traced()
    assert not any(map(is_running, pids(fake)))


def test_what_is_killed_in_time_is_not_called_late(fake: FakeParts) -> None:
    fake.parts(lint="echo working; kill -KILL $$")
    ran = fake.run(WORKSHOP_TEST_MINUTES="9")
    assert "killed by signal 9, after: working" in ran.said
    assert "want of time" not in ran.said


@pytest.mark.parametrize(
    ("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)]
)
def test_ended_by_a_signal_it_leaves_nothing(fake: FakeParts, number: int, status: int) -> None:
    fake.parts(unit=HANGS)
    run = fake.start()
    interrupt_when(fake, run, "ready", number)
    said, _ = run.communicate(timeout=patience(100))
    assert run.returncode == status
    assert "the run was ended, after: waiting" in said
    assert fake.traced()[-2:] == ["trapped", "cleaned"]
    assert not any(map(is_running, pids(fake)))


def test_who_presses_ctrl_c_again_does_not_wait_for_traps(fake: FakeParts) -> None:
    fake.parts(unit="trap 'echo asked >>trace' TERM; echo ready >>trace; while :; do sleep 0.1 || true; done")
    # Without the second one it would wait for half a minute; here for an hour, which no test takes.
    processes = fake.root / "tools/testrun/processes.py"
    text = processes.read_text()
    assert "\nPATIENCE = 30\n" in text
    processes.write_text(text.replace("\nPATIENCE = 30\n", "\nPATIENCE = 3600\n"))
    run = fake.start()
    interrupt_when(fake, run, "ready", signal.SIGINT)
    interrupt_when(fake, run, "asked", signal.SIGINT)
    run.communicate(timeout=patience(300))
    assert run.returncode == 130


def test_a_second_run_is_refused_and_a_child_does_not_hold_the_lock(fake: FakeParts) -> None:
    fake.parts(unit="echo ready >>trace; echo $PPID >>trace; exec sleep 600")
    run = fake.start()
    interrupt_when(fake, run, "ready", 0)
    second = fake.run()
    assert second.status == 2
    assert second.errors == (
        f"test.bash: another run is at work on this machine (process {run.pid} in {fake.root}); "
        "wait until it ends\n"
    )
    # The first one is killed; its job lives on, without the lock.
    run.kill()
    run.communicate(timeout=patience(100))
    fake.parts(lint=PASSES)
    third = fake.run()
    assert third.status == 0
    assert "cleaned up after a run that was killed (1 processes)" in third.said


def test_a_link_in_place_of_the_lock_is_refused(fake: FakeParts, tmp_path: Path) -> None:
    fake.parts(lint=PASSES)
    (tmp_path / "elsewhere").touch()
    (fake.root / "lock").symlink_to(tmp_path / "elsewhere")
    ran = fake.run()
    assert ran.status == 2
    assert "remove it" in ran.errors and ran.errors.count("\n") == 1


def test_with_nobody_to_read_its_output_it_still_leaves_nothing(fake: FakeParts) -> None:
    fake.parts(unit=HANGS)
    run = fake.start(WORKSHOP_TEST_NEWS="0.1")
    interrupt_when(fake, run, "ready", 0)
    assert run.stdout
    run.stdout.close()
    run.wait(timeout=patience(100))
    assert run.returncode not in (0, None)
    assert not any(map(is_running, pids(fake)))
    assert fake.traced()[-1] == "cleaned"


class TestCleaning:
    """tools/testbed/clean.bash, with fake programs in place of podman, losetup and virsh."""

    @pytest.fixture
    def programs(self, fake: FakeParts) -> Path:
        for name in ("lib.bash", "ours.bash", "clean.bash", "vagrant-clean.bash"):
            shutil.copy(CHECKOUT / "tools/testbed" / name, fake.root / "tools/testbed")
        folder = fake.root / "bin"
        folder.mkdir()
        for name in ("podman", "losetup", "virsh"):
            (folder / name).write_text(f'#!/bin/sh\necho "{name} $*" >>{str(fake.trace)!r}\n')
            (folder / name).chmod(0o755)
        return folder

    @staticmethod
    def clean(fake: FakeParts, programs: Path, before: str = "", after: str = "") -> str:
        script = f"{before}\nPATH={str(programs)!r}:$PATH bash tools/testbed/clean.bash\n{after}"
        apart = ["unshare", "--mount", "--propagation", "private"] if before else []
        done = subprocess.run(
            [*apart, "bash", "-euc", script], cwd=fake.root, capture_output=True, text=True, check=True
        )
        return done.stdout + done.stderr

    def test_it_removes_the_containers_of_this_checkout(self, fake: FakeParts, programs: Path) -> None:
        ours = hashlib.sha256(str(fake.root).encode()).hexdigest()[:6]
        own, others = [f"workshop-local-{ours}"], ["workshop-local-abcdef", "workshop-fedora", "db"]
        labelled = f"label=workshop.checkout={ours}"
        with (programs / "podman").open("a") as file:
            file.write(f'case "$*" in "ps "*"{labelled}"*) echo workshop-debian ;;\n')
            file.write(f'"ps "*) printf "%s\\n" {" ".join([*own, "workshop-debian", *others])} ;; esac\n')
        assert self.clean(fake, programs) == ""
        removed = next(line for line in fake.traced() if line.startswith("podman rm"))
        assert removed == f"podman rm --force --time 0 --ignore workshop-debian workshop-local-{ours}"

    @pytest.mark.skipif(os.geteuid() != 0, reason="only root asks libvirt")
    def test_it_destroys_the_domains_of_this_checkout(self, fake: FakeParts, programs: Path) -> None:
        ours = hashlib.sha256(str(fake.root).encode()).hexdigest()[:6]
        own, others = f"workshop-house-{ours}_workshop", "workshop-house-abcdef_workshop"
        with (programs / "virsh").open("a") as file:
            file.write(f'case "$*" in *" list "*) printf "%s\\n" {own} {others} ;; esac\n')
        assert self.clean(fake, programs) == ""
        ended = [line.split()[-1] for line in fake.traced() if " destroy " in line or " undefine " in line]
        assert ended == [own, own]

    def test_without_anything_to_do_it_says_nothing(self, fake: FakeParts, programs: Path) -> None:
        assert self.clean(fake, programs) == ""
        assert not any("podman rm" in line or "--detach" in line for line in fake.traced())

    def test_it_unmounts_what_was_not_mounted_before(self, fake: FakeParts, programs: Path) -> None:
        mounts = {"old": ".cache/old", "new": ".cache/n w", "own": "elsewhere"}
        gone = {"abandoned": "pytest-of-me/pytest-1/stick", "at work": "pytest-of-me/pytest-2/stick"}
        for folder in (*mounts.values(), *gone.values()):
            (fake.root / folder).mkdir(parents=True)
        (fake.root / "pytest-of-me/pytest-2/.lock").write_text(str(os.getpid()))
        fake.cache.mkdir(parents=True)
        escaped = str(fake.root / ".cache/old").replace(" ", "\\040")
        (fake.cache / "running").write_text(f"{escaped}\n")
        mount = "\n".join(f"mount -t tmpfs x '{folder}'" for folder in (*mounts.values(), *gone.values()))
        if os.getuid() or subprocess.run(["unshare", "--mount", "true"], capture_output=True).returncode:
            pytest.skip("needs root, with leave to mount")
        left = self.clean(fake, programs, mount, "cut -d ' ' -f 2 /proc/self/mounts")
        still = {line for line in left.splitlines() if line.startswith(str(fake.root).replace(" ", "\\040"))}
        assert {Path(line).name for line in still} == {"old", "elsewhere", "stick"}
        assert len(still) == 3


def test_waiting_grows_with_slowness_and_says_what_it_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WORKSHOP_TEST_SLOWNESS", "2.5")
    assert patience(4) == 10
    monkeypatch.setenv("WORKSHOP_TEST_SLOWNESS", "0.5")
    assert patience(4) == 4
    answers = iter([0, 0, 7])
    assert wait_until(lambda: next(answers), 9, "an answer") == 7
    with pytest.raises(AssertionError, match="the moon fell: not within 0 s"):
        wait_until(lambda: False, 0, "the moon fell")
