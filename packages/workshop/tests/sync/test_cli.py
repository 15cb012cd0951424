import json
import subprocess
import sys

from .bed import Bed, notebook


def workshop_sync(bed: Bed, *options: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "workshop", "sync", "--from", str(bed.upstream), "--allow-unsigned"]
    command += ["--into", str(bed.mine), "--state", str(bed.state), *options]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_json_is_one_document_of_the_agreed_form(bed: Bed) -> None:
    bed.publish(a_ipynb=notebook("1"))
    done = workshop_sync(bed, "--json")
    document = json.loads(done.stdout)
    assert done.returncode == 0
    assert document["changed"] is True
    assert document["files"] == [{"path": "a.ipynb", "action": "updated", "why": "it is new"}]
    assert json.loads(workshop_sync(bed, "--json").stdout)["changed"] is False
