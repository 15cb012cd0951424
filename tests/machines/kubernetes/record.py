"""Record what a cluster's API says of one seat's start, for recorded_api.py.

By hand, in the namespace of a cluster's network, ``python -m machines.kubernetes.record KUBECONFIG NAMESPACE
POD``; then somebody starts that seat. Ends when the pod is ready.
"""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

from machines.kubernetes.recorded_api import RECORDING

KEPT = ("reason", "message", "type")


def watched(words: list[str], heard: list[tuple[float, Any]], enough: threading.Event) -> None:
    """Hear what kubectl tells of a kind, with the time of each."""
    command = [*words, "--watch-only", "--output=json"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as watching:
        assert watching.stdout is not None
        decoder, text = json.JSONDecoder(), ""
        for line in watching.stdout:
            text += line
            try:
                thing, end = decoder.raw_decode(text.lstrip())
            except ValueError:
                continue
            text = text.lstrip()[end:]
            heard.append((time.monotonic(), thing))
            conditions = thing.get("status", {}).get("conditions", [])
            if any(each["type"] == "Ready" and each["status"] == "True" for each in conditions):
                enough.set()
            if enough.is_set():
                break
        watching.terminate()


def steps_of(name: str, pods: list[tuple[float, Any]], events: list[tuple[float, Any]]) -> list[Any]:
    """Return what was heard of one pod, in its order, with the seconds since the first word."""
    mine = [(when, thing) for when, thing in pods if thing["metadata"]["name"] == name]
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
        for when, thing in events
        if thing["involvedObject"]["name"] == name
    ]
    return sorted(steps, key=lambda each: each["after"])


def main(kubeconfig: str, namespace: str, name: str) -> None:
    """Write the recording."""
    kubectl = ["kubectl", f"--kubeconfig={kubeconfig}", f"--namespace={namespace}", "get"]
    pods: list[tuple[float, Any]] = []
    events: list[tuple[float, Any]] = []
    enough = threading.Event()
    threading.Thread(target=watched, args=([*kubectl, "events"], events, enough), daemon=True).start()
    watched([*kubectl, "pods", f"--field-selector=metadata.name={name}"], pods, enough)
    time.sleep(2)
    steps = steps_of(name, pods, events)
    Path(RECORDING).write_text(json.dumps({"steps": steps}, indent=1) + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
