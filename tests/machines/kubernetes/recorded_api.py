"""A cluster's API as far as KubeSpawner asks it: pods go the way that one really went, by the same clock.

``recording.json`` holds what the API of the tests' own cluster said of one seat, from its making to the start
of its server: each state of the pod, and each event, with the seconds since the pod was asked for. Here every
pod goes that way, and hundreds at once.
"""

from __future__ import annotations

import asyncio
import copy
import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from aiohttp import web

RECORDING = Path(__file__).with_name("recording.json")
NAMESPACED = "/api/v1/namespaces/{namespace}"
Object = dict[str, Any]


class RecordedApi:
    """Pods, claims and events; whoever watches hears of each change."""

    def __init__(self, address: str, recording: Path = RECORDING) -> None:
        """Take the address that every pod gets."""
        self._recording = json.loads(recording.read_text())
        self._address = address
        self._version = 1
        self._objects: dict[str, dict[str, Object]] = {"pods": {}, "events": {}, "persistentvolumeclaims": {}}
        self._watchers: list[tuple[str, asyncio.Queue[bytes]]] = []
        self._on_their_way: set[asyncio.Task[None]] = set()
        self.asked: dict[str, int] = {}
        """Requests, by method and kind."""
        self.runs: Callable[[Object], None] = lambda pod: None
        """Called with each pod that runs."""
        self.app = web.Application()
        kinds = f"{NAMESPACED}/{{kind}}"
        self.app.add_routes(
            [
                web.get(kinds, self._list),
                web.post(kinds, self._create),
                web.get(f"{kinds}/{{name}}", self._read),
                web.delete(f"{kinds}/{{name}}", self._delete),
            ]
        )

    def _count(self, request: web.Request, kind: str) -> None:
        what = f"{request.method} {kind}"
        self.asked[what] = self.asked.get(what, 0) + 1

    def _tell(self, what: str, kind: str, thing: Object) -> None:
        """Give a thing a version of its own, and tell all who watch its kind."""
        self._version += 1
        thing["metadata"]["resourceVersion"] = str(self._version)
        line = json.dumps({"type": what, "object": thing}).encode() + b"\n"
        for watched, queue in self._watchers:
            if watched == kind:
                queue.put_nowait(line)

    async def _list(self, request: web.Request) -> web.StreamResponse:
        kind = request.match_info["kind"]
        if request.query.get("watch", "false").lower() != "true":
            self._count(request, kind)
            items = list(self._objects[kind].values())
            listed = {"resourceVersion": str(self._version)}
            return web.json_response({"kind": "List", "apiVersion": "v1", "metadata": listed, "items": items})
        answer = web.StreamResponse(headers={"Content-Type": "application/json"})
        await answer.prepare(request)
        since, queue = int(request.query.get("resourceVersion") or 0), asyncio.Queue[bytes]()
        # What changed since the list that the watcher knows.
        for thing in list(self._objects[kind].values()):
            if int(thing["metadata"]["resourceVersion"]) > since:
                queue.put_nowait(json.dumps({"type": "MODIFIED", "object": thing}).encode() + b"\n")
        self._watchers.append((kind, queue))
        try:
            async with asyncio.timeout(float(request.query.get("timeoutSeconds") or 3600)):
                while True:
                    await answer.write(await queue.get())
        except (TimeoutError, ConnectionError):
            pass
        finally:
            self._watchers.remove((kind, queue))
        return answer

    async def _create(self, request: web.Request) -> web.Response:
        kind, thing = request.match_info["kind"], await request.json()
        self._count(request, kind)
        name = thing["metadata"]["name"]
        if name in self._objects[kind]:
            return refused(409, "AlreadyExists", f'{kind} "{name}" already exists')
        thing["metadata"] |= {"namespace": request.match_info["namespace"], "uid": f"{kind}-{self._version}"}
        thing["metadata"]["creationTimestamp"] = now()
        self._objects[kind][name] = thing
        if kind == "pods":
            thing["status"] = {"phase": "Pending"}
            task = asyncio.create_task(self._go(thing))
            self._on_their_way.add(task)
            task.add_done_callback(self._on_their_way.discard)
        self._tell("ADDED", kind, thing)
        return web.json_response(thing, status=201)

    async def _go(self, pod: Object) -> None:
        """Let a pod go the recorded way."""
        name, namespace = pod["metadata"]["name"], pod["metadata"]["namespace"]
        passed = 0.0
        for number, step in enumerate(self._recording["steps"]):
            await asyncio.sleep(step["after"] - passed)
            passed = step["after"]
            if self._objects["pods"].get(name) is not pod:
                return
            if event := step.get("event"):
                # Kubernetes names events so that no two are alike.
                own = f"{name}.{pod['metadata']['uid']}.{number}"
                told = {
                    "metadata": {"name": own, "namespace": namespace, "uid": own},
                    "involvedObject": {"kind": "Pod", "name": name, "namespace": namespace},
                    "lastTimestamp": now(),
                    "eventTime": None,
                    "type": "Normal",
                    **event,
                }
                self._objects["events"][own] = told
                self._tell("ADDED", "events", told)
                continue
            started = (
                pod.get("status", {}).get("phase") != "Running" and step["status"].get("phase") == "Running"
            )
            pod["status"] = self._own(step["status"])
            if node := step.get("node"):
                pod["spec"]["nodeName"] = node
            if started:
                # Before anybody hears of it; the cluster may go on telling of the pod afterwards.
                self.runs(pod)
            self._tell("MODIFIED", "pods", pod)

    def _own(self, status: Object) -> Object:
        """Return a recorded state with this pod's address."""
        own = copy.deepcopy(status)
        if "podIP" in own:
            own |= {"podIP": self._address, "podIPs": [{"ip": self._address}]}
        return own

    async def _read(self, request: web.Request) -> web.Response:
        kind, name = request.match_info["kind"], request.match_info["name"]
        self._count(request, kind)
        thing = self._objects[kind].get(name)
        return web.json_response(thing) if thing else refused(404, "NotFound", f"{name} not found")

    async def _delete(self, request: web.Request) -> web.Response:
        kind, name = request.match_info["kind"], request.match_info["name"]
        self._count(request, kind)
        thing = self._objects[kind].pop(name, None)
        if thing is None:
            return refused(404, "NotFound", f"{name} not found")
        self._tell("DELETED", kind, thing)
        return web.json_response(thing)


def refused(status: int, reason: str, message: str) -> web.Response:
    """Return what the API answers when it cannot do something."""
    said = {"kind": "Status", "status": "Failure", "reason": reason, "message": message, "code": status}
    return web.json_response(said, status=status)


def now() -> str:
    """Return the time as the API writes it."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
