"""``--changed``: lint and the tests nearest to a change, in a small package."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from fakeparts import PASSES, FakeParts

CODE = "packages/workshop/src/workshop"
TESTS = "packages/workshop/tests"
FILES = {
    f"{CODE}/__init__.py": "",
    f"{CODE}/files.py": "",
    f"{CODE}/sync/__init__.py": "",
    f"{CODE}/sync/merge.py": "from workshop.files import x",
    f"{CODE}/sync/engine.py": "from . import merge",
    f"{CODE}/sync/words.json": "{}",
    f"{CODE}/cli.py": "def main():\n    import workshop.sync.engine",
    "tools/check-committed.py": "",
    "roles/jupyter/tasks/main.yml": "",
    "notebooks/a.ipynb": "{}",
    "docs/names.md": "",
    "conftest.py": "",
    f"{TESTS}/sync/__init__.py": "",
    f"{TESTS}/sync/bed.py": "import workshop.sync.engine",
    f"{TESTS}/sync/test_merge.py": "",
    f"{TESTS}/sync/test_engine.py": "from .bed import Bed",
    f"{TESTS}/test_cli.py": "from workshop import cli",
    f"{TESTS}/test_files.py": "from workshop import files",
    "tests/test_docs.py": "",
    f"{TESTS}/test_apart.py": "def test_one(): pass",
    "tests/tools/test_check_committed.py": "",
    "tests/tools/test_named.py": 'TOOL = ROOT / "tools" / "check-committed.py"',
    "tests/roles/test_arguments.py": "",
    f"{TESTS}/lessons/test_static.py": "",
    "tests/machines/test_everything.py": "import workshop.sync.engine, workshop.files",
}


@pytest.fixture
def package(fake: FakeParts) -> FakeParts:
    """A checkout whose last commit has the package; the part that runs tests only writes down which."""
    fake.table(
        '[prepare]\nabout = "A"\nbudget = 1\njobs.environment = {}\n'
        '[unit]\nabout = "A"\nbudget = 60\n'
        'jobs.run = { changed = true, tests = ["tests", "packages", "!tests/machines"] }'
    )
    fake.script("prepare", PASSES)
    fake.script("unit", PASSES)
    fake.script("changed", "cat .cache/test/changed.$([ $1 = lint ] && echo files || echo tests) >>trace")
    for name, text in FILES.items():
        (fake.root / name).parent.mkdir(parents=True, exist_ok=True)
        (fake.root / name).write_text(text + "\n")
    fake.commit()
    return fake


def touch(fake: FakeParts, *names: str) -> None:
    for name in names:
        with (fake.root / name).open("a") as file:
            file.write("\n")


def chosen(fake: FakeParts) -> list[str]:
    """Run, and return the files of tests that were chosen, nearest first."""
    ran = fake.run("--changed")
    assert ran.status == 0, ran.said + ran.errors
    files = fake.cache / "changed.tests"
    return files.read_text().splitlines()


@pytest.mark.parametrize(
    ("touched", "tests"),
    [
        # The mirror, then by distance, over what imports it and what the tests share.
        (
            f"{CODE}/sync/merge.py",
            [
                f"{TESTS}/sync/test_merge.py",
                f"{TESTS}/sync/test_engine.py",
                f"{TESTS}/test_cli.py",
            ],
        ),
        (f"{CODE}/cli.py", [f"{TESTS}/test_cli.py"]),
        (f"{TESTS}/sync/bed.py", [f"{TESTS}/sync/test_engine.py"]),
        (f"{TESTS}/sync/test_merge.py", [f"{TESTS}/sync/test_merge.py"]),
        # Data belongs to the modules beside it.
        (
            f"{CODE}/sync/words.json",
            [f"{TESTS}/sync/test_engine.py", f"{TESTS}/test_cli.py"],
        ),
        ("tools/check-committed.py", ["tests/tools/test_check_committed.py", "tests/tools/test_named.py"]),
        ("roles/jupyter/tasks/main.yml", ["tests/roles/test_arguments.py"]),
        ("notebooks/a.ipynb", [f"{TESTS}/lessons/test_static.py"]),
        ("docs/names.md", ["tests/test_docs.py"]),
        (f"{CODE}/new.py", []),
    ],
)
def test_the_tests_of_what_depends_on_a_change_run(
    package: FakeParts, touched: str, tests: list[str]
) -> None:
    touch(package, touched)
    assert chosen(package) == tests
    # Lint sees the file itself; without a test there is nothing else to run.
    assert package.traced()[:-1].count(touched) == (2 if touched in tests else 1)


def test_a_deleted_module_is_a_change_to_who_imports_it(package: FakeParts) -> None:
    (package.root / f"{CODE}/files.py").unlink()
    assert chosen(package)[0] == f"{TESTS}/test_files.py"
    assert (package.cache / "changed.files").read_text() == ""


def test_all_tests_below_a_conftest_depend_on_it(package: FakeParts) -> None:
    touch(package, "conftest.py")
    assert set(chosen(package)) == {
        name for name in FILES if "/test_" in name and not name.startswith("tests/machines")
    }


def test_a_clean_tree_is_compared_with_where_its_branch_began(package: FakeParts) -> None:
    assert package.run("--changed").errors == (
        "test.bash: nothing has changed, and there is no commit to compare with\n"
    )
    touch(package, f"{CODE}/cli.py")
    first, second = package.git("rev-parse", "HEAD"), package.commit()
    assert f"changed since {first[:7]}, the last commit but one: 1 file" in package.run("--changed").said
    touch(package, "docs/names.md")
    package.commit()
    package.git("update-ref", "refs/remotes/origin/main", second)
    said = package.run("--changed").said
    assert f"changed since {second[:7]}, where the branch left origin/main: 1 file" in said
    touch(package, "roles/jupyter/tasks/main.yml")
    assert "changed since HEAD: 1 file" in package.run("--changed").said


def test_what_does_not_fit_into_a_minute_is_left_out_and_counted(package: FakeParts) -> None:
    package.cache.mkdir(parents=True, exist_ok=True)
    seconds = {
        f"{TESTS}/sync/test_merge.py::test_quick": 1,
        f"{TESTS}/sync/test_merge.py::test_slow": 10_000,
        f"{TESTS}/test_cli.py::test_slow": 10_000,
        f"{TESTS}/sync/test_engine.py::test_quick": 1,
    }
    (package.cache / "durations.json").write_text(json.dumps(seconds))
    touch(package, f"{CODE}/sync/merge.py")
    assert chosen(package) == [
        f"{TESTS}/sync/test_merge.py",
        f"{TESTS}/sync/test_engine.py",
    ]
    assert (package.cache / "changed.deselected").read_text() == f"{TESTS}/sync/test_merge.py::test_slow\n"
    assert "2 further tests left out for want of time" in package.run("--changed").said


def test_a_failed_test_is_repeated_by_the_part_that_has_it(package: FakeParts) -> None:
    package.script(
        "changed",
        "source tools/test-parts/lib.bash\n"
        'mapfile -t tests <.cache/test/changed.tests; [ $1 = lint ] || run_pytest "${tests[@]}"',
    )
    test = package.root / f"{TESTS}/test_cli.py"
    test.write_text("def test_bad(): assert 0\n")
    ran = package.run("--changed")
    assert ran.status == 1
    assert re.search(rf"^    tools/test.bash unit {TESTS}/test_cli.py::test_bad$", ran.said, re.MULTILINE)


def test_words_after_it_are_refused(package: FakeParts) -> None:
    ran = package.run("--changed", "unit")
    assert ran.status == 2
    assert "leave 'unit' out" in ran.errors
    assert not Path(package.trace).exists()
