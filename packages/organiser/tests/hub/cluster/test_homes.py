"""Homes on a cluster, with a kubectl of the test's own: what is asked of it, and what its answers do."""

from __future__ import annotations

import json
import os
import stat
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from hub.cluster.kubernetes_rules import breaches, check_object
from organiser.hub.cluster.folder import Classroom, prepare
from organiser.hub.cluster.homes import Homes, claim
from workshop.core.errors import WorkshopError

KUBECTL = """#!{python}
import json, pathlib, sys
folder = pathlib.Path({folder!r})
words = sys.argv[3:]
with open(folder / "asked", "a") as asked:
    asked.write(json.dumps(words) + "\\n")
if words[0] == "create":
    (folder / "pod.json").write_text(sys.stdin.read())
if words[0] == "get":
    print((folder / words[1]).read_text())
if words[0] == "wait" and (folder / "never").exists():
    sys.exit("error: timed out waiting for the condition on pods/home-keeper-002")
if words[0] == "exec":
    sys.stdout.buffer.write(b"PK" + words[1].encode())
"""
VALUES = {
    "image": {"name": "registry.example.org/workshop@sha256", "tag": "0" * 64},
    "fsGid": 1000,
    "storage": {"homeMountPath": "/home/workshop"},
    "initContainers": [
        {
            "name": "home",
            "securityContext": {
                "runAsNonRoot": True,
                "runAsUser": 1000,
                "allowPrivilegeEscalation": False,
                "capabilities": {"drop": ["ALL"]},
                "seccompProfile": {"type": "RuntimeDefault"},
            },
            "resources": {
                "requests": {"cpu": "10m", "memory": "32Mi"},
                "limits": {"cpu": "1", "memory": "256Mi"},
            },
        }
    ],
}


@pytest.fixture
def homes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Homes:
    room = Classroom(tmp_path / "room", "workshop", "https://class.example.org")
    prepare(room, 3)
    (room.folder / "values.yaml").write_text(yaml.safe_dump({"singleuser": VALUES}))
    (room.folder / "own-values.yaml").write_text("{}\n")
    claims = [{"metadata": {"name": claim(number)}} for number in ("001", "002")]
    pod: dict[str, Any] = {"metadata": {"name": "jupyter-seat-001"}, "status": {"phase": "Running"}}
    (tmp_path / "persistentvolumeclaims").write_text(json.dumps({"items": claims}))
    (tmp_path / "pods").write_text(json.dumps({"items": [pod]}))
    program = tmp_path / "bin/kubectl"
    program.parent.mkdir()
    program.write_text(KUBECTL.format(python=sys.executable, folder=str(tmp_path)))
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}:{os.environ['PATH']}")
    return Homes(room)


def asked(homes: Homes) -> list[list[str]]:
    lines = (homes.room.folder.parent / "asked").read_text().splitlines()
    return [json.loads(line) for line in lines]


def test_a_seat_that_runs_packs_its_own_home_and_a_pod_packs_the_others(homes: Homes, tmp_path: Path) -> None:
    numbers = homes.seats()
    assert numbers == ["001", "002"], "seat 3 has no home yet"
    made = homes.archive_all(numbers, tmp_path / "archive")
    assert made.complete
    files = [made.folder / made.seats[number] for number in numbers]
    assert [each.read_bytes() for each in files] == [b"PKjupyter-seat-001", b"PKhome-keeper-002"]
    assert homes.archive_all(numbers, tmp_path / "archive").folder != made.folder, "none is overwritten"
    assert stat.S_IMODE((tmp_path / "archive").stat().st_mode) == 0o700
    last = [each for each in asked(homes) if each[0] == "delete"][-1]
    assert last[:3] == ["delete", "pod", "home-keeper-002"]


def test_the_pod_beside_a_home_is_as_restricted_as_a_seat(homes: Homes) -> None:
    pod = homes.keeper("002")
    check_object(pod)
    assert breaches(pod["spec"]) == []
    assert pod["metadata"]["labels"]["app.kubernetes.io/component"] == "home-keeper"


def test_the_pod_beside_a_home_goes_where_seats_go(homes: Homes) -> None:
    plain = homes.keeper("002")["spec"]
    assert {each["key"] for each in plain["tolerations"]} == {
        "hub.jupyter.org/dedicated",
        "hub.jupyter.org_dedicated",
    }
    taint = {"key": "class", "operator": "Exists", "effect": "NoSchedule"}
    own = {
        "imagePullSecrets": ["registry"],
        "scheduling": {"userPods": {"tolerations": []}},
        "singleuser": {"nodeSelector": {"pool": "seats"}, "extraTolerations": [taint]},
    }
    (homes.room.folder / "own-values.yaml").write_text(yaml.safe_dump(own))
    pod = homes.keeper("002")
    check_object(pod)
    spec = pod["spec"]
    assert spec["containers"][0]["image"].startswith("registry.example.org/workshop@sha256:")
    assert spec["imagePullSecrets"] == [{"name": "registry"}]
    assert (spec["nodeSelector"], spec["tolerations"]) == ({"pool": "seats"}, [taint])
    (homes.room.folder / "own-values.yaml").write_text("- no table\n")
    with pytest.raises(WorkshopError, match=r"own-values\.yaml is not what the playbook wrote"):
        homes.keeper("002")


def test_a_home_that_cannot_be_had_is_named_and_its_pod_goes(homes: Homes, tmp_path: Path) -> None:
    (tmp_path / "never").touch()
    made = homes.archive_all(homes.seats(), tmp_path / "archive")
    assert list(made.seats) == ["001"]
    assert "timed out waiting" in made.lacking["002"]
    assert asked(homes)[-1][:3] == ["delete", "pod", "home-keeper-002"]


def test_the_server_ends_before_the_home_goes_and_a_card_may_open_nothing_after(homes: Homes) -> None:
    homes.delete("001")
    assert [each[:3] for each in asked(homes)] == [
        ["delete", "pod", "jupyter-seat-001"],
        ["delete", "persistentvolumeclaim", "claim-seat-001"],
    ]
    before = (homes.room.private / "classroom-seats.yaml").read_text()
    homes.delete_seats(["001"])
    assert sorted(homes.room.seats().seats) == ["002", "003"]
    assert (homes.room.private / "classroom-seats.yaml").read_text() != before
    assert asked(homes)[-1][0] == "apply"
