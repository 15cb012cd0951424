"""The threads that were chosen on this machine: written by the BLAS tool, read when a kernel starts.

The file is ``<prefix>/choices/blas.toml``, which set-up makes room for and never writes; on a machine
that was not set up it is ``blas.toml`` in the user's configuration folder. The environment variable
``WORKSHOP_CHOICES`` names another folder. A choice counts on the processor it was measured on only, so
that a virtual machine that moves on to another computer falls back to set-up's default.
"""

from __future__ import annotations

import datetime
import json
import os
import tomllib
from dataclasses import asdict, dataclass
from pathlib import Path

from workshop.core.errors import WorkshopError
from workshop.core.files import write_whole
from workshop.core.processors import usable_cores
from workshop.core.settings import Settings

HEADER = """\
# How many threads the BLAS of the Theano kernel uses on this machine. Written by the notebook
# 9-tools/10-blas; its last section removes it again. Read whenever a Theano kernel starts.
"""


@dataclass(frozen=True)
class Choice:
    """What was chosen, and where and when it was measured."""

    threads: int
    cores: int
    processor: str
    measured: str
    """The date, YYYY-MM-DD."""

    @property
    def fits(self) -> bool:
        """Tell whether it was measured on a machine like this one."""
        return (self.cores, self.processor) == (usable_cores(), _processor())


def here(threads: int) -> Choice:
    """Return a choice for this machine, made today."""
    today = datetime.datetime.now(datetime.UTC).date().isoformat()
    return Choice(threads, usable_cores(), _processor(), today)


def file(settings: Settings) -> Path:
    """Return where the choice is kept."""
    if named := os.environ.get("WORKSHOP_CHOICES"):
        return Path(named) / "blas.toml"
    if settings.prefix is not None:
        return settings.prefix / "choices" / "blas.toml"
    configuration = os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config"
    return Path(configuration) / "deep-learning-workshop" / "blas.toml"


def write(settings: Settings, choice: Choice) -> Path:
    """Keep a choice, whole or not at all; return its file. Raises WorkshopError when it cannot."""
    path = file(settings)
    # JSON's texts and numbers are TOML's as well.
    lines = [f"{name} = {json.dumps(value)}\n" for name, value in asdict(choice).items()]
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, HEADER + "".join(lines))
    except OSError as error:
        raise WorkshopError(
            f"cannot write {path}: {error.strerror}; run set-up again, which makes this folder yours"
        ) from error
    return path


def read(settings: Settings) -> Choice | None:
    """Return the choice that was made, or None. Raises WorkshopError when its file is damaged."""
    path = file(settings)
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
        choice = Choice(**values)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise WorkshopError(f"cannot read {path}: {error.strerror}; remove it") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, TypeError) as error:
        raise WorkshopError(f"{path} is damaged; remove it, or run the notebook 9-tools/10-blas") from error
    if type(choice.threads) is not int or choice.threads < 1:
        raise WorkshopError(f"{path}: threads must be a number from 1 on, not {choice.threads!r}; remove it")
    return choice


def forget(settings: Settings) -> bool:
    """Remove the choice, so that set-up's default counts again; tell whether there was one."""
    path = file(settings)
    try:
        path.unlink()
    except FileNotFoundError:
        return False
    except OSError as error:
        raise WorkshopError(f"cannot remove {path}: {error.strerror}") from error
    return True


def _processor() -> str:
    """Return the processor's name as Linux knows it; empty where it says nothing."""
    try:
        text = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
    lines = (line.partition(":") for line in text.splitlines())
    return next((value.strip() for name, _, value in lines if name.strip() == "model name"), "")
