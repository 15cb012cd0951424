"""The command finds capabilities, starts quickly, and never shows a user a traceback."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import typer

import workshop
from workshop import bench
from workshop.core import command
from workshop.core.errors import WorkshopError

ROOT = Path(__file__).resolve().parents[3]
SOURCES = ROOT / "packages/workshop/src"
RUN = "from workshop.__main__ import main; main()"
HEAVY = {"jupyter_client", "matplotlib", "nbformat", "numpy", "pydantic", "requests", "zmq"}
"""Packages that take long to import, and that only the work of some words needs."""


def run(
    *arguments: str, code: str | None = None, options: tuple[str, ...] = (), **variables: str
) -> subprocess.CompletedProcess[str]:
    command = ["-m", "workshop", *arguments] if code is None else ["-c", code, *arguments]
    return subprocess.run(
        [sys.executable, *options, *command],
        cwd=ROOT,
        env={**os.environ, "NO_COLOR": "1", **variables},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_help_lists_every_capability_without_importing_one() -> None:
    code = (
        "import sys; from workshop.core import command\n"
        "sys.argv = ['workshop', '--help']\n"
        "try: command.main()\n"
        "except SystemExit as end: assert not end.code, end.code\n"
        "loaded = [m for m in sys.modules if m.startswith('workshop.')]\n"
        "assert not {'workshop.machine', 'workshop.datasets', 'workshop.lessons'} & set(loaded), loaded\n"
    )
    done = run(code=code)
    assert done.returncode == 0, done.stderr
    for word in (*command.CAPABILITIES, *command.ORGANISERS):
        assert word in done.stdout


def test_a_word_within_another_is_told_apart() -> None:
    done = run("bench", "sync", "--help")
    assert done.returncode == 0 and "--rounds" in done.stdout, done.stderr
    done = run("--", "sync", "--help")
    assert done.returncode == 0 and "--allowed-signers" in done.stdout, done.stderr


def test_the_version_is_told_before_anything_heavy_is_imported() -> None:
    code = (
        "import sys; from workshop.__main__ import main\n"
        "sys.argv = ['workshop', '--version']\n"
        "main()\n"
        "print(sorted({'typer', 'rich', 'importlib.metadata'} & set(sys.modules)))\n"
    )
    assert run(code=code).stdout == f"workshop {workshop.__version__}\n[]\n"
    # Among other words the parser tells it.
    assert run("--version", "doctor").stdout == f"workshop {workshop.__version__}\n"


@pytest.mark.parametrize("words", [("--version",), ("updates", "show", "--json"), ("--help",)])
def test_an_answer_that_cannot_be_written_is_one_line(words: tuple[str, ...]) -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "workshop", *words],
            stdout=full, stderr=subprocess.PIPE, text=True, timeout=60, check=False,
        )  # fmt: skip
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1 and "No space left on device" in done.stderr


def test_an_environment_without_what_the_command_needs_is_told_what_to_run() -> None:
    # Without its site packages an interpreter has none of them.
    done = subprocess.run(
        [
            sys.executable,
            "-I",
            "-S",
            "-c",
            f"import sys; sys.path.insert(0, {str(ROOT / 'packages/workshop/src')!r}); {RUN}",
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert "run tools/workshop" in done.stderr


@pytest.mark.parametrize(
    "arguments", [["nonsense"], ["--nonsense"], ["doctor", "--nonsense"], ["bench", "nonsense"]]
)
def test_wrong_usage_exits_with_2(arguments: list[str]) -> None:
    done = run(*arguments)
    assert done.returncode == 2, done.stderr
    assert "Traceback" not in done.stderr
    assert "nonsense" in done.stderr


@pytest.mark.parametrize(
    ("words", "status", "error"),
    [
        (["data", "list", "--json"], 1, "cannot read the settings"),
        (["lessons", "--json"], 2, "--json"),
        (["nonsense", "--json"], 2, "nonsense"),
    ],
)
def test_a_command_that_fails_prints_one_document_as_well(
    tmp_path: Path, words: list[str], status: int, error: str
) -> None:
    done = run(*words, WORKSHOP_CONFIG=str(tmp_path / "none.toml"))
    document = json.loads(done.stdout)
    assert (list(document), done.returncode) == (["error"], status)
    assert error in document["error"]
    assert done.stderr and "Traceback" not in done.stderr


def test_a_command_that_has_printed_its_document_prints_no_second_one(tmp_path: Path) -> None:
    (tmp_path / "data/mnist").mkdir(parents=True)
    (tmp_path / "data/mnist/t10k-labels-idx1-ubyte").write_bytes(b"wrong")
    (tmp_path / "workshop.toml").write_text(f'data = "{tmp_path}/data"\n')
    done = run("data", "verify", "mnist", "--json", WORKSHOP_CONFIG=str(tmp_path / "workshop.toml"))
    assert done.returncode == 1
    assert json.loads(done.stdout)["datasets"][0]["state"] == "wrong"


def fail_with(error: str) -> subprocess.CompletedProcess[str]:
    """Run the command with a capability that raises ``error``."""
    return run(
        code="import sys, errno, typer\n"
        "from workshop.core import command\n"
        "from workshop.core.errors import WorkshopError\n"
        "def app(**_):\n"
        f"    raise {error}\n"
        "command.program = lambda: app\n"
        "command.main()\n"
    )


@pytest.mark.parametrize(
    ("error", "status", "said"),
    [
        ("WorkshopError('[red] is no markup')", 1, "workshop: [red] is no markup\n"),
        (
            "OSError(errno.ENOSPC, 'No space left on device', '[b]x')",
            1,
            "workshop: No space left on device ([b]x); make room and run it again\n",
        ),
        ("KeyboardInterrupt", 130, "workshop: interrupted; it is safe to run again\n"),
    ],
)
def test_faults_end_in_one_line(error: str, status: int, said: str) -> None:
    done = fail_with(error)
    assert done.returncode == status
    assert done.stderr == said


def test_a_programming_fault_is_not_hidden() -> None:
    done = fail_with("ZeroDivisionError")
    assert done.returncode == 1
    assert "ZeroDivisionError" in done.stderr


@pytest.mark.parametrize("buffered", ["1", ""])
@pytest.mark.parametrize(
    "words",
    [
        ["-m", "workshop", "--help"],
        ["-m", "workshop", "data", "list", "--json"],
        ["-m", "workshop", "sync", "--help"],
    ],
)
def test_a_reader_that_has_gone_is_no_traceback(words: list[str], buffered: str) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    process = subprocess.run(
        [sys.executable, *words],
        cwd=ROOT,
        env={**os.environ, "PYTHONUNBUFFERED": buffered},
        stdout=writer,
        stderr=subprocess.PIPE,
        check=False,
    )
    os.close(writer)
    assert process.stderr == b""
    assert process.returncode in (0, 1)  # argparse passes over a help that nobody could read


def test_a_missing_package_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "needy.py").write_text("import no_such_package\n", encoding="utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))
    group = typer.main.get_command(
        typer.Typer(cls=command.lazy_group({"needy": ("needy", "help")}), callback=lambda: None)
    )
    with pytest.raises(WorkshopError, match="'workshop needy' needs the package no_such_package"):
        group.get_command(None, "needy")  # type: ignore[attr-defined]


def test_every_word_loads_and_its_help_looks_like_the_others() -> None:
    """No word in the table points nowhere, and each begins without what only its work needs."""
    for word in (*command.CAPABILITIES, *command.find_added()):
        done = run(word, "-h", options=("-X", "importtime"))
        assert done.returncode == 0, f"{word}: {done.stderr}"
        imported = {line.rpartition("|")[2].strip().partition(".")[0] for line in done.stderr.splitlines()}
        assert "workshop" in imported and not imported & HEAVY, f"{word}: {imported & HEAVY}"
        assert done.stdout.lower().lstrip().startswith("usage: "), done.stdout
        assert "completion" not in done.stdout, done.stdout
        assert "─" not in done.stdout, done.stdout


def test_the_words_of_a_package_that_is_not_here_say_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(command, "find_added", dict)
    assert command.added_command("nonsense") is None
    with pytest.raises(WorkshopError, match=r"in the package organiser.*'tools/workshop appliance'"):
        command.added_command("appliance")


def test_a_checkout_has_the_words_of_its_packages_without_their_being_installed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("importlib.metadata.entry_points", lambda **_: [])
    assert set(command.find_added()) == set(command.ORGANISERS)
    monkeypatch.setattr("workshop.core.settings.CHECKOUT", Path("/nowhere"))
    assert command.find_added() == {}


def test_benchmarks_need_a_checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for place in ("workshop.core.settings.CHECKOUT",):
        monkeypatch.setattr(place, tmp_path)
    monkeypatch.setenv("WORKSHOP_CONFIG", str(tmp_path / "workshop.toml"))
    (tmp_path / "workshop.toml").touch()
    with pytest.raises(WorkshopError, match="no checkout with benchmarks"):
        bench.find_benches()
    (tmp_path / "workshop.toml").write_text(f'source = "{ROOT}"\n')
    assert "samegame" in bench.find_benches()
