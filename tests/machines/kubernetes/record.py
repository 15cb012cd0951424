"""Record what a cluster's API says of one seat's start, for recorded_api.py.

``tools/testbed/release.bash kubernetes`` records one start of its own cluster, over recording.json
where WORKSHOP_TEST_RECORD is set. By hand, against any cluster: ``python -m machines.kubernetes.record
KUBECONFIG NAMESPACE POD``; then somebody starts that seat. Ends when the pod is ready.
"""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from machines.kubernetes.recorded_api import RECORDING

KEPT = ("reason", "message", "type")
LATER_SECONDS = 2.0
"""So much longer than the pod its events are listened to."""
Recording = dict[str, Any]


class Heard:
    """What was heard of one pod and of the events of its namespace, with the time of each."""

    def __init__(self, name: str) -> None:
        """Hear nothing yet."""
        self.name = name
        self.pods: list[tuple[float, Any]] = []
        self.events: list[tuple[float, Any]] = []
        self.ready = threading.Event()

    def listen(self, words: Sequence[str], heard: list[tuple[float, Any]]) -> subprocess.Popen[str]:
        """Hear what kubectl tells of a kind, from now on."""
        command = [*words, "--watch-only", "--output=json"]
        watching = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        threading.Thread(target=self._read, args=(watching, heard), daemon=True).start()
        return watching

    def _read(self, watching: subprocess.Popen[str], heard: list[tuple[float, Any]]) -> None:
        assert watching.stdout is not None
        decoder, text = json.JSONDecoder(), ""
        for line in watching.stdout:
            text += line
            try:
                thing, _ = decoder.raw_decode(text.lstrip())
            except ValueError:
                continue
            text = ""
            heard.append((time.monotonic(), thing))
            conditions = thing.get("status", {}).get("conditions", [])
            if any(each["type"] == "Ready" and each["status"] == "True" for each in conditions):
                self.ready.set()

    def is_over(self, seconds: float) -> bool:
        """Wait until the pod is ready and its events are heard; return whether it was, in time."""
        ready = self.ready.wait(seconds)
        time.sleep(LATER_SECONDS)
        return ready

    def recording(self) -> Recording:
        """Return what was heard of the pod, in its order, with the seconds since the first word."""
        mine = [(when, thing) for when, thing in self.pods if thing["metadata"]["name"] == self.name]
        first = mine[0][0]
        steps: list[Any] = [
            {
                "after": round(when - first, 2),
                "node": thing["spec"].get("nodeName", ""),
                "status": thing["status"],
            }
            for when, thing in mine[1:]
        ]
        steps += [
            {"after": round(max(0.0, when - first), 2), "event": {key: thing[key] for key in KEPT}}
            for when, thing in self.events
            if thing["involvedObject"]["name"] == self.name
        ]
        return {"steps": sorted(steps, key=lambda each: each["after"])}


@contextmanager
def watching(kubectl: Sequence[str], namespace: str, name: str) -> Iterator[Heard]:
    """Listen to what a cluster says of a pod that somebody is about to make."""
    heard = Heard(name)
    words = [*kubectl, f"--namespace={namespace}", "get"]
    listening = [
        heard.listen([*words, "events"], heard.events),
        heard.listen([*words, "pods", f"--field-selector=metadata.name={name}"], heard.pods),
    ]
    try:
        yield heard
    finally:
        for each in listening:
            each.terminate()
            each.wait()


def save(recording: Recording, file: Path = RECORDING) -> None:
    """Write a recording."""
    file.write_text(json.dumps(recording, indent=1) + "\n")


def reasons(recording: Recording) -> set[str]:
    """Return the words that the cluster had for what it did."""
    return {each["event"]["reason"] for each in recording["steps"] if "event" in each}


def conditions(recording: Recording) -> set[str]:
    """Return what was true of the pod in the end."""
    *_, last = (each["status"] for each in recording["steps"] if "status" in each)
    return {each["type"] for each in last["conditions"] if each["status"] == "True"}


def main(kubeconfig: str, namespace: str, name: str) -> None:
    """Write the recording."""
    with watching(["kubectl", f"--kubeconfig={kubeconfig}"], namespace, name) as heard:
        while not heard.is_over(60):
            continue
        save(heard.recording())


if __name__ == "__main__":
    main(*sys.argv[1:])
