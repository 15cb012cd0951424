"""A source, a participant's folder and a state folder, with the few words that tests say about them."""

import json
import os
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
import typer.main

from workshop.sync import cli
from workshop.sync.apply import Open, Report, no_open_notebooks, synchronise
from workshop.sync.source import Source, read_folder


def run_sync(words: Sequence[str]) -> None:
    """Run ``workshop update notebooks`` in this process; its errors are raised as they are."""
    typer.main.get_command(cli.app)(list(words), standalone_mode=False)


def cell(
    text: str, name: str | None = None, ran: str = "", kind: str = "code", **metadata: Any
) -> dict[str, Any]:
    """Return a cell; ``name`` is its id, ``ran`` its output."""
    made: dict[str, Any] = {"cell_type": kind, "metadata": metadata, "source": text}
    if name is not None:
        made["id"] = name
    if kind == "code":
        made["execution_count"] = 1 if ran else None
        made["outputs"] = [{"output_type": "stream", "name": "stdout", "text": ran}] if ran else []
    return made


def book(*cells: dict[str, Any], minor: int = 5, indent: int | None = 1, **metadata: Any) -> bytes:
    """Return a notebook of these cells."""
    document = {"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": minor}
    return (json.dumps(document, indent=indent) + "\n").encode()


def notebook(*sources: str, outputs: bool = False) -> bytes:
    """Return a notebook of code cells with stable ids, run or not."""
    cells = [
        {
            "cell_type": "code",
            "id": f"cell-{number}",
            "metadata": {"execution": {"iopub.status.busy": "now"}} if outputs else {},
            "source": text.splitlines(keepends=True),
            "execution_count": number if outputs else None,
            "outputs": [{"output_type": "stream", "name": "stdout", "text": [f"ran {text}"]}]
            if outputs
            else [],
        }
        for number, text in enumerate(sources, start=1)
    ]
    document = {"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    return (json.dumps(document, indent=1) + "\n").encode()


def cells_of(data: bytes) -> list[tuple[str, str]]:
    """Return each cell's text and output; the notebook must be valid."""
    document = nbformat.reads(data.decode(), as_version=4)
    nbformat.validate(json.loads(data))
    return [
        (cell.source, "".join(output.text for output in cell.get("outputs", []))) for cell in document.cells
    ]


@dataclass
class Bed:
    """One participant and one organiser."""

    upstream: Path
    mine: Path
    state: Path
    open_notebooks: Open = no_open_notebooks

    def publish(self, **files: bytes | None) -> None:
        """Change the organiser's files; ``a_ipynb`` stands for ``a.ipynb``; None deletes."""
        for name, data in files.items():
            self.write(self.upstream / "notebooks" / name.replace("_", "."), data)

    def edit(self, name: str, data: bytes | None) -> None:
        """Change a file of the participant's; None deletes."""
        self.write(self.mine / name, data)

    @staticmethod
    def write(file: Path, data: bytes | None) -> None:
        file.parent.mkdir(parents=True, exist_ok=True)
        if data is None:
            file.unlink()
        else:
            file.write_bytes(data)

    def sync(self, dry_run: bool = False) -> Report:
        return synchronise(self._read, self.mine, self.state, dry_run, self.open_notebooks)

    def _read(self) -> Source:
        return read_folder(self.upstream, "notebooks")

    def actions(self, dry_run: bool = False) -> dict[str, str]:
        return {outcome.path: str(outcome.action) for outcome in self.sync(dry_run).files}

    def both_change(self, base: bytes, mine: bytes, theirs: bytes) -> dict[str, str]:
        """Deliver ``base``; the participant makes ``mine`` of it and the organiser ``theirs``; sync."""
        self.publish(a_ipynb=base)
        self.sync()
        self.edit("a.ipynb", mine)
        self.publish(a_ipynb=theirs)
        actions = self.actions()
        assert self.actions() == {}, "a second sync has nothing left to do"
        return actions

    def cells(self, name: str = "a.ipynb") -> list[tuple[str, str]]:
        """Return the texts and outputs of a notebook of the participant's, which must be valid."""
        return cells_of(self.read(name))

    def read(self, name: str) -> bytes:
        return (self.mine / name).read_bytes()

    def beside(self, name: str = "a.ipynb") -> bytes:
        """Return what lies beside a file; there must be one such file."""
        file = Path(name)
        (found,) = (self.mine / file.parent).glob(f"{file.stem}.upstream-*{file.suffix}")
        return found.read_bytes()

    def snapshot(self) -> dict[str, bytes]:
        """Return every file of the participant's folder."""
        return {
            str(file.relative_to(self.mine)): file.read_bytes()
            for file in sorted(self.mine.rglob("*"))
            if file.is_file() and not file.is_symlink()
        }

    def backups(self) -> list[bytes]:
        """Return every file that was kept as it was."""
        kept = (self.state / "backups").glob("*/files/**/*")
        return [file.read_bytes() for file in kept if file.is_file()]


def memory_folder() -> str | None:
    """Return a folder in memory for tests that write thousands of files; None for the usual place."""
    return "/dev/shm" if os.access("/dev/shm", os.W_OK) else None


CLEAN = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")} | {
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_CONFIG_GLOBAL": os.devnull,
}


def git(folder: Path, *words: str, **environment: str) -> str:
    """Run git as a person does, with no configuration but the repository's."""
    done = subprocess.run(
        ["git", *words], cwd=folder, env=CLEAN | environment, check=True, capture_output=True, text=True
    )
    return done.stdout.strip()


def run_all(*commands: Sequence[str], cwd: Path) -> None:
    """Run commands one after the other."""
    for command in commands:
        subprocess.run(command, cwd=cwd, check=True, capture_output=True)
