"""A machine that was set up, as it is before anything was compiled; and somebody who opens a lesson there."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil
from jupyter_client.blocking.client import BlockingKernelClient
from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import KernelManager

from workshop.errors import WorkshopError
from workshop.lessons.catalogue import Kind, about, find_lessons, tags_of
from workshop.lessons.warm import today_first
from workshop.settings import Settings
from workshop.system.programs import last_line

OWN = {"theano", "log", "etc", "run", "state"}
"""What the passing machine has of its own."""
PATIENCE_S = 900.0
COMPILES = re.compile(r"\btheano\.function\(")


@dataclass
class Opened:
    """Somebody's way to the first result that had to be compiled."""

    start: float = 0.0
    """Seconds until the kernel answered."""
    cells: list[float] = field(default_factory=list)
    """Seconds of each cell; the last one is the first that compiles."""
    processor: float = 0.0
    """Processor seconds of the kernel and its compilers, from the kernel's start."""
    modules: int = 0
    """So many were compiled in that time, by whomever."""

    @property
    def seconds(self) -> float:
        """All of it."""
        return self.start + sum(self.cells)


@contextmanager
def just_set_up(settings: Settings, scratch: Path) -> Iterator[Path]:
    """Make a machine like this one in ``scratch`` on which nothing was compiled; yield its settings' file."""
    assert settings.prefix is not None
    house = scratch / "house"
    house.mkdir(parents=True)
    for name in sorted(path.name for path in settings.prefix.iterdir()):
        if name in OWN:
            (house / name).mkdir()
        else:
            (house / name).symlink_to(settings.prefix / name)
    text = (settings.prefix / "etc" / "workshop.toml").read_text(encoding="utf-8")
    file = house / "etc" / "workshop.toml"
    file.write_text(re.sub(r"(?m)^prefix = .*$", f'prefix = "{house}"', text), encoding="utf-8")
    rules = (settings.prefix / "etc" / "theanorc").read_text(encoding="utf-8")
    rules = re.sub(r"(?m)^base_compiledir = .*$", f"base_compiledir = {house / 'theano'}", rules)
    (house / "etc" / "theanorc").write_text(rules, encoding="utf-8")
    yield file


def variables(file: Path) -> dict[str, str]:
    """Return the environment of the programs of such a machine."""
    folder = file.parent
    named = {"WORKSHOP_CONFIG": str(file), "THEANORC": str(folder / "theanorc"), "OPENBLAS_NUM_THREADS": "1"}
    # The kernel's own settings, which its specification names, are those of the machine: this counts more.
    named |= {"THEANO_FLAGS": f"base_compiledir={folder.parent / 'theano'}"}
    named |= {"NUMBA_CACHE_DIR": str(folder.parent / "theano" / "numba"), "JUPYTER_PATH": str(folder)}
    return os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path[:1]))} | named


def give_kernel(file: Path, python: Path | None = None) -> None:
    """Give such a machine a Theano kernel with settings and caches of its own.

    file: Its settings' file.
    python: That of another environment with Theano; else the passing machine's.
    """
    house = file.parent.parent
    before = (house / "venvs/jupyter/share/jupyter/kernels/theano/kernel.json").read_text(encoding="utf-8")
    original = str((house / "venvs").resolve().parent)
    text = before.replace(f"{original}/etc/", f"{house}/etc/").replace(
        f"{original}/theano", f"{house}/theano"
    )
    if python is not None:
        text = text.replace(f"{original}/venvs/theano/bin/python", str(python))
    spec = file.parent / "kernels" / "theano"
    spec.mkdir(parents=True, exist_ok=True)
    (spec / "kernel.json").write_text(text, encoding="utf-8")


@contextmanager
def warming(file: Path) -> Iterator[None]:
    """Start what set-up starts in the background, wait until it compiles, and end all of it at the end."""
    house = file.parent.parent
    give_kernel(file)
    python = str(house / "venvs/jupyter/bin/python")
    words = [python, "-P", "-m", "workshop", "lessons", "warm", "--json"]
    _command([*words, "--background"], file)
    try:
        end = time.monotonic() + PATIENCE_S
        while not any((house / "theano").glob("compiledir_*/*")):
            if time.monotonic() > end:
                said = (house / "log" / "warm.log").read_text(encoding="utf-8", errors="replace")
                raise WorkshopError(f"the warm-up compiles nothing: {said.strip()[-300:]}")
            time.sleep(0.05)
        yield
    finally:
        _command([*words, "--stop"], file)


def _command(words: list[str], file: Path) -> None:
    done = subprocess.run(words, env=variables(file), capture_output=True, text=True, check=False)
    if done.returncode:
        raise WorkshopError(f"{' '.join(words[4:])} failed: {last_line(done.stderr)}")


def first_cells(settings: Settings) -> list[str]:
    """Return the code of the first lesson's cells up to the first that compiles.

    The first lesson is the first in Theano of the schedule's first workshop. Raises WorkshopError when none
    of its cells calls Theano's compiler.
    """
    folder = settings.source / "notebooks" if settings.source else settings.notebooks
    lessons = []
    for lesson in find_lessons(folder):
        told = about(lesson.name, lesson.read())
        if told.kernel == "theano" and told.kind is Kind.LESSON:
            lessons.append(lesson)
    first = today_first(lessons, settings, settings.workshop)[0]
    cells: list[str] = []
    for cell in first.read()["cells"]:
        if cell["cell_type"] != "code" or "short-path" not in tags_of(cell):
            continue
        text = "".join(cell["source"])
        cells.append(text)
        if COMPILES.search(text):
            return cells
    raise WorkshopError(f"{first.name} compiles nothing on its short path")


def open_lesson(file: Path, cells: list[str]) -> Opened:
    """Start a kernel and run the cells, one after the other; raises WorkshopError when one fails."""
    house = file.parent.parent
    manager = KernelManager(transport="ipc", connection_file=str(house / "run" / "kernel.json"))
    python = str(house / "venvs/theano/bin/python")
    manager._kernel_spec = KernelSpec(
        argv=[python, "-P", "-m", "workshop.machine.kernel", "-f", "{connection_file}"]
    )
    opened, compiled = Opened(), _modules(house)
    began = time.monotonic()
    manager.start_kernel(env=variables(file))
    try:
        client: Any = manager.client()
        provisioner: Any = manager.provisioner
        client.start_channels()
        client.wait_for_ready(timeout=PATIENCE_S)
        opened.start = time.monotonic() - began
        kernel = psutil.Process(int(provisioner.process.pid))
        for cell in cells:
            opened.cells.append(_run(client, cell))
        times = kernel.cpu_times()
        opened.processor = times.user + times.system + times.children_user + times.children_system
    finally:
        manager.shutdown_kernel(now=True)
    opened.modules = len(_modules(house) - compiled)
    return opened


def _run(client: BlockingKernelClient, code: str) -> float:
    began = time.monotonic()
    reply = client.execute_interactive(code, timeout=PATIENCE_S, output_hook=lambda _: None)
    if reply["content"]["status"] != "ok":
        raise WorkshopError(f"a cell failed: {reply['content'].get('evalue', '')[:300]}")
    return time.monotonic() - began


def _modules(house: Path) -> set[Path]:
    return set((house / "theano").glob("compiledir_*/*/key.pkl"))
