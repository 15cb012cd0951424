from __future__ import annotations

import json
import subprocess
from pathlib import Path

import commandline
import pytest

from .bed import contents, fill, make_key

FILES = {"a": b"one", "deep/b": b"two" * 1000}


def workshop(*words: str | Path) -> subprocess.CompletedProcess[str]:
    return commandline.workshop("stick", *words)


def assert_one_line(done: subprocess.CompletedProcess[str], *words: str) -> None:
    assert done.returncode == 1, done.stderr
    last = done.stderr.splitlines()[-1]
    assert last.startswith("workshop: ") and "Traceback" not in done.stderr
    for word in words:
        assert word in last


@pytest.fixture
def stage(tmp_path: Path) -> Path:
    return fill(tmp_path / "stage", FILES)


@pytest.fixture
def listed(tmp_path: Path) -> Path:
    """A list of two small parts of the checkout, one of which is not there yet."""
    file = tmp_path / "contents.yml"
    file.write_text(
        "parts:\n"
        "- {name: start, title: Start, kind: folder, from: presentation/start, into: start}\n"
        "- {name: none, title: None, kind: folder, from: no-such-folder, into: none}\n"
    )
    return file


def test_plan_tells_sizes_and_what_is_missing(tmp_path: Path, listed: Path) -> None:
    done = workshop("plan", "--contents", listed, "--work", tmp_path / "work", "--json")
    told = json.loads(done.stdout)
    assert done.returncode == 0
    assert told["bytes"] == sum(part["bytes"] for part in told["parts"]) > 0
    assert told["missing"] == {"none": ["the checkout has no no-such-folder yet"]}
    assert "start/index.html" in [file["name"] for file in told["parts"][0]["files"]]
    assert "missing: the checkout has no" in workshop("plan", "--contents", listed).stdout


def test_a_stick_that_would_lack_something_is_no_success(tmp_path: Path, listed: Path) -> None:
    words = ("--contents", listed, "--work", tmp_path / "work", "--json")
    done = workshop("stage", *words)
    assert_one_line(done, "--without NAME", "--allow-missing")
    assert "none" in json.loads(done.stdout)["missing"]
    assert workshop("stage", *words, "--allow-missing").returncode == 0
    assert workshop("stage", *words, "--without", "none").returncode == 0
    verified = workshop("verify", tmp_path / "work" / "stage", "--json")
    assert json.loads(verified.stdout)["right"] is True


def test_a_signed_stage_is_verified_by_its_key(tmp_path: Path, listed: Path) -> None:
    key = make_key(tmp_path / "key")
    words = ("--contents", listed, "--without", "none", "--sign-with", key)
    assert workshop("stage", tmp_path / "stage", *words, "--work", tmp_path / "work").returncode == 0
    signers = tmp_path / "signers"
    signers.write_text(f"organiser {key.with_suffix('.pub').read_text()}")
    assert (
        "signed by organiser" in workshop("verify", tmp_path / "stage", "--allowed-signers", signers).stdout
    )
    unknown = workshop("verify", tmp_path / "stage", "--require-signature", "--json")
    assert_one_line(unknown, "known signature is required")
    document = json.loads(unknown.stdout)
    assert (document["right"], document["sticks"][0]["right"]) == (False, False)
    assert "known signature is required" in document["sticks"][0]["reasons"][-1]


def test_the_machines_own_disk_is_refused_even_by_force(tmp_path: Path, stage: Path) -> None:
    for force in ((), ("--force",)):
        done = workshop("write", "/", "--staged", stage, *force)
        assert_one_line(done, "the system disk")


def test_verify_tells_each_fault_and_fails(tmp_path: Path, stage: Path) -> None:
    good = fill(tmp_path / "good", FILES)
    (stage / "a").write_bytes(b"two")
    (stage / "deep" / "b").unlink()
    done = workshop("verify", stage, good, "--json")
    assert_one_line(done, "1 of 2 sticks are not right", "a is damaged", "deep/b is missing", "--reread")
    told = {stick["folder"]: stick["right"] for stick in json.loads(done.stdout)["sticks"]}
    assert told == {str(stage): False, str(good): True}


def test_a_memory_disk_by_force(stage: Path) -> None:
    shared = Path("/dev/shm")
    if not shared.is_dir():
        pytest.skip("needs /dev/shm")
    stick = shared / f"workshop-stick-{stage.parent.name}"
    stick.mkdir(exist_ok=True)
    try:
        assert_one_line(workshop("write", stick, "--staged", stage), "not removable; add --force")
        done = workshop("write", stick, "--staged", stage, "--force", "--json")
        assert done.returncode == 0, done.stderr
        assert done.stderr.splitlines()[0] == "each stick takes 0.0 MB in 2 files"
        assert json.loads(done.stdout)["changed"] is True
        assert contents(stick) == FILES
        again = workshop("write", stick, "--staged", stage, "--force", "--json")
        assert json.loads(again.stdout)["changed"] is False
    finally:
        subprocess.run(["rm", "-rf", str(stick)], check=True)
