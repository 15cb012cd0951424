"""The module that makes virtual environments from locks, with a real uv and without a network."""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import shutil
import subprocess
import sys
import zipfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from ansible_module import SHARED, UTILS, load_module
from waiting import wait_until

ROOT = Path(__file__).resolve().parents[2]


locked_venvs = load_module("library/locked_venvs.py")
begun = load_module("module_utils/begun.py")
project_wheels = load_module("module_utils/project_wheels.py")
UV = shutil.which("uv", path=f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")
needs_uv = pytest.mark.skipif(UV is None, reason="no uv beside this Python or on PATH")


def make_wheel(folder: Path, name: str, version: str = "1.0", **more: str) -> Path:
    """Write the smallest wheel that installs a module of one line, and more files by their names."""
    info = f"{name}-{version}.dist-info"
    files = {
        f"{name}.py": f"version = {version!r}\n",
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        **more,
    }
    record = "".join(f"{path},,\n" for path in [*files, f"{info}/RECORD"])
    folder.mkdir(parents=True, exist_ok=True)
    wheel = folder / f"{name}-{version}-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        for path, text in {**files, f"{info}/RECORD": record}.items():
            archive.writestr(path, text)
    return wheel


def lock_of(*wheels: Path) -> str:
    return "".join(
        f"{w.name.split('-')[0]}=={w.name.split('-')[1]} "
        f"--hash=sha256:{hashlib.sha256(w.read_bytes()).hexdigest()}\n"
        for w in wheels
    )


@pytest.fixture
def params(tmp_path: Path) -> dict[str, Any]:
    """Arguments for two environments; the project's own wheel is there already, so nothing is built."""
    project = tmp_path / "project"
    (project / "src/thing").mkdir(parents=True)
    (project / "src/thing/__init__.py").write_text("")
    shelf = tmp_path / "shelf"
    for name in ("one", "two"):
        (tmp_path / f"{name}.txt").write_text(lock_of(make_wheel(shelf, f"lib{name}")))
    make_wheel(tmp_path / "wheels" / project_wheels.source_digest(project), "thing")
    return {
        "environments": [
            {"path": str(tmp_path / "venvs" / name), "lock": str(tmp_path / f"{name}.txt")}
            for name in ("one", "two")
        ],
        "python": sys.executable,
        "uv": UV,
        "build_constraints": os.devnull,
        "projects": [{"path": str(project), "only": []}],
        "wheels": str(tmp_path / "wheels"),
        "begun": str(tmp_path / "begun"),
        "given_wheels": [],
        "find_links": [str(shelf)],
        "cache": str(tmp_path / "cache"),
        "offline": True,
        "ca_bundle": "",
        "meanwhile": [],
        "compile_bytecode": False,
    }


def answer(params: dict[str, Any], name: str, code: str) -> str:
    python = Path(params["environments"][0]["path"]).parent / name / "bin" / "python"
    return subprocess.run([python, "-c", code], capture_output=True, text=True, check=True).stdout.strip()


@needs_uv
def test_an_environment_that_somebody_uses_lacks_nothing_while_a_wheel_is_built(
    params: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    locked_venvs.run(params, False)
    (tmp_path / "project/src/thing/more.py").write_text("")

    def build(wheel: Any, uv: Any) -> None:
        assert answer(params, "one", "import thing; print(thing.version)") == "1.0"
        make_wheel(wheel.kept, "thing", "2.0")

    monkeypatch.setattr(locked_venvs.ProjectWheel, "build", build)
    report = locked_venvs.run(params, False)["environments"]
    assert list(report.values()) == [{"created": False, "installed": 1, "removed": 1}] * 2


@needs_uv
@pytest.mark.parametrize("comes", [True, False])
def test_what_was_begun_before_is_waited_for(
    params: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, comes: bool
) -> None:
    place, project = tmp_path / "begun", tmp_path / "project"
    params["begun"] = str(place)
    shutil.rmtree(tmp_path / "wheels")
    built: list[Path] = []

    def build(wheel: Any, uv: Any) -> None:
        built.append(wheel.project)
        make_wheel(wheel.kept, "thing")

    monkeypatch.setattr(locked_venvs.ProjectWheel, "build", build)
    one, two = (Path(item["path"]) for item in params["environments"])
    with ThreadPoolExecutor() as pool:
        with begun.begun(place, ["wheels", "two"]) as mine:
            made = pool.submit(locked_venvs.run, params, False)
            wait_until(lambda: list(one.glob("lib/python*/site-packages/libone.py")), 60, "it is at work")
            assert built == []
            assert not two.exists()
            mine.end("two")
            wait_until(lambda: list(two.glob("lib/python*/site-packages/libtwo.py")), 60, "it went on")
            if comes:
                make_wheel(place / "wheels" / project_wheels.source_digest(project), "thing")
        assert made.result()["changed"]
    assert built == ([] if comes else [project])
    assert list(place.glob("wheels/*")) == []
    assert answer(params, "two", "import thing; print(thing.version)") == "1.0"


def test_of_two_who_build_a_wheel_at_once_both_have_it(tmp_path: Path) -> None:
    (tmp_path / "project").mkdir()
    wheel = project_wheels.ProjectWheel(str(tmp_path / "project"), str(tmp_path / "wheels"), "python", "lock")

    def uv(*words: str) -> tuple[int, str]:
        make_wheel(Path(words[words.index("--out-dir") + 1]), "thing")
        make_wheel(wheel.kept, "thing")
        return 0, ""

    assert wheel.build(uv) == ""
    assert wheel.file().name == "thing-1.0-py3-none-any.whl"
    assert list((tmp_path / "wheels").iterdir()) == [wheel.kept]


@needs_uv
def test_a_wheel_that_cannot_be_built_is_named(
    params: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.rmtree(tmp_path / "wheels")

    def build(wheel: Any, uv: Any) -> str:
        return "Building wheel...\nerror: no file is left\n"

    monkeypatch.setattr(locked_venvs.ProjectWheel, "build", build)
    with pytest.raises(locked_venvs.UnableError, match=r"cannot build the package in .*: no file is left"):
        locked_venvs.run(params, False)
    assert all((Path(item["path"]) / locked_venvs.UNFINISHED).exists() for item in params["environments"])


@needs_uv
def test_what_has_begun_ends_when_an_environment_cannot_be_made(
    params: dict[str, Any], tmp_path: Path
) -> None:
    pid = tmp_path / "pid"
    params["meanwhile"] = [{"after": "one", "argv": ["sh", "-c", f"echo $$ >{pid}; exec sleep 600"]}]
    Path(params["environments"][1]["lock"]).write_text("nonesuch==1.0 --hash=sha256:" + "0" * 64 + "\n")
    with pytest.raises(locked_venvs.UnableError, match="nonesuch"):
        locked_venvs.run(params, False)
    # Where it had begun at all, it has ended.
    process = pid.read_text().strip() if pid.exists() else ""
    wait_until(lambda: not process or not Path(f"/proc/{process}").exists(), 30, "it has ended")


@needs_uv
def test_makes_environments_once(params: dict[str, Any]) -> None:
    first = locked_venvs.run(params, False)
    assert first["changed"]
    assert answer(params, "one", "import libone, thing; print(libone.version)") == "1.0"
    assert answer(params, "two", "import libtwo, thing; print(libtwo.version)") == "1.0"
    assert not locked_venvs.run(params, False)["changed"]


@needs_uv
def test_uvs_locks_are_nobody_elses(params: dict[str, Any], tmp_path: Path) -> None:
    """Else another account could hold one for ever, and no set-up would end."""
    (tmp_path / "python").mkdir()
    (tmp_path / "python/.lock").touch()
    (tmp_path / "python/.lock").chmod(0o666)
    for _ in range(2):
        locked_venvs.run(params, check_mode=False)
        locks = [tmp_path / "python/.lock", Path(params["environments"][0]["path"]).parent / ".lock"]
        locks += [Path(environment["path"]) / ".lock" for environment in params["environments"]]
        assert [lock.stat().st_mode & 0o777 for lock in locks] == [0o600] * len(locks)


@needs_uv
def test_check_mode_foresees_and_writes_nothing(params: dict[str, Any], tmp_path: Path) -> None:
    assert locked_venvs.run(params, True)["changed"]
    assert not (tmp_path / "venvs").exists()
    locked_venvs.run(params, False)
    assert not locked_venvs.run(params, True)["changed"]


@needs_uv
def test_a_given_wheel_is_installed_and_nothing_is_built(params: dict[str, Any], tmp_path: Path) -> None:
    params |= {"given_wheels": [str(make_wheel(tmp_path / "given", "thing", "2.0"))], "wheels": None}
    assert locked_venvs.run(params, True)["changed"]
    assert locked_venvs.run(params, False)["changed"]
    assert answer(params, "one", "import thing; print(thing.version)") == "2.0"
    assert not locked_venvs.run(params, False)["changed"]
    # Another wheel is another environment.
    params["given_wheels"] = [str(make_wheel(tmp_path / "newer", "thing", "3.0"))]
    assert locked_venvs.run(params, True)["changed"]
    assert locked_venvs.run(params, False)["changed"]
    assert answer(params, "two", "import thing; print(thing.version)") == "3.0"


@needs_uv
def test_each_environment_has_the_projects_that_it_names(params: dict[str, Any], tmp_path: Path) -> None:
    other = tmp_path / "other"
    (other / "src/other").mkdir(parents=True)
    (other / "src/other/__init__.py").write_text("1")
    make_wheel(tmp_path / "wheels" / project_wheels.source_digest(other), "other")
    params["projects"].append({"path": str(other), "only": ["one"]})
    locked_venvs.run(params, False)
    assert answer(params, "one", "import thing, other; print(other.version)") == "1.0"
    assert answer(params, "two", "import thing, importlib.util as u; print(u.find_spec('other'))") == "None"
    # What is not named any more is taken away.
    params["projects"].pop()
    assert locked_venvs.run(params, True)["changed"]
    report = locked_venvs.run(params, False)["environments"][params["environments"][0]["path"]]
    assert report == {"created": False, "installed": 0, "removed": 1}


@needs_uv
def test_a_wheel_that_is_not_there_is_named(params: dict[str, Any], tmp_path: Path) -> None:
    params["given_wheels"] = [str(tmp_path / "thing-2.0-py3-none-any.whl")]
    with pytest.raises(locked_venvs.UnableError, match=r"there is no wheel .*/thing-2\.0-py3-none-any\.whl"):
        locked_venvs.run(params, False)


@needs_uv
def test_a_package_too_many_is_removed(params: dict[str, Any], tmp_path: Path) -> None:
    locked_venvs.run(params, False)
    stray = make_wheel(tmp_path / "stray", "stray")
    python = tmp_path / "venvs" / "one" / "bin" / "python"
    subprocess.run([UV, "pip", "install", "--quiet", "--offline", "--python", python, stray], check=True)
    report = locked_venvs.run(params, False)["environments"][str(tmp_path / "venvs" / "one")]
    assert report == {"created": False, "installed": 0, "removed": 1}


@needs_uv
def test_an_unfinished_environment_is_made_anew(params: dict[str, Any], tmp_path: Path) -> None:
    locked_venvs.run(params, False)
    venv = tmp_path / "venvs" / "one"
    (venv / locked_venvs.UNFINISHED).touch()
    (next(venv.glob("lib/python*/site-packages")) / "libone.py").unlink()
    report = locked_venvs.run(params, False)["environments"][str(venv)]
    assert report["created"]
    assert answer(params, "one", "import libone; print(libone.version)") == "1.0"
    assert not (venv / locked_venvs.UNFINISHED).exists()


@needs_uv
def test_what_cannot_be_removed_is_named(params: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    venv = Path(params["environments"][0]["path"])
    (venv / "bin").mkdir(parents=True)

    def refuse(path: Path) -> None:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(locked_venvs.shutil, "rmtree", refuse)
    with pytest.raises(PermissionError, match=str(venv)):
        locked_venvs.run(params, False)


@needs_uv
def test_a_wrong_hash_is_refused_in_one_line(params: dict[str, Any], tmp_path: Path) -> None:
    (tmp_path / "one.txt").write_text("libone==1.0 --hash=sha256:" + "0" * 64 + "\n")
    with pytest.raises(locked_venvs.UnableError, match=r"cannot install one\.txt") as caught:
        locked_venvs.run(params, False)
    assert "\n" not in str(caught.value)
    assert "workshop_stick" in str(caught.value)
    # What was not finished says so, and the next run with the right lock mends it.
    assert (tmp_path / "venvs" / "one" / locked_venvs.UNFINISHED).exists()
    (tmp_path / "one.txt").write_text(lock_of(tmp_path / "shelf" / "libone-1.0-py3-none-any.whl"))
    assert locked_venvs.run(params, False)["changed"]


@needs_uv
def test_a_missing_wheel_without_network_is_one_line(params: dict[str, Any], tmp_path: Path) -> None:
    params["find_links"] = []
    with pytest.raises(locked_venvs.UnableError, match="connect to a network") as caught:
        locked_venvs.run(params, False)
    assert "\n" not in str(caught.value)


def is_held(folder: Path) -> bool:
    with (folder / locked_venvs.LOCK).open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


def test_a_second_run_waits_for_the_first(tmp_path: Path) -> None:
    with locked_venvs.alone_in(tmp_path, 0):
        with (
            pytest.raises(locked_venvs.UnableError, match="another set-up") as caught,
            locked_venvs.alone_in(tmp_path, 0.3),
        ):
            pass
        assert "\n" not in str(caught.value)
    with locked_venvs.alone_in(tmp_path, 0):
        assert is_held(tmp_path)
    assert not is_held(tmp_path)


def test_what_a_killed_run_left_at_work_is_waited_for(params: dict[str, Any], tmp_path: Path) -> None:
    # In place of uv a program that says when it began and ends when it is told to.
    uv = tmp_path / "uv"
    uv.write_text(f"#!/bin/sh\ntouch {tmp_path}/began-$$\nread -r line <{tmp_path}/gate\n")
    uv.chmod(0o755)
    os.mkfifo(tmp_path / "gate")
    script = SHARED + "import json; sys.path.insert(0, sys.argv[2]); import locked_venvs as each; "
    script += "each.run(json.loads(sys.argv[3]), False)"
    given = json.dumps({**params, "uv": str(uv), "environments": params["environments"][:1]})
    run = subprocess.Popen([sys.executable, "-c", script, UTILS, str(ROOT / "library"), given])
    wait_until(lambda: list(tmp_path.glob("began-*")), 60, "uv was started")
    run.kill()
    run.wait()
    assert is_held(tmp_path / "venvs")
    with (
        pytest.raises(locked_venvs.UnableError, match=rf"\(process \d+: \S+ {str(tmp_path)[:30]}"),
        locked_venvs.alone_in(tmp_path / "venvs", 0),
    ):
        pass
    (tmp_path / "gate").write_text("go on\n")
    with locked_venvs.alone_in(tmp_path / "venvs", 30):
        pass


def test_the_digest_follows_the_source(tmp_path: Path) -> None:
    project = tmp_path / "packages/thing"
    source = project / "src/thing"
    source.mkdir(parents=True)
    (source / "a.py").write_text("1")
    (tmp_path / "list.yml").write_text("1")
    (project / "pyproject.toml").write_text('[force-include]\n"../../list.yml" = "thing/list.yml"\n')
    digests = [project_wheels.source_digest(project)]
    (source / "__pycache__").mkdir()
    (source / "__pycache__" / "a.pyc").write_text("x")
    (project / "tests").mkdir()
    (project / "tests/test_a.py").write_text("x")
    assert project_wheels.source_digest(project) == digests[0]
    for path in (source / "a.py", tmp_path / "list.yml", project / "README.md"):
        path.write_text("2")
        digests.append(project_wheels.source_digest(project))
    assert len(set(digests)) == 4


@pytest.mark.parametrize(
    ("stderr", "wanted"),
    [
        ("error: Failed to fetch\n  cause: one\n  cause: dns error\n", "Failed to fetch; dns error"),
        ("something\nlast line\n", "last line"),
        ("", "uv gave no reason"),
    ],
)
def test_the_reason_is_one_line(stderr: str, wanted: str) -> None:
    assert locked_venvs.reason(stderr) == wanted
