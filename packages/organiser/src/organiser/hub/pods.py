"""A seat on Kubernetes: KubeSpawner, with the cluster's events in words for the person who waits."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Iterable, Mapping
from datetime import UTC, datetime
from typing import Any, ClassVar

from kubespawner import KubeSpawner  # type: ignore[import-untyped]

from organiser.hub.returning import Returning

FOUND = "There is room for your seat; it is being prepared."
FULL = "The class's computers are full. A new one may be on its way; this page goes on by itself."
NO_DISK = "Your home has no disk yet. After five minutes tell the organiser: 'kubectl get pvc' shows why."
MOVING = "Another computer still holds your home and lets go of it within minutes; nothing in it is lost."
FETCHING = "The workshop is being brought to this computer, which takes minutes the first time."
NO_IMAGE = "The workshop's image cannot be had here. Tell the organiser; this page cannot go on without it."
STARTING = "Your server is starting."
ENDING = (
    "Your server ends as soon as it has started. Tell the organiser: 'kubectl logs' of your seat says why."
)
NO_PLACE = "No computer of the cluster takes your seat just now; this page goes on as soon as one does."

LOOK_SECONDS = 2.0
"""How long one look at the cluster's events counts, for the speaker's view."""

LATE_SECONDS = 5.0
"""So much later than it was told to a node ends a pod; one that is silent never says that it did."""

_VOLUMES = ("persistentvolumeclaim", "volume node affinity", "volume(s)", "storageclass")
_IMAGES = ("image", "pull")


def in_words(reason: str, message: str) -> str:
    """Return what an event of a pod means to who waits for it; nothing where it means nothing to them.

    reason: one of Kubernetes' words, such as ``FailedScheduling``.
    message: what the cluster says of it, whose wording differs from version to version.
    """
    lower = message.lower()
    match reason:
        case "Scheduled":
            return FOUND
        case "FailedScheduling":
            if any(word in lower for word in _VOLUMES):
                return NO_DISK
            return FULL if "insufficient" in lower or "too many pods" in lower else NO_PLACE
        case "TriggeredScaleUp" | "Preempted":
            return FULL
        case "FailedAttachVolume" | "FailedMount":
            return MOVING
        case "Pulling":
            return FETCHING
        case "InspectFailed" | "ErrImageNeverPull" | "InvalidImageName":
            return NO_IMAGE
        case "Failed" | "BackOff":
            return NO_IMAGE if any(word in lower for word in _IMAGES) else ENDING
        case "Started":
            return STARTING
    return ""


def last_words(events: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """Return what was said last of each pod, by its name; one look at all events serves all seats."""
    latest: dict[str, tuple[str, str]] = {}
    for event in events:
        words = in_words(str(event.get("reason")), str(event.get("message")))
        when = str(event.get("lastTimestamp") or event.get("eventTime") or "")
        name = str(event.get("involvedObject", {}).get("name"))
        if words and when >= latest.get(name, ("", ""))[0]:
            latest[name] = when, words
    return {name: words for name, (_, words) in latest.items()}


def is_left_behind(pod: Mapping[str, Any], now: datetime) -> bool:
    """Return whether a pod should have ended, and nobody says that it did: its node is lost.

    The cluster takes such a pod away only when the node is back, or when somebody asks for it once more, at
    once; whoever starts the seat anew does.
    """
    by = pod.get("metadata", {}).get("deletionTimestamp")
    return bool(by) and (now - datetime.fromisoformat(by)).total_seconds() > LATE_SECONDS


class SeatPods(Returning, KubeSpawner):  # type: ignore[misc]
    """The spawner of the classroom on Kubernetes."""

    _looked: ClassVar[float] = float("-inf")
    _said: ClassVar[dict[str, str]] = {}

    async def poll(self) -> int | None:
        """Look whether the seat's server is there; on a node that is lost it is not."""
        status: int | None = await super().poll()
        pod = self.pod_reflector.pods.get(f"{self.namespace}/{self.pod_name}")
        if status is None and is_left_behind(pod or {}, datetime.now(UTC)):
            return 1
        return status

    @property
    def node(self) -> str:
        """The node that the seat's pod is on, as far as the hub has heard; for the speaker's view."""
        reflector = getattr(self, "pod_reflector", None)
        pod = reflector.pods.get(f"{self.namespace}/{self.pod_name}") if reflector else None
        return str((pod or {}).get("spec", {}).get("nodeName") or "")

    @property
    def why(self) -> str:
        """What the cluster said last of a seat that is starting, in words."""
        reflector = getattr(self, "event_reflector", None)
        if reflector is None:
            return ""
        now = time.monotonic()
        if now - SeatPods._looked > LOOK_SECONDS:
            SeatPods._looked, SeatPods._said = now, last_words(reflector.resources.values())
        return SeatPods._said.get(self.pod_name, "")

    async def progress(self) -> AsyncIterator[dict[str, Any]]:
        """Tell each news once; the cluster repeats itself every few seconds."""
        said = ""
        async for step in super().progress():
            event: Mapping[str, Any] = step["raw_event"]
            words = in_words(str(event.get("reason")), str(event.get("message")))
            if words and words != said:
                said = words
                yield {"progress": step["progress"], "message": words}
