"""The command finds capabilities, starts quickly, and never shows a user a traceback."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import typer

from workshop import cli, lazy
from workshop.errors import WorkshopError

ROOT = Path(__file__).resolve().parents[3]
SOURCES = ROOT / "packages/workshop/src"
RUN = "from workshop.__main__ import main; main()"


def run(*arguments: str, code: str | None = None, **variables: str) -> subprocess.CompletedProcess[str]:
    command = ["-m", "workshop", *arguments] if code is None else ["-c", code, *arguments]
    return subprocess.run(
        [sys.executable, *command],
        cwd=ROOT,
        env={**os.environ, "NO_COLOR": "1", **variables},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_help_lists_every_capability_without_importing_one() -> None:
    code = (
        "import sys; from workshop import cli\n"
        "sys.argv = ['workshop', '--help']\n"
        "try: cli.main()\n"
        "except SystemExit as end: assert not end.code, end.code\n"
        "loaded = [m for m in sys.modules if m.startswith('workshop.')]\n"
        "assert not {'workshop.machine', 'workshop.datasets', 'workshop.lessons'} & set(loaded), loaded\n"
    )
    done = run(code=code)
    assert done.returncode == 0, done.stderr
    for word in cli.CAPABILITIES:
        assert word in done.stdout


def test_version() -> None:
    done = run("--version")
    assert done.returncode == 0
    assert done.stdout.startswith("workshop ")


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


def test_a_users_fault_is_one_line_and_exit_1(tmp_path: Path) -> None:
    done = run("doctor", WORKSHOP_CONFIG=str(tmp_path / "none.toml"))
    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr.count("\n") == 1
    assert done.stderr.startswith("workshop: cannot read the settings")


def fail_with(error: str) -> subprocess.CompletedProcess[str]:
    """Run the command with a capability that raises ``error``."""
    return run(
        code="import sys, errno, typer\n"
        "from workshop import cli\n"
        "from workshop.errors import WorkshopError\n"
        "def app():\n"
        f"    raise {error}\n"
        "cli.app = app\n"
        "cli.main()\n"
    )


@pytest.mark.parametrize(
    ("error", "status", "said"),
    [
        ("WorkshopError('[red] is no markup')", 1, "workshop: [red] is no markup\n"),
        (
            "OSError(errno.ENOSPC, 'No space left on device', '[b]x')",
            1,
            "workshop: No space left on device ([b]x)\n",
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
        ["-m", "tools.testrun", "--list"],
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


def test_ctrl_c_ends_a_real_command_in_one_line() -> None:
    code = (
        "import time, typer, sys\n"
        "from workshop import cli\n"
        "word = typer.Typer()\n"
        "@word.command()\n"
        "def wait(): print('ready', flush=True); time.sleep(30)\n"
        "cli.app = word\n"
        "cli.main()\n"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", code], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        started = time.monotonic()
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=10)
    finally:
        process.kill()
    assert time.monotonic() - started < 5
    assert process.returncode == 130
    assert errors.strip() == "workshop: interrupted; it is safe to run again"


def test_a_missing_package_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "needy.py").write_text("import no_such_package\n", encoding="utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))
    group = typer.main.get_command(
        typer.Typer(cls=lazy.lazy_group({"needy": ("needy", "help")}), callback=lambda: None)
    )
    with pytest.raises(WorkshopError, match="'workshop needy' needs the package no_such_package"):
        group.get_command(None, "needy")  # type: ignore[attr-defined]


def test_every_word_loads() -> None:
    """No word in the table points nowhere."""
    for word in cli.CAPABILITIES:
        done = run(word, "--help")
        assert done.returncode == 0, f"{word}: {done.stderr}"
