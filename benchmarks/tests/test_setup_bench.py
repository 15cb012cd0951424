"""The benchmark of set-up: what it runs, what it reads, what it makes of the figures."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from waiting import alive, wait_until

from benchmarks.setup import bench
from benchmarks.setup import race as trial
from benchmarks.setup.bench import Pair, Result
from benchmarks.setup.race import Part, Run, Trial
from workshop.errors import WorkshopError

RECAP = "localhost                  : ok=40   changed={changed}    unreachable=0    failed=0"

SETUP = """#!/bin/sh
printf '%s\\n' "$@" > "$(dirname "$0")/../arguments"
env > "$(dirname "$0")/../environment"
for word in "$@"; do case $word in workshop_prefix=*) prefix=${{word#*=}} ;; esac; done
mkdir -p "$prefix/bin" "$prefix/venvs/theano"
echo "home = /usr/bin" > "$prefix/venvs/theano/pyvenv.cfg"
touch "$prefix/bin/services"
i=0; while [ $i -lt 30000 ]; do i=$((i + 1)); done  # some processor time, which is counted in ticks
changed=7; [ ! -e "$prefix/again" ] || changed=0; touch "$prefix/again"
echo '[{{"role": "python-venv", "task": "Make", "seconds": 0.25}}]' > "$WORKSHOP_TIMINGS"
echo "localhost                  : ok=40   changed=$changed    unreachable=0    failed=0"
{last}
"""


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    return make_checkout(tmp_path / "checkout")


def make_checkout(folder: Path, last: str = "exit 0") -> Path:
    """A checkout whose set-up only notes how it was called."""
    (folder / "local").mkdir(parents=True)
    for name, text in (
        ("setup", SETUP.format(last=last)),
        ("stop", '#!/bin/sh\ntouch "$(dirname "$0")/../stopped"\n'),
    ):
        script = folder / f"local/{name}.bash"
        script.write_text(text)
        script.chmod(0o755)
    return folder


def test_set_up_runs_apart_from_this_machines_own(
    checkout: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WORKSHOP_CONFIG", "/of/this/machine")
    one = Trial(checkout, tmp_path)
    first, second = one.set_up(), one.set_up()
    assert 0 < first.work < 60
    assert (first.changed, second.changed) == (7, 0)
    assert first.parts == [Part("python-venv", "Make", 0.25)]
    words = (checkout / "arguments").read_text().split()
    assert f"workshop_prefix={tmp_path}/house" in words
    assert f"workshop_cache={tmp_path}/cache" in words
    assert "workshop_service_manager=supervisor" in words
    ports = {word.partition("=")[2] for word in words if "_port=" in word}
    assert len(ports) == 3
    assert not ports & {"8080", "8081", "8082"}
    environment = (checkout / "environment").read_text()
    assert "WORKSHOP_CONFIG" not in environment
    assert f"XDG_CACHE_HOME={tmp_path}/xdg" in environment
    assert one.tools() == (tmp_path / "house/uv/bin/uv", Path("/usr/bin/python3.11"))
    one.stop()
    assert (checkout / "stopped").exists()


def test_a_set_up_that_fails_says_why_and_stops(tmp_path: Path) -> None:
    checkout = make_checkout(tmp_path / "checkout", last="echo 'no network' >&2; exit 1")
    with pytest.raises(WorkshopError, match=r"setup\.bash failed: .*no network"):
        bench.measure(checkout, tmp_path, repeat=1)
    assert (checkout / "stopped").exists()


def test_the_peer_installs_the_same_locks(checkout: Path, tmp_path: Path) -> None:
    calls = tmp_path / "calls"
    uv = tmp_path / "uv"
    uv.write_text(
        f"""#!/bin/sh
echo "$@" >> {calls}
[ "$1" = venv ] || exit 0
for last; do :; done
mkdir -p "$last/bin"
printf '#!/bin/sh\\necho "$@" >> {calls}\\n' > "$last/bin/python"
chmod +x "$last/bin/python"
"""
    )
    uv.chmod(0o755)
    seconds = Trial(checkout, tmp_path).peer(uv, Path("/usr/bin/python3.11"))
    assert seconds > 0
    made = calls.read_text().splitlines()
    assert [line.split()[-1].rpartition("/")[2] for line in made[1:6:2]] == [
        "jupyter.txt",
        "theano.txt",
        "tensorflow.txt",
    ]
    assert all("--require-hashes" in line for line in made[1:6:2])
    assert made[6].startswith("-m workshop data fetch --allow-unavailable --into")


def test_interrupting_ends_what_was_started(checkout: Path, tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from benchmarks.setup.race import Trial\n"
        f"one = Trial(Path({str(checkout)!r}), Path({str(tmp_path)!r}))\n"
        f"one._run(['sh', '-c', 'echo $$ > {tmp_path}/pid; sleep 60'])\n"
    )
    process = subprocess.Popen([sys.executable, "-c", code], stderr=subprocess.DEVNULL)
    wait_until(lambda: (tmp_path / "pid").exists() and (tmp_path / "pid").read_text().strip(), 60, "it runs")
    # It is still starting the command while the command already runs; then it sleeps until that ends.
    stat = Path(f"/proc/{process.pid}/stat")
    wait_until(lambda: stat.read_text().rpartition(")")[2].split()[0] == "S", 60, "it waits")
    process.send_signal(2)
    process.wait(120)
    started = int((tmp_path / "pid").read_text())
    wait_until(lambda: not alive(started), 10, "what it started has ended")


@pytest.mark.parametrize("text", [None, "[", "{}", '[{"role": "x"}]'])
def test_timings_that_cannot_be_read(tmp_path: Path, text: str | None) -> None:
    path = tmp_path / "timings.json"
    if text is not None:
        path.write_text(text)
    if text == "{}":
        assert trial.read_timings(path) == []
        return
    with pytest.raises(WorkshopError, match="no timings"):
        trial.read_timings(path)


def result(first: float, second: float = 10, changed: int = 0, peer: float = 100) -> Result:
    parts = [Part("", "Check", 1.0), Part("datasets", "Fetch", 40.0), Part("datasets", "Name", 0.5)]
    return Result(Run(first, 9, parts), Run(second, changed, [], 4.5), peer)


def test_medians_ratio_and_profile() -> None:
    report = bench.summarise([result(210), result(230), result(220)])
    assert report["setup_seconds"] == 220
    assert report["ratio"] == 2.2
    assert report["passed"] is True
    assert report["second_run_work"] == 4.5
    profile = {row["part"]: row["seconds"] for row in report["profile"]}
    assert profile == {bench.OUTSIDE: 178.5, "datasets": 40.5, "play": 1.0}
    assert report["profile"][1]["longest"][0] == {"task": "Fetch", "seconds": 40.0}
    json.dumps(report)


@pytest.mark.parametrize("missed", [result(251), result(100, changed=1)])
def test_each_bar_counts(missed: Result) -> None:
    assert bench.summarise([missed])["passed"] is False


def pair(now: float, before: float, changed: int = 0) -> Pair:
    return Pair(Run(now, changed, [Part("", "Check", 1.0)], now * 0.9), Run(before, 5, [], before))


def test_pairs_are_compared_one_by_one() -> None:
    """A machine that slows down under one pair, for both of it, changes nothing."""
    report = bench.summarise_pairs([pair(40, 100), pair(5, 10), pair(8, 20)])
    assert (report["of_before"], report["work_of_before"]) == (0.4, 0.36)
    assert (report["second_run_seconds"], report["before_seconds"]) == (8, 20)
    assert report["passed"] is True
    assert report["profile"][0] == {
        "part": bench.OUTSIDE,
        "seconds": 7.0,
        "longest": [{"task": "uv, the control environment, the doctor", "seconds": 7.0}],
    }
    json.dumps(report)


@pytest.mark.parametrize("missed", [pair(6, 10), pair(4, 10, changed=1)])
def test_each_bar_of_pairs_counts(missed: Pair) -> None:
    assert bench.summarise_pairs([missed])["passed"] is False


def test_both_are_set_up_and_then_again_in_turns(tmp_path: Path) -> None:
    now, before = make_checkout(tmp_path / "new"), make_checkout(tmp_path / "old")
    for each in (now, before):
        script = each / "local/setup.bash"
        script.write_text(script.read_text().replace("exit 0", f"echo {each.name} >> {tmp_path}/order"))
    pairs = bench.measure_pairs(now, before, tmp_path, 2)
    order = (tmp_path / "order").read_text().split()
    assert order == ["new", "old", "new", "old", "old", "new"]
    assert [(each.now.changed, each.before.changed) for each in pairs] == [(0, 0), (0, 0)]
    assert (now / "stopped").exists()
    assert (before / "stopped").exists()
    places = {(each / "arguments").read_text().splitlines()[1] for each in (now, before)}
    assert places == {f"workshop_prefix={tmp_path}/{name}/house" for name in ("now", "before")}


def test_a_checkout_that_is_none_is_refused(tmp_path: Path) -> None:
    with pytest.raises(WorkshopError, match="no local/setup"):
        bench.setup(before=tmp_path, scratch=tmp_path)


def test_free_ports_are_different_and_free() -> None:
    ports = trial.free_ports(3)
    assert len(set(ports)) == 3
