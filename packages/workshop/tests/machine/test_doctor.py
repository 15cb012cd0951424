"""The doctor's report as a whole: guarded, quick, and honest in its exit status."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from workshop.core.errors import WorkshopError
from workshop.core.settings import Settings
from workshop.machine import doctor
from workshop.machine.lines import State, green, red

ROOT = Path(__file__).resolve().parents[4]


def test_a_check_that_breaks_is_a_line_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    def break_down() -> None:
        raise ZeroDivisionError("nothing to divide")

    def complain() -> None:
        raise WorkshopError("the catalogue is gone")

    todo = [("one", break_down), ("two", complain), ("three", lambda: green("three", "fine"))]
    monkeypatch.setattr(doctor, "checks", lambda *_: todo)
    lines = doctor.diagnose(Settings()).lines
    assert [line.state for line in lines] == [State.RED, State.RED, State.GREEN]
    assert "nothing to divide" in lines[0].text
    assert lines[1].text == "the catalogue is gone"


def test_services_that_come_up_are_waited_for_and_nothing_else(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def check(name: str, red_for: int) -> tuple[str, doctor.Check]:
        def ask() -> doctor.Line:
            asked.append(name)
            return red(name, "no answer", "wait") if asked.count(name) <= red_for else green(name, "answers")

        return name, ask

    todo = [check("services", 1), check("port 8080", 2), check("port 8081", 10**6), check("memory", 1)]
    monkeypatch.setattr(doctor, "checks", lambda *_: todo)
    monkeypatch.setattr(doctor, "ASK_AGAIN", 0.01)
    states = [line.state for line in doctor.diagnose(Settings(), wait=2.0).lines]
    assert states == [State.GREEN, State.GREEN, State.RED, State.RED]
    assert (asked.count("services"), asked.count("port 8080"), asked.count("memory")) == (2, 3, 1)
    asked.clear()
    assert all(line.state is State.RED for line in doctor.diagnose(Settings()).lines)
    assert len(asked) == len(todo)


@pytest.mark.parametrize("left_out", ["", "tensorflow", "pytorch", "theano tensorflow"])
def test_what_a_machine_was_made_without_is_not_missed(tmp_path: Path, left_out: str) -> None:
    (tmp_path / "venvs/jupyter/share/jupyter/kernels").mkdir(parents=True)
    settings = Settings(prefix=tmp_path, left_out=left_out)
    looked_at = {name for name, _ in doctor.checks(settings) if name.startswith("environment ")}
    wanted = {"jupyter", "theano", "tensorflow", "pytorch"} - set(left_out.split())
    assert looked_at == {f"environment {name}" for name in wanted}
    kernels = dict(doctor.checks(settings))["kernels"]()
    assert not any(name in kernels.text for name in left_out.split())


def test_what_set_up_could_not_get_is_yellow_and_says_how(tmp_path: Path) -> None:
    settings = Settings(prefix=tmp_path, left_out="tensorflow pytorch", lacking="pytorch")
    checks = dict(doctor.checks(settings))
    assert "environment tensorflow" not in checks
    line = checks["environment pytorch"]()
    assert line.state is State.YELLOW
    assert "connect to a network" in line.advice


def test_a_machine_for_other_courses_misses_nothing_of_the_lessons(tmp_path: Path) -> None:
    checks = {name for name, _ in doctor.checks(Settings(prefix=tmp_path, lessons=False))}
    assert not checks & {"BLAS", "compile cache", "data"}
    assert "notebooks" in checks


def test_checks_can_be_chosen() -> None:
    assert [line.check for line in doctor.diagnose(Settings(), only=["memory", "cores"]).lines] == [
        "memory",
        "cores",
    ]


def test_every_red_line_says_what_to_do(tmp_path: Path) -> None:
    """A house in which everything is missing."""
    report = doctor.diagnose(
        Settings(
            prefix=tmp_path / "gone",
            notebooks=tmp_path / "none",
            data=tmp_path / "no",
            service_manager="supervisor",
        )
    )
    reds = [line for line in report.lines if line.state is State.RED]
    assert {"environment theano", "kernels", "notebooks", "services", "port 8080"} <= {
        line.check for line in reds
    }
    assert all(line.advice for line in reds)
    assert not report.ok


def command(*arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "workshop", "doctor", *arguments],
        cwd=ROOT,
        env={**os.environ, "COLUMNS": "200", **variables},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.fixture
def broken_house(tmp_path: Path) -> str:
    (tmp_path / "etc").mkdir()
    (tmp_path / "etc/token").write_text("secret-of-this-machine")
    path = tmp_path / "etc/workshop.toml"
    path.write_text(
        f'prefix = "{tmp_path}"\nnotebooks = "{tmp_path}/n"\ndata = "{tmp_path}/d"\nweb_port = 1\n'
    )
    return str(path)


def test_the_json_document_is_all_of_stdout(broken_house: str) -> None:
    done = command("--json", WORKSHOP_CONFIG=broken_house)
    report = json.loads(done.stdout)
    assert done.returncode == 1
    assert done.stderr == ""
    assert report["ok"] is False
    assert report["seconds"] > 0
    assert report["addresses"]["Jupyter"] == "http://127.0.0.1:8080/lab"
    assert "secret-of-this-machine" not in done.stdout
    assert {line["state"] for line in report["lines"]} <= {"green", "yellow", "red"}


def test_the_text_names_what_to_mend_and_the_addresses(broken_house: str) -> None:
    done = command(WORKSHOP_CONFIG=broken_house)
    assert done.returncode == 1
    assert "FAIL  notebooks" in done.stdout
    assert "Jupyter: http://127.0.0.1:8080/lab" in done.stdout
    assert "secret-of-this-machine" not in done.stdout
    assert "to fix" in done.stdout
