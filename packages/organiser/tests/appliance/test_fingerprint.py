"""What a finished root is remembered by changes with all that it was made of, and with nothing else."""

from collections.abc import Callable
from pathlib import Path

import pytest

from organiser.appliance.fingerprint import digest

WORDS = ("1.0", "debian", "arm64")


@pytest.fixture
def options(tmp_path: Path) -> tuple[str, ...]:
    (tmp_path / "signers").write_text("key")
    (tmp_path / "named.yml").write_text("a")
    (tmp_path / "vars.yml").write_text(f"token: abc\nsigners: {tmp_path}/signers\n")
    inline = f'{{"x": "{tmp_path}/named.yml", "y": [1]}}'
    return ("-e", f"@{tmp_path}/vars.yml", "-e", inline, "-e", "name=value")


def stick(folder: Path) -> Path:
    (folder / "stick/data").mkdir(parents=True, exist_ok=True)
    (folder / "stick/data/a").write_text("a")
    return folder / "stick"


CHANGES: dict[str, Callable[[Path], object]] = {
    "the file of variables": lambda folder: (folder / "vars.yml").write_text("token: abd\n"),
    "what the file names": lambda folder: (folder / "signers").write_text("kez"),
    "what a variable names": lambda folder: (folder / "named.yml").write_text("b"),
    "a file on the stick": lambda folder: (folder / "stick/data/a").write_text("other"),
    "one more on the stick": lambda folder: (folder / "stick/b").write_text("b"),
}


@pytest.mark.parametrize("change", CHANGES)
def test_what_changes_in_a_file_counts(change: str, tmp_path: Path, options: tuple[str, ...]) -> None:
    folder = stick(tmp_path)
    before = digest(WORDS, options, [folder])
    assert digest(WORDS, options, [folder]) == before
    CHANGES[change](tmp_path)
    assert digest(WORDS, options, [folder]) != before
