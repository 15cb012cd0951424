"""What the roles are told, and what of this host the root sees meanwhile."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from organiser.appliance import provision as provisioning
from organiser.appliance.machine import Forward, Machine

MACHINE = Machine("house", 2048, 2, (Forward("jupyter", 8080, 9080),))


def request(tmp_path: Path, **more: Any) -> provisioning.Provision:
    return provisioning.Provision(
        checkout=tmp_path / "source", machine=MACHINE, version="1.0", cache=tmp_path / "cache", **more
    )


def test_the_console_is_told_which_ports_the_host_forwards(tmp_path: Path) -> None:
    told = request(tmp_path).variables()
    assert told["appliance_image_forwards"] == [{"name": "jupyter", "guest": 8080, "host": 9080}]
    assert "python_venv_names" not in told


def test_without_tensorflow_neither_its_environment_nor_its_kernel_is_made(tmp_path: Path) -> None:
    told = request(tmp_path, without=frozenset({"tensorflow"})).variables()
    assert told["python_venv_names"] == ["jupyter", "theano", "control"]
    assert told["deep_libs_kernels"] == ["theano"]


def test_certificates_and_stick_are_lent_read_only(tmp_path: Path) -> None:
    bundle, stick = tmp_path / "ca.pem", tmp_path / "stick"
    seen = request(tmp_path, ca_bundle=bundle, stick=stick).mounts()
    assert {(here, mode) for here, _, mode in seen} == {
        (tmp_path / "cache", "rw"),
        (bundle, "ro"),
        (stick, "ro"),
    }


def test_what_a_killed_build_left_running_ends_before_its_files_are_replaced(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    done: list[str] = []
    monkeypatch.setattr(provisioning.container, "end_left_over", lambda root: done.append(f"end {root.name}"))

    def copies(*_: object) -> None:
        done.append("copy")
        raise KeyboardInterrupt

    monkeypatch.setattr(provisioning, "copy_files", copies)
    with pytest.raises(KeyboardInterrupt):
        provisioning.provision(tmp_path / "root", request(tmp_path), tmp_path / "log")
    assert done == ["end root", "copy"]


def test_what_is_being_compiled_is_told_while_it_is(tmp_path: Path) -> None:
    assert provisioning.warming(tmp_path) == ""
    told = tmp_path / "opt/workshop/theano/warming.json"
    told.parent.mkdir(parents=True)
    told.write_text(json.dumps({"lessons": 15, "warm": 3, "now": "1-mnist/10-mlp"}))
    assert provisioning.warming(tmp_path) == "3 of 15 lessons, 1-mnist/10-mlp"
    told.write_text(json.dumps({"lessons": 15, "warm": 15, "now": ""}))
    assert provisioning.warming(tmp_path) == ""
    told.write_text("[")
    assert provisioning.warming(tmp_path) == ""


def test_only_certificates_that_somebody_named_are_passed_on(tmp_path: Path) -> None:
    bundle = tmp_path / "ca.pem"
    assert provisioning.named_bundle({}) is None
    assert provisioning.named_bundle({"SSL_CERT_FILE": str(bundle)}) is None
    bundle.write_text("x")
    assert provisioning.named_bundle({"SSL_CERT_FILE": str(bundle)}) == bundle
