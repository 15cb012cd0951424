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


def test_people_read_a_line_a_file(bed: Bed) -> None:
    bed.publish(a_ipynb=notebook("1"))
    assert "a.ipynb: it is new" in workshop_sync(bed).stdout
    assert "Nothing to do" in workshop_sync(bed).stdout


def test_a_missing_source_is_one_line(bed: Bed) -> None:
    done = workshop_sync(bed)
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert "there is no " in done.stderr


def test_a_missing_option_is_wrong_usage() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "workshop", "sync", "--into", "a"], capture_output=True, check=False
    )
    assert done.returncode == 2
