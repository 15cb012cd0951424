"""Source kind ``pypi``: wheels, fetched by pip with their hashes pinned."""

from __future__ import annotations

import contextlib
import importlib.util
import os
import re
import sys
import time
from pathlib import Path

from workshop.core.output import Advance
from workshop.core.programs import last_line
from workshop.datasets.archive import checked
from workshop.datasets.catalogue import Source
from workshop.datasets.clients import CLIENT_START, Started, environment, run_client
from workshop.datasets.network import (
    STALL,
    Run,
    SilentError,
    UnavailableError,
    UnreachableError,
    Visit,
)
from workshop.datasets.store import WrongContentError


def obtain(source: Source, run: Run) -> Path:
    """Return the wheel: out of the one call that fetches many at once, else by a call of its own."""
    if source in run.together:
        # Where one of many is refused, each gets its own try, and its own reason.
        with contextlib.suppress(UnavailableError, WrongContentError):
            return _wheel(run.once(("pypi",), lambda: _pip_download(run.together, run)), source)
    return _wheel(_pip_download([source], run), source)


def _pip_download(sources: list[Source], run: Run) -> Path:
    """Fetch wheels whose hashes are known; return the folder they are in."""
    if importlib.util.find_spec("pip") is None:
        raise UnavailableError("this Python has no pip")
    folder = run.folder()
    requirements = folder / "requirements.txt"
    pins = {f"{each.package}=={each.version} --hash=sha256:{each.sha256}\n" for each in sources}
    requirements.write_text("".join(sorted(pins)))
    command = [sys.executable, "-P", "-m", "pip", "download", "--no-deps", "--only-binary=:all:"]
    command += ["--require-hashes", "--ignore-requires-python", "--progress-bar=raw"]
    command += ["--retries=0", "--resume-retries=3"]
    command += ["--cache-dir", str(run.pip_cache)]
    for each in [each for each in sources if each.platform][:1]:
        command += ["--platform", each.platform, "--implementation", "cp"]
        command += ["--python-version", each.python, "--abi", f"cp{each.python.replace('.', '')}"]
    # An empty folder to look in as well: pip says so when it has started, before it asks anyone.
    command += ["--find-links", str(folder), "--dest", str(folder / "archive")]
    command += ["--requirement", str(requirements)]
    label = sources[0].label if len(sources) == 1 else f"pypi {len(pins)} packages"

    def ask(visit: Visit) -> Path:
        with run.progress.download(label, sum(each.bytes for each in sources)) as advance:
            output = _PipOutput(visit, advance)
            status, printed = run_client(
                [*command, f"--timeout={visit.patience:.0f}"],
                folder=folder,
                environment=environment(run.ca_bundle, folder),
                silence=CLIENT_START,
                stop=run.stop,
                on_line=output.follow,
            )
        if status:
            raise _pip_failure(printed, run.reach.alive("pypi"), output.longest_silence >= visit.patience)
        return folder / "archive"

    return run.reach.ask("pypi", ask)


class _PipOutput:
    """Follows what pip prints: that it got an answer, and how far it is."""

    def __init__(self, visit: Visit, advance: Advance) -> None:
        self.visit = visit
        self.advance = advance
        self.finished = 0
        self.current = 0
        self.longest_silence = 0.0
        self._started = Started()
        self._last: float | None = None

    def follow(self, line: str) -> float:
        """Take one line; return the seconds to wait for the next."""
        now = time.monotonic()
        if self._last is not None:
            self.longest_silence = max(self.longest_silence, now - self._last)
        if line.startswith("Looking in"):
            self._last = now
            return self._started.patience(self.visit)
        if self._last is not None:
            self._last = now
        if line.lstrip().startswith(("Collecting", "Downloading")):
            self.visit.answered()
        elif number := re.match(r"Progress (\d+) of", line):
            if int(number[1]) < self.current:  # the next file
                self.finished += self.current
            self.current = int(number[1])
            self.advance(self.finished + self.current)
        return 2 * STALL


def _wheel(folder: Path, source: Source) -> Path:
    """Return the package's wheel in ``folder``, if it is the one that the catalogue names."""
    stem = source.package.replace("-", "_").lower()
    wheels = [path for path in folder.glob("*.whl") if path.name.lower().split("-")[0] == stem]
    return checked(wheels, source)


def _pip_failure(printed: str, known: bool, was_silent: bool) -> Exception:
    """Say what went wrong; pip finds no versions also where the index did not answer in time."""
    if "DO NOT MATCH THE HASHES" in printed:
        return WrongContentError("the package's hash is not the one in the catalogue")
    if "(from versions: none)" in printed and was_silent:
        return SilentError("the Python package index does not answer")
    if "(from versions: none)" in printed and not known:
        return UnreachableError("the Python package index does not answer")
    if "No space left on device" in printed:
        return OSError(28, os.strerror(28))
    if "Could not find a version" in printed or "No matching distribution" in printed:
        return UnavailableError("the Python package index has no such package")
    return UnavailableError(f"pip failed: {last_line(printed, 'ERROR') or last_line(printed)}")
