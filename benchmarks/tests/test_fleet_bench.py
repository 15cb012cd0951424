from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from benchmarks.fleet.bench import NOTHING, ONE, Case, lines, summarise
from benchmarks.fleet.machines import LESSON, NAME, Machine, Organiser, all_at_once, git
from benchmarks.fleet.server import Use, find_lighttpd
from workshop.errors import WorkshopError


def case(kind: str, what: str, processor: float) -> Case:
    return Case(kind, what, 10, Use(processor, 20, 50_000, 4_000, 12_000_000), 2.0)


def test_the_fleet_is_arithmetic_of_one_machine() -> None:
    report = summarise([case("git", NOTHING, 0.1), case("files", NOTHING, 0.02), case("git", ONE, 9.0)], 1000)
    first = report["cases"][0]
    assert first["processor_ms"] == 10.0 and first["connections"] == 2.0 and first["sent_bytes"] == 5000
    assert first["fleet_processor_seconds"] == 10.0 and first["fleet_sent_mb"] == 5.0
    assert first["fleet_share_of_an_hour"] == pytest.approx(10 / 3600, abs=1e-5)
    assert report["passed"], "a new revision is no part of the bar"
    assert any("git http-backend" in line for line in lines(report | {"versions": "none"}))


def test_a_server_that_is_busy_for_nothing_misses_the_bar() -> None:
    assert not summarise([case("git", NOTHING, 4.0), case("files", NOTHING, 0.1)], 1000)["passed"]


def test_the_timers_of_machines_are_spread_over_more_than_an_hour() -> None:
    roles = Path(__file__).resolve().parents[2] / "roles"
    defaults = yaml.safe_load((roles / "notebook-sync/defaults/main.yml").read_text(encoding="utf-8"))
    unit = (roles / "managed-service/templates/unit.timer.j2").read_text(encoding="utf-8")
    assert "\nRandomizedDelaySec={{ managed_service_timer_delay }}\n" in unit
    tasks = (roles / "notebook-sync/tasks/updates.yml").read_text(encoding="utf-8")
    assert 'managed_service_timer_delay: "{{ notebook_sync_timer_delay }}"' in tasks
    hours = defaults["notebook_sync_timer_delay"]
    assert hours.endswith("h") and int(hours[:-1]) >= 1


def test_without_a_web_server_it_says_what_to_install(tmp_path: Path) -> None:
    with pytest.raises(WorkshopError, match="apt-get install lighttpd"):
        find_lighttpd(tmp_path / "none")


@pytest.fixture
def organiser(tmp_path: Path) -> Organiser:
    """One whose checkout holds a lesson and what an update runs."""
    checkout = tmp_path / "checkout"
    files = {LESSON: '{"cells": [{"source": [\n    "One.\\n"]}]}\n', "ansible.cfg": "[defaults]\n"}
    files |= {"playbooks/notebook-sync.yml": "- hosts: all\n"}
    for name, text in files.items():
        (checkout / name).parent.mkdir(parents=True, exist_ok=True)
        (checkout / name).write_text(text)
    git(checkout, "init", "--quiet", "--initial-branch=main")
    git(checkout, "add", "--all")
    git(checkout, "-c", "user.name=a", "-c", "user.email=a@x", "commit", "--quiet", "--message=x")
    made = Organiser(tmp_path)
    made.begin(checkout)
    return made


def test_each_release_is_a_signed_tag_that_corrects_a_sentence(organiser: Organiser) -> None:
    organiser.release(2)
    served = organiser.repositories / NAME
    assert git(served, "tag", "--list", "--format=%(contents)").count("BEGIN SSH SIGNATURE") == 2
    assert '"Corrected: 2.\\n"' in git(served, "show", f"v2026.2:{LESSON}")
    assert "v2026.2" in (served / "info/refs").read_text()


def test_machines_really_update_themselves_each_on_its_own(organiser: Organiser, tmp_path: Path) -> None:
    url = f"file://{organiser.repositories / NAME}"
    first = Machine(tmp_path / "machines" / "0", url, organiser.signers)
    assert first.pull() == "v2026.1"
    others = [first.copy(tmp_path / "machines" / str(number)) for number in (1, 2)]
    organiser.release(2)
    organiser.repack()
    assert all_at_once(others, 2)[1] == {"v2026.2"}
    kept = tmp_path / "machines/0/pull/trust.json"
    assert '"tag": "v2026.1"' in kept.read_text(), "a copy shares no record with its model"
    assert first.pull() == "v2026.2"
