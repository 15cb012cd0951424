"""What the doctor prints for an issue: all that helps, and nothing that names somebody."""

from __future__ import annotations

import getpass
import socket
from pathlib import Path

import pytest
from click.testing import Result
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from workshop import __version__
from workshop.core.settings import Settings
from workshop.machine import cli
from workshop.machine.doctor import Report
from workshop.machine.lines import green, red
from workshop.machine.report import public_report

HOME = Path("/home/Ann Lee")
SETTINGS = Settings(prefix=HOME / "deep learning/.workshop", notebooks=Path("/srv/Ann's course"))


@pytest.fixture(autouse=True)
def anns_laptop(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Path, "home", lambda: HOME)
    monkeypatch.setattr(getpass, "getuser", lambda: "ann")
    monkeypatch.setattr(socket, "gethostname", lambda: "anns-laptop.example.org")


def published(*texts: str) -> str:
    return public_report(Report([green("a check", text) for text in texts], {}, 0.1), SETTINGS)


def test_the_version_and_each_line_with_its_state_are_there() -> None:
    report = Report([green("memory", "3.1 GB of 4.0 GB free"), red("disk", "full", "free some")], {}, 0.1)
    text = public_report(report, SETTINGS)
    assert f"workshop {__version__}, Python 3." in text
    assert "| green | memory | 3.1 GB of 4.0 GB free |" in text
    assert "| red | disk | full |" in text


def test_what_names_nobody_stays() -> None:
    kept = (
        "a virtual machine (KVM), x86_64: by ssh -L",
        "0 of 24 sets; missing: mnist",
        "2/3 compiled",
        "3.11.4",
    )
    text = published(*kept)
    assert all(each in text for each in kept)


@pytest.mark.parametrize(
    "private",
    [
        f"{HOME}/deep learning/.workshop/venvs/theano/bin/python",
        f"{HOME}/Documents/thesis.ipynb",
        "/srv/Ann's course/0-basics",
        "~/secrets",
        "/media/ann/STICK",
        "https://ann:password@git.example.org/workshop.git",
        "ssh://git@10.1.2.3/workshop",
        "git@git.example.org:workshop.git",
        "192.168.7.31",
        "[2001:db8::17]:8080",
        "anns-laptop.example.org",
        "anns-laptop",
        "ann",
    ],
)
@pytest.mark.parametrize(
    "sentence", ["{}", "0.5 GB free at {}, on disk", "({}) was asked", "why: {}: no such file"]
)
def test_folders_addresses_and_names_are_replaced(private: str, sentence: str) -> None:
    said = published(sentence.format(private)).splitlines()[-1].lower()
    for word in (
        "ann",
        "lee",
        "example.org",
        "secret",
        "thesis",
        "10.1",
        "192",
        "2001",
        "stick",
        "/",
        "password",
    ):
        assert word not in said, said


@given(
    st.lists(
        st.sampled_from([str(HOME), "/x y", " ", "ann", "@", "https://", "1.2.3.4", "|", ":"]), max_size=12
    )
)
def test_no_mixture_names_the_home_or_ends_a_cell(words: list[str]) -> None:
    said = published("".join(words)).splitlines()[-1]
    assert str(HOME) not in said
    assert said.count("|") == 4


def test_the_command_prints_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cli, "diagnose", lambda *_, **__: Report([green("cores", f"2 at {HOME}")], {}, 0.1))
    done: Result = CliRunner().invoke(cli.app, ["--report"])
    assert done.exit_code == 0
    assert "| green | cores | 2 at PATH |" in done.stdout
