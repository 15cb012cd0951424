"""A fault is one line, still Python, the same one for the same seed; the tests that look for it see it."""

from __future__ import annotations

import ast
import importlib.util
import subprocess
import sys
from pathlib import Path
from types import ModuleType

ROOT = Path(__file__).parents[2]
TOOL = ROOT / "tools/plant-faults.py"
MODULE = '''"""What a module says of itself, is no fault, whatever (a + b) it is."""


def middle(low, high, whole=True):
    """Return what lies between 1 and 2."""
    found = (low + high) / (1 + 1)
    if whole and found >= low:
        print(f"{low + high} found")
        return int(found)
    return found
'''


def load() -> ModuleType:
    spec = importlib.util.spec_from_file_location("plant_faults", TOOL)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # its dataclasses look themselves up
    spec.loader.exec_module(module)
    return module


plant_faults = load()


def test_each_fault_changes_what_is_done_in_one_line(tmp_path: Path) -> None:
    file = tmp_path / "module.py"
    faults = list(plant_faults.faults_in("module.py", MODULE))
    assert len(faults) == len({fault.after for fault in faults}) > 8
    for fault in faults:
        assert fault.parses(MODULE)
        file.write_text(MODULE)
        fault.plant(tmp_path)
        lines = list(zip(MODULE.splitlines(), file.read_text().splitlines(), strict=True))
        assert [number for number, (before, after) in enumerate(lines, 1) if before != after] == [fault.line]
        assert ast.dump(ast.parse(file.read_text())) != ast.dump(ast.parse(MODULE))
    # Only the operator changes: what stood in brackets is not taken out of them.
    assert "    found = ((low + high) * (1 + 1))" in {fault.after for fault in faults}


def test_a_seed_chooses_the_same_faults_again() -> None:
    code = (
        f"import runpy; tool = runpy.run_path({str(TOOL)!r}, run_name='tool');"
        f"print(*tool['choose'](tool['ROOT'], None, 7, 4), sep='\\n')"
    )
    said = {
        subprocess.run(
            [sys.executable, "-c", code], env={"PYTHONHASHSEED": seed}, capture_output=True, check=True
        ).stdout
        for seed in ("1", "2")
    }
    assert len(said) == 1 and said.pop().count(b"\n") == 4


def test_the_copy_of_the_environment_imports_the_copys_packages(tmp_path: Path) -> None:
    venv, checkout = tmp_path / "main/.cache/test/venv", tmp_path / "copy"
    packages = venv / "lib/python3.11/site-packages"
    (venv / "bin").mkdir(parents=True)
    packages.mkdir(parents=True)
    (checkout / "packages").mkdir(parents=True)
    (venv / "bin/python").symlink_to("/usr/bin/python3")
    (venv / "bin/workshop").write_text(f"#!{venv}/bin/python\nimport workshop\n")
    (venv / "bin/workshop").chmod(0o755)
    (packages / "editable.pth").write_text(f"{tmp_path}/main/packages/workshop/src")
    (packages / "other.py").write_text("")
    before = {path: path.read_bytes() for path in venv.rglob("*") if path.is_file()}

    copy = plant_faults.copy_environment(venv, checkout)

    assert (copy / "bin/workshop").read_text() == f"#!{copy}/bin/python\nimport workshop\n"
    assert (copy / "bin/workshop").stat().st_mode & 0o777 == 0o755
    inside = copy / packages.relative_to(venv)
    assert (inside / "editable.pth").read_text() == f"{checkout}/packages/workshop/src"
    assert (inside / "other.py").samefile(packages / "other.py")
    assert (copy / "bin/python").readlink() == Path("/usr/bin/python3")
    assert before == {path: path.read_bytes() for path in venv.rglob("*") if path.is_file()}


def test_a_line_is_found_again_where_its_file_was_changed_around_it() -> None:
    before = f"# of another name\n{MODULE}"
    now = MODULE.replace("def middle", '"""Moved."""\n\n\ndef middle')
    faults = list(plant_faults.faults_in("file.py", now))
    twins = [plant_faults.in_the_same_line(fault, now, before) for fault in faults]
    assert any(twins)
    for fault, twin in zip(faults, twins, strict=True):
        if twin:
            assert (twin.before, twin.after) == (fault.before, fault.after)
            assert before.splitlines()[twin.line - 1] == fault.before
    # What is one line among others is not the same as it was.
    assert plant_faults.in_the_same_line(faults[-1], now, "    return found\n") is None
    old = MODULE.replace("int(found)", "round(found)")
    changed = [fault for fault in faults if "int(found)" in fault.before]
    assert changed
    assert not any(plant_faults.in_the_same_line(fault, now, old) for fault in changed)


def test_the_tests_of_a_file_bear_its_name_import_it_or_mirror_its_folder(tmp_path: Path) -> None:
    tests = {
        "packages/p/tests/a/test_b.py": "",
        "packages/p/tests/a/test_c.py": "import json\n",
        "packages/p/tests/test_d.py": "from p.a import b\n",
        "packages/p/tests/test_e.py": "import p.a\n",
        "tests/test_f.py": "from p.a.b import something\n",
        "tests/machines/test_g.py": "import p.a.b\n",
        "tests/roles/test_h.py": 'MODULE = "library/placed.py"\n',
    }
    for name, text in tests.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    found = plant_faults.tests_of(tmp_path, "packages/p/src/p/a/b.py")
    assert found[0] == "packages/p/tests/a/test_b.py"
    assert set(found[1:-1]) == {"packages/p/tests/test_d.py", "tests/test_f.py"}
    assert found[-1] == "packages/p/tests/a/test_c.py"
    assert plant_faults.tests_of(tmp_path, "library/placed.py") == ["tests/roles/test_h.py"]
