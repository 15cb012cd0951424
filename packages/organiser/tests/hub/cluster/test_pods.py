"""What the person who waits is told; the messages are those of Kubernetes 1.20 to 1.37."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest

pods = pytest.importorskip("organiser.hub.pods")

SAID = [
    ("Scheduled", "Successfully assigned workshop/jupyter-seat-001 to node1", pods.FOUND),
    ("FailedScheduling", "0/1 nodes are available: 1 Insufficient memory.", pods.FULL),
    ("FailedScheduling", "0/3 nodes are available: 2 Insufficient cpu, 1 Too many pods.", pods.FULL),
    (
        "FailedScheduling",
        "0/1 nodes are available: 1 pod has unbound immediate PersistentVolumeClaims.",
        pods.NO_DISK,
    ),
    ("FailedScheduling", 'persistentvolumeclaim "claim-seat-001" not found', pods.NO_DISK),
    (
        "FailedScheduling",
        "0/1 nodes are available: 1 node(s) had volume node affinity conflict.",
        pods.NO_DISK,
    ),
    (
        "FailedScheduling",
        "0/1 nodes are available: 1 node(s) had taint {node.kubernetes.io/unreachable: }, that the pod "
        "didn't tolerate.",
        pods.NO_PLACE,
    ),
    ("FailedAttachVolume", 'Multi-Attach error for volume "pvc-1" Volume is already used', pods.MOVING),
    ("Pulling", 'Pulling image "registry.example.org/workshop@sha256:0"', pods.FETCHING),
    ("Failed", 'Failed to pull image "registry.example.org/workshop@sha256:0": not found', pods.NO_IMAGE),
    ("BackOff", 'Back-off pulling image "registry.example.org/workshop@sha256:0"', pods.NO_IMAGE),
    ("ErrImageNeverPull", 'Container image "x" is not present with pull policy of Never', pods.NO_IMAGE),
    ("BackOff", "Back-off restarting failed container", pods.ENDING),
    ("Started", "Started container notebook", pods.STARTING),
    ("SomethingNew", "of a later version", ""),
]


@pytest.mark.parametrize(("reason", "message", "words"), SAID)
def test_an_event_in_words(reason: str, message: str, words: str) -> None:
    assert pods.in_words(reason, message) == words


def test_each_news_is_told_once_and_nothing_of_the_cluster_with_it(monkeypatch: pytest.MonkeyPatch) -> None:
    async def events(_: object) -> AsyncIterator[dict[str, Any]]:
        waits = ("FailedScheduling", "Insufficient memory")
        said = [waits, waits, ("Created", "a container"), ("Started", "it")]
        for number, (reason, message) in enumerate(said):
            event = {"reason": reason, "message": message, "node": "10.0.0.7"}
            yield {"progress": number, "raw_event": event, "message": message}

    monkeypatch.setattr(pods.KubeSpawner, "progress", events)

    async def told() -> list[dict[str, Any]]:
        return [step async for step in pods.SeatPods.progress(pods.SeatPods.__new__(pods.SeatPods))]

    assert asyncio.run(told()) == [
        {"progress": 0, "message": pods.FULL},
        {"progress": 3, "message": pods.STARTING},
    ]


def test_the_speaker_hears_the_last_words_of_each_pod() -> None:
    def event(pod: str, when: str, reason: str, message: str = "") -> dict[str, Any]:
        about = {"name": pod}
        return {"involvedObject": about, "lastTimestamp": when, "reason": reason, "message": message}

    events = [
        event("a", "2026-11-27T10:00:05Z", "Pulling"),
        event("a", "2026-11-27T10:00:01Z", "FailedScheduling", "Insufficient memory"),
        event("a", "2026-11-27T10:00:09Z", "Created"),
        event("b", "2026-11-27T10:00:02Z", "FailedScheduling", "Insufficient memory"),
    ]
    assert pods.last_words(events) == {"a": pods.FETCHING, "b": pods.FULL}


def test_a_pod_that_should_have_ended_is_left_behind_on_a_lost_node(monkeypatch: pytest.MonkeyPatch) -> None:
    def at(second: int) -> datetime:
        return datetime(2024, 11, 27, 10, 0, second, tzinfo=UTC)

    ending = {"metadata": {"deletionTimestamp": "2024-11-27T10:00:10Z"}}
    assert not pods.is_left_behind(ending, at(9))
    assert not pods.is_left_behind(ending, at(12)), "a node that is slow"
    assert pods.is_left_behind(ending, at(16))
    assert not pods.is_left_behind({"metadata": {}}, at(16))
    assert not pods.is_left_behind({}, at(16))

    # What KubeSpawner says of it is that it runs; of everything else its word stands.
    async def found(pod: dict[str, Any], said: int | None) -> int | None:
        async def poll(_: object) -> int | None:
            return said

        monkeypatch.setattr(pods.KubeSpawner, "poll", poll)
        listed = SimpleNamespace(pods={"workshop/jupyter-seat-001": pod})
        seat = SimpleNamespace(pod_reflector=listed, namespace="workshop", pod_name="jupyter-seat-001")
        looking = type("Seat", (pods.SeatPods,), {"__init__": lambda _: None, **vars(seat)})()
        return await looking.poll()

    assert asyncio.run(found(ending, None)) == 1
    assert asyncio.run(found({"metadata": {}}, None)) is None
    assert asyncio.run(found({"metadata": {}}, 7)) == 7
