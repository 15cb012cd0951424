"""The services answer, keep to themselves, and come back."""

from __future__ import annotations

import pytest
from machine import SERVICES, Machine

each_service = pytest.mark.parametrize("service", SERVICES)


@each_service
def test_answers_on_its_port(machine: Machine, service: str) -> None:
    machine.wait_until_answers(service, 60)


def test_jupyter_lets_in_who_has_the_token(machine: Machine) -> None:
    answer = machine.get("workshop-jupyter", "/api/contents", token=machine.token)
    assert answer.status == 200
    assert answer.json["type"] == "directory"


def test_tensorboard_lists_the_sample_run(machine: Machine) -> None:
    runs = machine.get("workshop-tensorboard", "/data/runs").json
    assert any(run.startswith("sample/") for run in runs), runs


@pytest.mark.parametrize(
    "path", ["scalars/tags", "histograms/tags", "images/tags", "graphs/info", "projector/runs"]
)
def test_no_tab_of_tensorboard_is_empty(machine: Machine, path: str) -> None:
    found = machine.get("workshop-tensorboard", f"/data/plugin/{path}").json
    assert any(run.startswith("sample/") for run in found), found


@each_service
def test_listens_only_where_it_was_told_to(machine: Machine, service: str) -> None:
    addresses = {address for address, _ in machine.listeners(service)}
    assert addresses == {machine.settings["bind_address"]}


@each_service
def test_comes_back_after_a_kill(machine: Machine, service: str) -> None:
    machine.wait_until_answers(service, 60)
    before = {process for _, process in machine.listeners(service)}
    assert before and 0 not in before
    machine.run("kill -9 " + " ".join(map(str, before)))
    machine.wait_until_answers(service, 60)
    after = {process for _, process in machine.listeners(service)}
    assert after and not after & before


@each_service
def test_belongs_to_the_participant_not_to_root(machine: Machine, service: str) -> None:
    owners = {machine.run(f"stat -c %U /proc/{process}").strip() for _, process in machine.listeners(service)}
    notebooks = machine.settings["notebooks"]
    assert owners == {machine.run(f"stat -c %U '{notebooks}'").strip()}


@each_service
def test_what_it_makes_is_for_its_account_alone(machine: Machine, service: str) -> None:
    """The history of cells, for example, which IPython keeps in a home that others may look into."""
    told = [machine.run(f"grep Umask /proc/{process}/status") for _, process in machine.listeners(service)]
    assert [line.split() for line in told] == [["Umask:", "0077"]] * len(told)
    assert told


def test_the_token_is_for_its_owner_alone(machine: Machine) -> None:
    assert machine.run(f"stat -c %a {machine.prefix}/etc/token").strip() == "600"
    assert len(machine.token) >= 20


def test_jupyter_has_a_memory_limit(machine: Machine) -> None:
    if machine.manager == "supervisor":
        pytest.skip("supervisor has no memory limits")
    limit = machine.systemctl("show workshop-jupyter --property=MemoryMax --value")
    assert limit.isdigit(), limit
    total_kb = int(machine.run("grep MemTotal /proc/meminfo").split()[1])
    assert int(limit) < total_kb * 1024


def test_services_start_with_the_machine(machine: Machine) -> None:
    if machine.manager == "supervisor":
        pytest.skip("nothing starts supervisor with the machine; set-up does when it runs again")
    for service in SERVICES:
        assert machine.systemctl(f"is-enabled {service}") == "enabled"
