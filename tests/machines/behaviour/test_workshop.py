"""What set-up promises beside the services: data, notebooks, and a doctor that is content."""

from __future__ import annotations

import json

from machine import Machine


def test_mnist_is_there_and_every_file_is_right(machine: Machine) -> None:
    states = {row["name"]: row["state"] for row in machine.workshop("data verify")["datasets"]}
    assert states["mnist"] == "right"
    assert "wrong" not in states.values(), states


OUTPUTS = """
import json, pathlib, sys
found = {}
for path in pathlib.Path(sys.argv[1]).rglob("[!.]*.ipynb"):
    if not any(part.startswith(".") for part in path.relative_to(sys.argv[1]).parts):
        found[str(path)] = any(cell.get("outputs") for cell in json.loads(path.read_text())["cells"])
print(json.dumps(found))
"""


def test_notebooks_were_delivered_without_outputs_and_belong_to_the_participant(machine: Machine) -> None:
    notebooks = machine.settings["notebooks"]
    found = json.loads(machine.python(OUTPUTS, notebooks))
    assert len(found) >= 3, found
    assert not [name for name, outputs in found.items() if outputs]
    owners = set(machine.run(f"find '{notebooks}' -printf '%u\\n'").split())
    assert len(owners) == 1, owners


def test_doctor_is_content(machine: Machine) -> None:
    report = machine.workshop("doctor")
    assert report["ok"] is True, report
    plain = machine.host.run(f"{machine.prefix}/venvs/jupyter/bin/workshop doctor")
    assert plain.rc == 0
    assert "Traceback" not in plain.stdout + plain.stderr
