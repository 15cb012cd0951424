"""What the roles are told, and what of this host the root sees meanwhile."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from courses.making import course, tree

from organiser.appliance import provision as provisioning
from organiser.appliance.machine import Forward, Machine
from workshop.core.errors import WorkshopError

MACHINE = Machine("house", 2048, 2, (Forward("jupyter", 8080, 9080),))


def request(tmp_path: Path, **more: Any) -> provisioning.Provision:
    return provisioning.Provision(
        checkout=tmp_path / "source", machine=MACHINE, version="1.0", cache=tmp_path / "cache", **more
    )


def test_the_console_is_told_which_ports_the_host_forwards(tmp_path: Path) -> None:
    told = request(tmp_path).variables()
    assert told["appliance_image_forwards"] == [{"name": "jupyter", "guest": 8080, "host": 9080}]
    assert "python_venv_names" not in told
    assert told["python_venv_may_lack"] == []


def test_what_is_left_out_is_neither_made_nor_offered(tmp_path: Path) -> None:
    told = request(tmp_path, without=frozenset({"pytorch"})).variables()
    assert told["deep_libs_kernels"] == ["theano", "tensorflow"]
    assert told["python_venv_names"] == ["jupyter", "theano", "tensorflow", "control"]


def test_without_the_lessons_there_are_courses_alone(tmp_path: Path) -> None:
    source = course(tmp_path / "c", f"ipykernel==1.0 --hash=sha256:{'0' * 64}\n")
    (source / ".git").mkdir()
    (source / ".git" / "config").touch()
    wanted = request(tmp_path, without=frozenset({"lessons"}), courses=(source,))
    told = wanted.variables()
    assert told["workshop_lessons"] is False and "python_venv_names" not in told
    assert told["workshop_courses"] == ["/opt/workshop/course-sources/knots"]
    for _ in range(2):
        provisioning.copy_courses(wanted.courses, tmp_path / "sources")
    assert sorted(tree(tmp_path / "sources")) == [
        "knots/course.toml",
        "knots/knots.txt",
        "knots/lessons/a.ipynb",
        "knots/lessons/b.ipynb",
    ]
    with pytest.raises(WorkshopError, match="two courses are called knots"):
        provisioning.named_courses([source, Path(f"{source}/../c")])
    with pytest.raises(WorkshopError, match=r"has no course\.toml"):
        provisioning.named_courses([tmp_path])


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


def test_only_certificates_that_somebody_named_are_passed_on(tmp_path: Path) -> None:
    bundle = tmp_path / "ca.pem"
    assert provisioning.named_bundle({}) is None
    assert provisioning.named_bundle({"SSL_CERT_FILE": str(bundle)}) is None
    bundle.write_text("x")
    assert provisioning.named_bundle({"SSL_CERT_FILE": str(bundle)}) == bundle
