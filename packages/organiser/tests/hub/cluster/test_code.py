"""What is mounted into the chart's hub is all that the authenticator needs there."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from organiser.hub.cluster.code import HUB_PATH, code_files, code_values, code_yaml, seat_code, seat_files


def test_a_secret_takes_each_file_and_the_file_comes_back_as_it_is() -> None:
    files = yaml.safe_load(code_yaml())["hub"]["extraFiles"]
    assert files == code_values()["hub"]["extraFiles"]  # type: ignore[index]
    for key, each in files.items():
        assert re.fullmatch(r"[-._a-zA-Z0-9]{1,253}", key)
        assert each["mountPath"].startswith(f"{HUB_PATH}/")
    assert (
        files["organiser.hub.form.html"]["stringData"] == code_files()["organiser/hub/form.html"].read_text()
    )
    # With names and base64 they take a third more; the chart's Secret has other contents, too.
    assert sum(len(each["stringData"]) for each in files.values()) < 500_000


def test_the_authenticator_is_imported_from_these_files_alone(tmp_path: Path) -> None:
    pytest.importorskip("kubespawner")
    for place, file in code_files().items():
        (tmp_path / place).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(file, tmp_path / place)
    program = (
        "import sys; sys.path.insert(0, sys.argv[1])\n"
        "from organiser.hub.authenticator import FORM, SeatAuthenticator\n"
        "import organiser.hub.pods\n"
        "names = [name for name in sys.modules if name.split('.')[0] in ('organiser', 'workshop')]\n"
        "ours = [sys.modules[name].__file__ for name in names]\n"
        "assert all(file.startswith(sys.argv[1]) for file in ours), ours\n"
        "print(FORM.read_text()[:5], SeatAuthenticator().proxies)"
    )
    done = subprocess.run(
        [sys.executable, "-P", "-c", program, tmp_path],
        capture_output=True,
        text=True,
        check=False,
        env={},
    )
    assert done.stdout == "<form 1\n", done.stderr


def test_a_seats_pages_are_imported_from_what_is_mounted_alone(tmp_path: Path) -> None:
    for place, file in seat_files().items():
        (tmp_path / place).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(file, tmp_path / place)
    program = (
        "import sys; sys.path.insert(0, sys.argv[1] + '/python')\n"
        "import organiser.hub.seatserver, organiser.hub.transfer\n"
        "names = [name for name in sys.modules if name.split('.')[0] == 'organiser']\n"
        "ours = [sys.modules[name].__file__ for name in names]\n"
        "assert all(file.startswith(sys.argv[1]) for file in ours), ours\n"
        "print(organiser.hub.transfer.PAGE.read_text()[:15])"
    )
    done = subprocess.run(
        [sys.executable, "-P", "-c", program, tmp_path], capture_output=True, text=True, check=False, env={}
    )
    assert done.stdout == "<!doctype html>\n", done.stderr
    said = yaml.safe_load(seat_code("workshop"))
    assert sorted(said["data"].values()) == sorted(file.read_text() for file in seat_files().values())
    # A ConfigMap holds 1 MiB.
    assert sum(map(len, said["data"].values())) < 500_000
