"""The test command's graph, its table, and what it remembers, with fake parts."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from fakeparts import CHECKOUT, FAILS, PASSES, SKIPPED, FakeParts
from machines.local.bed import owner

from tools.testrun import slowness

GRAPH = """
[first]
about = "What others need"
budget = 10
jobs.make = {}
[second]
about = "Two jobs and a full one"
budget = 10
jobs.b = { after = ["second.a"] }
jobs.a = { after = ["first.make"] }
jobs.all = { depth = "full", after = ["second.a"] }
"""
TRACES = 'echo "begin $1" >>trace; sleep ${2:-0.2}; echo "end $1" >>trace'


def test_the_table_says_what_passed_failed_or_was_skipped_and_why(fake: FakeParts) -> None:
    fake.parts(lint=PASSES, unit=FAILS, vm=SKIPPED)
    ran = fake.run()
    assert ran.status == 1
    assert ran.rows["lint"][1] == "passed"
    assert ran.rows["unit"][1] == "failed" and "oh no" in " ".join(ran.rows["unit"])
    assert ran.rows["vm"][1] == "skipped" and "no such tool here" in " ".join(ran.rows["vm"])
    assert ran.last == "parts: 1 passed, 1 failed, 1 skipped"
    assert "no such tool here: vm.run" in ran.said
    assert "tools/test.bash unit.run" in ran.said
    # Of what passed only the gist is shown; all of it is kept.
    assert "fine" not in ran.said
    assert (fake.cache / "lint.run.log").read_text() == "fine\n"


@pytest.mark.parametrize("required", ["all", "lint vm", "vm.run"])
def test_what_is_required_may_not_be_skipped(fake: FakeParts, required: str) -> None:
    fake.parts(lint=PASSES, vm=SKIPPED, web="echo not built yet; exit 77")
    ran = fake.run(WORKSHOP_TEST_REQUIRED=required)
    assert ran.status == 1
    assert ran.rows["vm"][1] == "failed"
    assert ran.rows["web"][1] == "skipped"


def test_jobs_wait_for_what_they_need_and_a_part_brings_it_along(fake: FakeParts) -> None:
    fake.table(GRAPH)
    fake.script("first", TRACES)
    fake.script("second", TRACES)
    ran = fake.run("second.b")
    assert ran.status == 0
    order = ["make", "a", "b"]
    assert fake.traced() == [f"{what} {job}" for job in order for what in ("begin", "end")] + ["cleaned"]


def test_jobs_side_by_side_have_machines_of_their_own(fake: FakeParts) -> None:
    says = 'echo "$WORKSHOP_TEST_JOB" >>trace'
    fake.parts(roles=says, vm=says)
    assert fake.run().status == 0
    *jobs, _ = fake.traced()
    assert sorted(jobs) == ["roles.run", "vm.run"]
    names = {owner(job) for job in jobs}
    assert len(names) == 2
    script = '. tools/testbed/ours.bash && echo "-$OURS"'
    ours = subprocess.run(["bash", "-c", script], cwd=CHECKOUT, capture_output=True, text=True, check=True)
    assert all(name.endswith(ours.stdout.strip()) for name in names), "nobody would clean up after them"


@pytest.mark.parametrize(
    ("words", "full", "runs"),
    [
        ((), "", False),
        (("second",), "", True),
        ((), "1", True),
        (("second",), "0", False),
        (("second.all",), "", True),
    ],
)
def test_full_jobs_run_in_full_or_by_name(
    fake: FakeParts, words: tuple[str, ...], full: str, runs: bool
) -> None:
    fake.table(GRAPH)
    fake.script("first", PASSES)
    fake.script("second", 'echo "$1" >>trace')
    ran = fake.run(*words, **({"WORKSHOP_FULL": full} if full else {}))
    assert ran.status == 0
    assert ("all" in fake.traced()) == runs
    assert ("second.all          full, not run: never passed" in ran.said) == (not runs)


@pytest.mark.parametrize(
    ("words", "also", "runs"),
    [((), "second.all", True), (("first",), "second.all", False), ((), "", False)],
)
def test_a_run_of_every_part_takes_chosen_full_jobs_along(
    fake: FakeParts, words: tuple[str, ...], also: str, runs: bool
) -> None:
    fake.table(GRAPH)
    fake.script("first", PASSES)
    fake.script("second", 'echo "$1" >>trace')
    ran = fake.run(*words, WORKSHOP_TEST_ALSO=also)
    assert ran.status == 0
    assert ("all" in fake.traced()) == runs


def test_a_chosen_job_that_does_not_exist_is_wrong_usage(fake: FakeParts) -> None:
    fake.table(GRAPH)
    for part in ("first", "second"):
        fake.script(part, PASSES)
    ran = fake.run(WORKSHOP_TEST_ALSO="second.everything")
    assert ran.status == 2
    assert "there is no job 'second.everything'" in ran.errors


@pytest.mark.parametrize(
    ("make", "verdict", "why"),
    [(FAILS, "failed", "first.make failed"), (SKIPPED, "skipped", "needs first.make")],
)
def test_what_needs_a_job_that_did_not_pass_does_not_run(
    fake: FakeParts, make: str, verdict: str, why: str
) -> None:
    fake.table(GRAPH)
    fake.script("first", make)
    fake.script("second", TRACES)
    ran = fake.run()
    assert ran.rows["second"][1] == verdict
    assert why in " ".join(ran.rows["second"])
    assert fake.traced() == ["cleaned"]
    assert ran.status == (verdict == "failed")


def test_nobody_shares_what_is_held_and_a_large_job_is_alone(fake: FakeParts) -> None:
    jobs = {"big": "cores = 64", "one": "", "waits": "cores = 0"}
    jobs |= dict.fromkeys(("mine", "mine_too"), 'cores = 0, holds = ["bed"]')
    lines = (f"jobs.{name} = {{ {settings} }}" for name, settings in jobs.items())
    fake.table('[part]\nabout = "A"\nbudget = 60\n' + "\n".join(lines))
    fake.script("part", TRACES)
    assert fake.run().status == 0
    at_work: set[str] = set()
    for line in fake.traced()[:-1]:
        what, job = line.split()
        at_work = at_work | {job} if what == "begin" else at_work - {job}
        assert not {"mine", "mine_too"} <= at_work
        assert not {"big", "one"} <= at_work
    assert sorted(line.split()[1] for line in fake.traced()[:-1] if "begin" in line) == sorted(jobs)


def test_jobs_that_write_much_wait_until_the_disk_has_room_for_all_of_them(fake: FakeParts) -> None:
    # The fake jobs write nothing: what is free stays as it is.
    half = 0.6 * shutil.disk_usage(fake.root).free / 1e9
    fake.table(
        '[part]\nabout = "A"\nbudget = 60\n'
        + "".join(f"jobs.{name} = {{ cores = 0, disk = {half:.3f} }}\n" for name in ("one", "other"))
        + "jobs.vast = { cores = 0, disk = 1000000 }\njobs.small = { cores = 0 }\n"
    )
    fake.script("part", TRACES)
    ran = fake.run()
    assert ran.status == 1
    assert re.search(r"part\.vast: needs 1000000 GB of disk, [0-9.]+ are free: make room", ran.said)
    trace = fake.traced()[:-1]
    assert sorted(line for line in trace if "begin" in line) == ["begin one", "begin other", "begin small"]
    spans = [trace.index(f"{what} {job}") for job in ("one", "other") for what in ("begin", "end")]
    assert spans[1] < spans[2] or spans[3] < spans[0], "side by side"


WORKS = """
import time
while time.process_time() < 0.4: pass
open('worked', 'a').write('x')
"""


def test_the_end_says_what_jobs_took_of_the_processors(fake: FakeParts) -> None:
    """That counts, too, which outlived its parent, as what podman starts does."""
    fake.table('[part]\nabout = "A"\nbudget = 60\njobs = { works = {} }')
    (fake.root / "works.py").write_text(WORKS)
    both = 'until [ "$(cat worked)" = xx ]; do sleep 0.02; done'
    fake.script("part", f"(setsid python3 works.py &)\npython3 works.py\n{both}")
    ran = fake.run()
    assert ran.status == 0, ran.said
    said = re.findall(r"^took \d+ s; (\d+) processor seconds, \d+% of \d+ cores$", ran.said, re.MULTILINE)
    assert [int(each) >= 1 for each in said] == [True], ran.said


WAITS_FOR = 'echo "begin $1" >>trace; until grep -qx "$2" trace; do sleep 0.02; done; echo "end $1" >>trace'


def test_on_one_core_what_waits_runs_beside_what_computes(fake: FakeParts) -> None:
    fake.table(
        '[part]\nabout = "A"\nbudget = 60\n'
        "jobs = { computes = {}, big = { cores = 2 }, waits = { cores = 0 } }"
    )
    fake.script(
        "part",
        f"meet() {{ {WAITS_FOR}; }}\n"
        'case $1 in computes) meet $1 "begin waits" ;; waits) meet $1 "begin computes" ;; esac',
    )
    ran = fake.run(cores=1, WORKSHOP_TEST_MINUTES="1")
    assert ran.status == 0, ran.said


def test_two_that_wait_for_a_good_part_of_their_time_share_a_core(fake: FakeParts) -> None:
    jobs = ", ".join(f"{name} = {{ cores = 0.5 }}" for name in ("one", "other"))
    fake.table(f'[part]\nabout = "A"\nbudget = 60\njobs = {{ {jobs}, computes = {{}} }}')
    fake.script(
        "part",
        f"meet() {{ {WAITS_FOR}; }}\n"
        f'case $1 in one) meet $1 "begin other" ;; other) meet $1 "begin one" ;; *) {TRACES} ;; esac',
    )
    ran = fake.run(cores=1, WORKSHOP_TEST_MINUTES="1")
    assert ran.status == 0, ran.said
    traced = [line for line in fake.traced() if line != "cleaned"]
    first = traced.index("begin computes")
    assert traced[first + 1] == "end computes", "it has the core for itself"


@pytest.mark.skipif(len(os.sched_getaffinity(0)) < 2, reason="needs two cores")
def test_a_large_job_is_overtaken_only_by_what_does_not_hold_it_up(fake: FakeParts) -> None:
    fake.table(
        '[part]\nabout = "A"\nbudget = 60\n'
        'jobs.last = { after = ["part.first"] }\n'
        "jobs.first = {}\njobs.large = { cores = 2 }\njobs.quick = {}\njobs.late = {}\n"
    )
    # While `first` has one core, `large` waits for both; `quick` will have ended by then, `late` will not.
    fake.cache.mkdir(parents=True)
    seconds = {"first": 50, "last": 200, "large": 100, "late": 60, "quick": 1}
    (fake.cache / "times.json").write_text(json.dumps({f"part.{job}": seconds[job] for job in seconds}))
    fake.script(
        "part", f'meet() {{ {WAITS_FOR}; }}\ncase $1 in first) meet $1 "end quick" ;; *) {TRACES} ;; esac'
    )
    ran = fake.run(cores=2, WORKSHOP_TEST_MINUTES="1")
    assert ran.status == 0, ran.said
    assert fake.traced().index("end first") < fake.traced().index("begin late")


def test_the_longest_path_of_the_last_run_goes_first(fake: FakeParts) -> None:
    fake.table('[part]\nabout = "A"\nbudget = 60\njobs = { short = { cores = 64 }, long = { cores = 64 } }')
    fake.script("part", TRACES)
    fake.cache.mkdir(parents=True)
    (fake.cache / "times.json").write_text('{"part.short": 1, "part.long": 100}')
    ran = fake.run()
    assert fake.traced()[0] == "begin long"
    assert "-- part.long begins (about 2 min)" in ran.said
    assert fake.remembered("times.json")["part.long"] < 100


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("nothing",), "there is no part 'nothing'"),
        (("--nothing",), "there is no option '--nothing'"),
        (("tests/test_a.py",), "name the part before its test"),
        (("lint", "tests/test_a.py"), "there is no test 'tests/test_a.py'"),
        (("lint", "tools/test.bash"), "no job of the part 'lint' runs 'tools/test.bash'"),
    ],
)
def test_wrong_usage_is_one_line(fake: FakeParts, words: tuple[str, ...], why: str) -> None:
    fake.parts(lint=PASSES)
    ran = fake.run(*words)
    assert (ran.status, ran.said) == (2, "")
    assert ran.errors.startswith(f"test.bash: {why}") and ran.errors.count("\n") == 1


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ('"second.a"]', '"second.c"]', "second.b comes after 'second.c', which does not exist"),
        ("jobs.make = {}", 'jobs.make = { after = ["second.b"] }', "wait for each other"),
        ("jobs.make = {}", 'jobs.make = { after = ["second.all"] }', "cannot come after second.all"),
        ("jobs.make = {}", "jobs.make = { kores = 1 }", "kores"),
        ("[second]", "[third]", "the part 'third' has no third.bash"),
    ],
)
def test_a_mistake_in_the_graph_is_named(fake: FakeParts, old: str, new: str, why: str) -> None:
    fake.table(GRAPH.replace(old, new))
    fake.script("first", PASSES)
    fake.script("second", PASSES)
    ran = fake.run()
    assert ran.status == 2
    assert why in ran.errors and ran.errors.count("\n") == 1


def test_parts_are_listed_with_jobs_depths_and_budgets(fake: FakeParts) -> None:
    fake.table(GRAPH)
    fake.script("first", PASSES)
    fake.script("second", PASSES)
    lines = fake.run("--list").said.splitlines()
    assert lines[0].split(None, 4) == ["first", "normal", "10", "s", "What others need"]
    assert ["all", "full"] in [line.split() for line in lines]
    assert "usage: tools/test.bash" in fake.run("--help").said


@pytest.mark.parametrize(("slowness", "over"), [("1", True), ("1000", False)])
def test_a_part_over_its_budget_is_named(fake: FakeParts, slowness: str, over: bool) -> None:
    fake.table('[part]\nabout = "A"\nbudget = 0.01\njobs.run = {}')
    fake.script("part", "sleep 0.1")
    ran = fake.run(WORKSHOP_TEST_SLOWNESS=slowness)
    assert ran.status == 0
    assert ("over budget" in ran.said) == over


def test_a_long_run_looks_again_how_slow_the_machine_is(monkeypatch: pytest.MonkeyPatch) -> None:
    """Else a part is over its budget because another guest of the host woke up meanwhile."""
    monkeypatch.setenv("WORKSHOP_TEST_SLOWNESS", "2")
    assert slowness.overall(1.2, slowness.LONG) == pytest.approx(1.6)
    assert slowness.overall(1.2, slowness.LONG - 1) == 1.2
    monkeypatch.setenv("WORKSHOP_TEST_SLOWNESS", "0.8")
    assert slowness.overall(1, slowness.LONG) == 1, "budgets are those of the reference at least"
    assert slowness.describe(1.26, "it") == "it: 1.3 times slower than the reference"


def test_the_machine_is_measured_by_work(monkeypatch: pytest.MonkeyPatch) -> None:
    """It takes a core about a second on the reference."""
    monkeypatch.delenv("WORKSHOP_TEST_SLOWNESS", raising=False)
    monkeypatch.setattr(slowness, "cores", lambda: 1)
    before = os.times().children_user
    assert slowness.measure() > 0.1
    assert os.times().children_user - before > 0.1


def test_jobs_know_how_slow_the_machine_is(fake: FakeParts) -> None:
    fake.parts(
        unit='source tools/test-parts/lib.bash; echo "$WORKSHOP_TEST_SLOWNESS $PYTEST_TIMEOUT" >>trace'
    )
    ran = fake.run(WORKSHOP_TEST_SLOWNESS="1.5")
    assert "this machine: 1.5 times slower than the reference" in ran.said
    assert fake.traced()[0] == "1.50 1800"


def test_settings_of_this_machines_python_do_not_reach_a_job(
    fake: FakeParts, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONUNBUFFERED", "1")
    fake.parts(unit='[ "$(env | grep ^PYTHON)" = PYTHONMALLOC=malloc ]')
    assert fake.run("unit").rows["unit"][1] == "passed"


@pytest.mark.slow
def test_the_machine_is_measured(fake: FakeParts) -> None:
    fake.parts(unit="echo $WORKSHOP_TEST_SLOWNESS >>trace")
    ran = fake.run(WORKSHOP_TEST_SLOWNESS="")
    assert re.search(r"^this machine: .*\d\.\d times", ran.said, re.MULTILINE)
    assert float(fake.traced()[0]) >= 1


class TestLedger:
    """When full jobs last passed."""

    @pytest.fixture(autouse=True)
    def parts(self, fake: FakeParts) -> None:
        fake.table(
            '[big]\nabout = "A"\nbudget = 60\ndepth = "full"\ndepends = ["house", "tests"]\n'
            'jobs.run = { tests = ["checks", "!checks/others"] }\n'
            '[small]\nabout = "A"\nbudget = 60\njobs.run = {}\n'
        )
        fake.script("big", PASSES)
        fake.script("small", PASSES)
        for name in ("house/wall", "tests/full-runs.json", "checks/one", "checks/others", "elsewhere"):
            (fake.root / name).parent.mkdir(exist_ok=True)
            (fake.root / name).write_text("{}\n")

    def test_it_says_when_a_job_last_passed_and_whether_that_still_counts(self, fake: FakeParts) -> None:
        commit = fake.commit()
        assert "big.run             full, not run: never passed" in fake.run().said
        assert "tests/full-runs.json has changed; commit it" in fake.run("big").said
        entry = json.loads((fake.root / "tests/full-runs.json").read_text())["big.run"]
        assert entry["commit"] == commit
        passed = f"full, not run: last passed {entry['date']} at {commit[:7]}"
        # What it does not depend on may change, and so may the ledger itself.
        (fake.root / "elsewhere").write_text("new\n")
        fake.commit()
        assert f"{passed}\n" in fake.run().said
        (fake.root / "house/wall").write_text("new\n")
        assert f"{passed}; changed since\n" in fake.run().said

    def test_a_jobs_own_tests_are_among_what_it_depends_on(self, fake: FakeParts) -> None:
        fake.commit()
        fake.run("big")
        (fake.root / "checks/one").write_text("new\n")
        assert "; changed since\n" in fake.run().said

    def test_what_passed_at_no_commit_is_not_written_down(self, fake: FakeParts) -> None:
        fake.commit()
        (fake.root / "house/roof").write_text("new\n")
        assert "big.run passed, but not at a commit" in fake.run("big").said
        assert json.loads((fake.root / "tests/full-runs.json").read_text()) == {}

    def test_some_tests_of_a_job_are_not_the_job(self, fake: FakeParts) -> None:
        fake.commit()
        assert "full-runs.json" not in fake.run("big", "checks/one").said
        assert "full-runs.json" not in fake.run("big", PYTEST_ADDOPTS="-k one").said
        assert "tests/full-runs.json has changed" in fake.run("big").said

    def test_a_shallow_clone_may_not_know_the_commit(self, fake: FakeParts) -> None:
        entry = {"commit": "1a2b3c4d" * 5, "date": "2026-11-20", "seconds": 3}
        (fake.root / "tests/full-runs.json").write_text(json.dumps({"big.run": entry}))
        fake.commit()
        said = fake.run().said
        assert "last passed 2026-11-20 at 1a2b3c4, which this clone does not have" in said


TESTS = """
import os, sys, warnings
import pytest

@pytest.mark.parametrize("number", [1, 2, 3])
def test_fine(number): pass

def test_bad():
    with open("trace", "a") as file: print("bad", file=file)
    print(f"WORKSHOP_TEST_SEED={os.environ.get('WORKSHOP_TEST_SEED', '716098')}")
    assert not "two words"

def test_elsewhere(): pytest.skip("needs the sea")

@pytest.fixture
def broken():
    yield
    raise OSError("the end")

def test_torn_down(broken): pass

@pytest.mark.xfail
def test_expected_to_fail(): assert False
"""


class TestEvents:
    """Tests of pytest inside jobs."""

    @pytest.fixture(autouse=True)
    def parts(self, fake: FakeParts) -> None:
        fake.table(
            '[unit]\nabout = "A"\nbudget = 60\n'
            'jobs.run = { tests = ["tests", "!tests/other", "!tests/lost"] }\n'
            'jobs.none = { tests = ["tests/lost"] }\njobs.other = { tests = ["tests/other"] }'
        )
        fake.script(
            "unit",
            'source tools/test-parts/lib.bash; echo "$1" >>trace\n'
            "case $1 in\n"
            "  run) run_pytest tests --ignore tests/other ${XDIST:-} ;;\n"
            "  other) run_pytest tests/other ;;\n"
            "esac",
        )
        for name in ("tests/test_a.py", "tests/other/test_b.py"):
            (fake.root / name).parent.mkdir(exist_ok=True)
            (fake.root / name).write_text(TESTS if name.endswith("a.py") else "def test_b(): pass\n")

    @pytest.mark.parametrize("xdist", ["", pytest.param("-p xdist --numprocesses=2", marks=pytest.mark.full)])
    def test_tests_are_counted_and_failures_repeated_with_a_command_that_repeats_them(
        self, fake: FakeParts, xdist: str
    ) -> None:
        ran = fake.run(XDIST=xdist)
        # Three fine ones, one expected to fail, one of the other job; a bad body and a bad end; the sea.
        assert re.search(r"^unit +failed .* s +5 +2 +1  ", ran.said, re.MULTILINE)
        events = (fake.cache / "unit.run.events").read_text()
        assert re.findall('"collected", "number": (\\d+)', events) == ["7"]
        assert "needs the sea: tests/test_a.py::test_elsewhere" in ran.said
        assert "unit.run: tests/test_a.py::test_torn_down: OSError: the end" in ran.said
        # After the table: who shortens a log keeps its end.
        assert ran.said.index("\npart ") < ran.said.index("\nfailed:") < ran.said.index("test_bad: ")
        commands = re.findall(
            r"^    (WORKSHOP_TEST_SEED=\d+) tools/test.bash (.*::test_bad)$", ran.said, re.MULTILINE
        )
        ((seed, words),) = commands
        fake.trace.unlink()
        again = fake.run(*shlex.split(words), WORKSHOP_TEST_SEED=seed.partition("=")[2])
        assert fake.traced() == ["run", "bad", "cleaned"]
        assert re.search(r"^unit +failed .* s +0 +1 +0  ", again.said, re.MULTILINE)
        assert fake.remembered("durations.json").keys() >= {"tests/test_a.py::test_fine[1]"}

    def test_a_folder_or_a_file_of_a_part_selects_its_tests(self, fake: FakeParts) -> None:
        ran = fake.run("unit", "tests/other/test_b.py")
        assert fake.traced() == ["other", "cleaned"]
        assert re.search(r"^unit +passed .* s +1 +0 +0", ran.said, re.MULTILINE)
        assert fake.run("unit", "tests/test_a.py::test_nobody").status == 1

    def test_tests_that_no_job_runs_do_not_pass(self, fake: FakeParts) -> None:
        (fake.root / "tests/lost").mkdir()
        ran = fake.run("unit", "tests/lost")
        assert ran.status == 1
        assert "\nno job that was chosen has such a test\n" in ran.said

    def test_a_test_that_fails_is_named_at_once(self, fake: FakeParts) -> None:
        (fake.root / "tests/other/test_b.py").write_text(
            "import time\ndef test_bad(): assert False\ndef test_slow(): time.sleep(1)\n"
        )
        ran = fake.run("unit.other")
        named = "-- unit.other: failed: tests/other/test_b.py::test_bad\n"
        assert ran.said.count(named) == 1
        assert ran.said.index(named) < ran.said.index("\n== unit.other")

    def test_what_a_job_is_at_is_said_now_and_then(self, fake: FakeParts) -> None:
        (fake.root / "tests/other/test_b.py").write_text(
            "import time\ndef test_quick(): pass\ndef test_slow(): time.sleep(1)\n"
        )
        ran = fake.run("unit.other", WORKSHOP_TEST_NEWS="0.1")
        assert "1 of 2 tests, tests/other/test_b.py::test_slow" in ran.said


class TestBarely:
    """On a machine with little installed."""

    @pytest.fixture
    def programs(self, fake: FakeParts) -> Path:
        """All that is on PATH: what the first lines need, and an apt-get that brings Python."""
        folder = fake.root / "bin"
        folder.mkdir()
        # The last four only while another package manager is at work on this machine: it is waited for.
        needed = ("bash", "dirname", "id", "env", "ln", "mktemp", "rm", "stat", "grep", "cat")
        for name in (*needed, "sleep", "tr", "cut", "sed"):
            found = shutil.which(name)
            assert found
            (folder / name).symlink_to(found)
        (folder / "sudo").write_text('#!/bin/sh\nshift; exec "$@"\n')
        (folder / "apt-get").write_text(
            f'#!/bin/sh\necho "$*" >>{str(fake.trace)!r}\n'
            f"[ $1 != install ] || ln -s {sys.executable!r} {str(folder / 'python3')!r}\n"
        )
        for name in ("sudo", "apt-get"):
            (folder / name).chmod(0o755)
        return folder

    def test_python_is_installed(self, fake: FakeParts, programs: Path) -> None:
        fake.parts(lint=PASSES)
        ran = fake.run("--list", PATH=str(programs))
        assert ran.status == 0, ran.errors
        assert ran.said.startswith("installing python3\nlint ")
        assert fake.traced()[-1] == "install --yes --quiet=2 python3 python3-venv"

    def test_where_it_cannot_be_installed_one_line_says_what_to_do(
        self, fake: FakeParts, programs: Path
    ) -> None:
        (programs / "apt-get").write_text("#!/bin/sh\nexit 1\n")
        ran = fake.run("--list", PATH=str(programs))
        assert ran.status == 2
        assert ran.errors == "test.bash: needs python3; install it, or run this as root or with sudo\n"

    def test_an_old_python_is_refused(self, fake: FakeParts, programs: Path) -> None:
        (programs / "python3").write_text('#!/bin/sh\n[ $1 = -V ] && echo "Python 3.9.2"\n')
        (programs / "python3").chmod(0o755)
        ran = fake.run("--list", PATH=str(programs))
        assert ran.status == 2
        assert ran.errors == "test.bash: needs Python 3.11 or newer; python3 is Python 3.9.2\n"
