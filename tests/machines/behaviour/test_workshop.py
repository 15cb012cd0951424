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


THERE_AND_BACK = """
import io, json, pathlib, subprocess, sys, tempfile, urllib.request, zipfile
from workshop.core.servers import base_path
port, token, folder = sys.argv[1], sys.argv[2], pathlib.Path(sys.argv[3])
address = f"http://127.0.0.1:{port}{base_path(token)}workshop/api/folder"
opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))

def call(method, body=None):
    headers = {"Authorization": f"token {token}", "Content-Type": "application/zip"}
    request = urllib.request.Request(address, body, headers, method=method)
    return opener.open(request, timeout=600).read()

def sync(*words):
    command = [sys.executable, "-P", "-m", "workshop", "sync", *words]
    subprocess.run(command, check=True, capture_output=True)

packed, taken = json.loads(call("POST", b"")), call("GET")
with tempfile.TemporaryDirectory() as place:
    other, state, file = (pathlib.Path(place, name) for name in ("other", "state", "packed.zip"))
    here = ["--into", str(other), "--state", str(state)]
    # An older machine to which the same was delivered.
    zipfile.ZipFile(io.BytesIO(taken)).extractall(place)
    sync("--from", place, "--allow-unsigned", *here)
    names = [path.relative_to(folder) for path in folder.rglob("*.ipynb") if not any(
        part.startswith(".") for part in path.relative_to(folder).parts)]
    same = [name for name in names if (other / name).read_bytes() == (folder / name).read_bytes()]
    lesson, own = "0-basics/00-check.ipynb", "made-there.ipynb"
    before = (folder / lesson).read_bytes()
    edited = json.loads(before)
    edited["cells"][0]["source"] = "I wrote this there"
    (other / lesson).write_text(json.dumps(edited))
    (other / own).write_bytes(before)
    sync("--pack", str(file), *here)
    back = json.loads(call("PUT", file.read_bytes()))
    read = json.loads((folder / lesson).read_text())["cells"][0]["source"]
    whole = (folder / own).is_file()
# By Jupyter, whose files they are.
for name, was in ((lesson, before), (own, None)):
    contents = address.replace("workshop/api/folder", "api/contents/" + name)
    body = was and json.dumps({"type": "notebook", "content": json.loads(was)}).encode()
    headers = {"Authorization": f"token {token}"}
    opener.open(urllib.request.Request(contents, body, headers, method="PUT" if was else "DELETE")).read()
print(json.dumps([packed["files"], len(names), len(same), back["changed"], "".join(read), whole]))
"""


def test_notebooks_go_to_another_machine_and_come_from_one(machine: Machine) -> None:
    notebooks = machine.settings["notebooks"]
    told = machine.python(THERE_AND_BACK, str(machine.port("workshop-jupyter")), machine.token, notebooks)
    packed, names, same, changed, read, whole = json.loads(told)
    assert packed >= names == same >= 3
    assert (changed, read, whole) == (True, "I wrote this there", True)


def test_doctor_is_content(machine: Machine) -> None:
    report = machine.workshop("doctor")
    assert report["ok"] is True, report
    plain = machine.host.run(f"{machine.prefix}/venvs/jupyter/bin/workshop doctor")
    assert plain.rc == 0
    assert "Traceback" not in plain.stdout + plain.stderr
