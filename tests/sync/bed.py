"""A source, a participant's folder and a state folder, with the few words that tests say about them."""

import json
import os
from dataclasses import dataclass
from pathlib import Path

from workshop.sync.deliver import Report, synchronise
from workshop.sync.openbooks import Open, no_open_notebooks
from workshop.sync.source import read_folder


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
        return synchronise(
            lambda stats: read_folder(self.upstream, "notebooks", stats.version),
            self.mine,
            self.state,
            dry_run,
        )

    def actions(self, dry_run: bool = False) -> dict[str, str]:
        return {outcome.path: str(outcome.action) for outcome in self.sync(dry_run).files}

    def read(self, name: str) -> bytes:
        return (self.mine / name).read_bytes()

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
