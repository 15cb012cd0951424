"""Homes on a cluster, at the end of a class: notebooks archived, claims deleted, seats taken away.

A home is a stranger's. Nothing of it is opened here: a pod packs it, as the seat's account, without a token
of the cluster and with no network, and what comes out is a stream of bytes that are counted. A seat that runs
packs its own home, for most disks can be on one node alone.
"""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from organiser.hub.archives import Archive, new_archive
from organiser.hub.clearing import Archived, archive
from organiser.hub.cluster.folder import SECRET, Classroom, write_manifest
from organiser.hub.seats import account
from workshop.core.errors import WorkshopError
from workshop.core.programs import last_line

AT_ONCE = 8
KEEPER = "home-keeper"
"""Labels the pods that pack; a network policy of ours makes them silent."""
DEDICATED = [
    {"key": f"hub.jupyter.org{mark}dedicated", "operator": "Equal", "value": "user", "effect": "NoSchedule"}
    for mark in "/_"
]
"""The taints of nodes for seats alone that the chart's seats bear by default."""
READY_SECONDS, GONE_SECONDS, LONGEST_SECONDS = 300, 180, 1800
STATE = ".local/state/deep-learning-workshop"
PACK = f"""set -e
umask 077
# Earlier images have the command in its environment alone.
PATH=$PATH:/opt/workshop/venvs/jupyter/bin
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
workshop update notebooks --pack "$folder/home.zip" --into "$HOME/notebooks" --state "$HOME/{STATE}" >&2
cat "$folder/home.zip"
"""

Run = Callable[..., subprocess.CompletedProcess[str]]


@dataclass(frozen=True)
class Homes:
    """The claims of one classroom, by kubectl."""

    room: Classroom
    run: Run = field(default=subprocess.run)

    def words(self, *words: str) -> list[str]:
        """Return a call of kubectl in the classroom's namespace."""
        return ["kubectl", "--namespace", self.room.namespace, *words]

    def kubectl(self, *words: str, given: str = "") -> str:
        """Return what kubectl says.

        Raises WorkshopError with its last line when it fails.
        """
        try:
            done = self.run(self.words(*words), input=given, capture_output=True, text=True, check=False)
        except FileNotFoundError as error:
            raise WorkshopError("kubectl is not installed; install it and set KUBECONFIG") from error
        if done.returncode:
            raise WorkshopError(f"kubectl failed: {last_line(done.stderr) or f'status {done.returncode}'}")
        return str(done.stdout)

    def listed(self, kind: str) -> list[dict[str, Any]]:
        """Return the objects of a kind."""
        found: list[dict[str, Any]] = json.loads(self.kubectl("get", kind, "--output=json"))["items"]
        return found

    def seats(self, wanted: Sequence[int] = ()) -> list[str]:
        """Return the seats, or those wanted, that have a home.

        Raises WorkshopError for one that the classroom does not have.
        """
        numbers = self.room.seats().numbers(wanted)
        claims = {each["metadata"]["name"] for each in self.listed("persistentvolumeclaims")}
        return [number for number in numbers if claim(number) in claims]

    def running(self) -> set[str]:
        """Return the names of the pods in which something runs."""
        return {
            each["metadata"]["name"]
            for each in self.listed("pods")
            if each["status"].get("phase") == "Running" and not each["metadata"].get("deletionTimestamp")
        }

    def keeper(self, number: str) -> dict[str, Any]:
        """Return a pod that does nothing beside a home, as restricted as a seat is."""
        values = self.room.values()
        try:
            seat = values["singleuser"]
            image, home = f"{seat['image']['name']}:{seat['image']['tag']}", seat["storage"]["homeMountPath"]
            (copying,) = [each for each in seat["initContainers"] if each["name"] == "home"]
        except (KeyError, TypeError, ValueError) as error:
            raise WorkshopError(
                f"{self.room.folder / 'values.yaml'} is not what the playbook wrote; run it again"
            ) from error
        container = {
            "name": "notebook",
            "image": image,
            "command": ["sleep", str(LONGEST_SECONDS)],
            "securityContext": copying["securityContext"],
            "resources": copying["resources"],
            "volumeMounts": [{"name": "home", "mountPath": home}],
        }
        labels = {
            "app.kubernetes.io/component": KEEPER,
            "app.kubernetes.io/part-of": "deep-learning-workshop",
        }
        return {
            "apiVersion": "v1",
            "kind": "Pod",
            "metadata": {"name": f"{KEEPER}-{number}", "labels": labels},
            "spec": {
                "restartPolicy": "Never",
                "activeDeadlineSeconds": LONGEST_SECONDS,
                "terminationGracePeriodSeconds": 0,
                "automountServiceAccountToken": False,
                "enableServiceLinks": False,
                **where_seats_go(values),
                "securityContext": {"fsGroup": seat["fsGid"], "fsGroupChangePolicy": "OnRootMismatch"},
                "containers": [container],
                "volumes": [{"name": "home", "persistentVolumeClaim": {"claimName": claim(number)}}],
            },
        }

    def archive(self, number: str, into: Path, running: Iterable[str]) -> Archived:
        """Pack a seat's notebooks into a folder; ``workshop update notebooks --from`` takes the file up."""
        pod = f"jupyter-{account(number)}"
        if pod in running:
            return archive(number, into, self._pack(pod))
        keeper = self.keeper(number)
        pod = keeper["metadata"]["name"]
        self._remove(pod)
        try:
            self.kubectl("create", "--filename=-", given=json.dumps(keeper))
            self.kubectl("wait", "pod", pod, "--for=condition=Ready", f"--timeout={READY_SECONDS}s")
            return archive(number, into, self._pack(pod))
        finally:
            self._remove(pod)

    def _pack(self, pod: str) -> list[str]:
        return self.words("exec", pod, "--container=notebook", "--", "sh", "-c", PACK)

    def _remove(self, pod: str) -> None:
        self.kubectl("delete", "pod", pod, "--ignore-not-found", f"--timeout={GONE_SECONDS}s")

    def archive_all(self, numbers: Sequence[str], into: Path) -> Archive:
        """Pack the homes of seats, some at a time, into a new folder below ``into``.

        Seats that could not be packed are noted in it.
        """
        with new_archive(into, self.room.address) as made:
            running = self.running()

            def one(number: str) -> Archived | str:
                try:
                    return self.archive(number, made.folder, running)
                except WorkshopError as error:
                    return str(error)

            with ThreadPoolExecutor(AT_ONCE) as pool:
                for number, came in zip(numbers, pool.map(one, numbers), strict=True):
                    if isinstance(came, Archived):
                        made.add_seat(came)
                    else:
                        made.lacking[number] = came
        return made

    def delete(self, number: str) -> None:
        """End a seat's server and delete its claim; what becomes of the disk, its storage class says."""
        self._remove(f"jupyter-{account(number)}")
        self.kubectl(
            "delete",
            "persistentvolumeclaim",
            claim(number),
            "--ignore-not-found",
            f"--timeout={GONE_SECONDS}s",
        )

    def delete_seats(self, numbers: Iterable[str]) -> None:
        """Take away seats: their cards open nothing as soon as the hub sees the Secret, in a minute."""
        known = self.room.seats()
        for number in numbers:
            known.seats.pop(number, None)
        known.save(self.room.seats_file, os.getegid())
        write_manifest(self.room)
        self.kubectl(
            "apply", "--server-side", "--force-conflicts", "--field-manager=workshop",
            f"--filename={self.room.private / f'{SECRET}.yaml'}",
        )  # fmt: skip


def where_seats_go(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return what lets a pod onto the seats' nodes and pull their image, as the chart has it of values."""
    seat = values["singleuser"]
    users = values.get("scheduling", {}).get("userPods", {}).get("tolerations", DEDICATED)
    names = [*values.get("imagePullSecrets", ()), *seat["image"].get("pullSecrets", ())]
    return {
        "imagePullSecrets": [each if isinstance(each, dict) else {"name": each} for each in names],
        "nodeSelector": seat.get("nodeSelector", {}),
        "tolerations": [*users, *seat.get("extraTolerations", ())],
    }


def claim(number: str) -> str:
    """Return the name of the claim of a seat's home."""
    return f"claim-{account(number)}"
