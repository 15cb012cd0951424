"""Downloads with the code that fetches data sets: hashes, resumption, a quick end where nothing answers."""

from __future__ import annotations

import os
from collections.abc import Sequence

from organiser.thumbdrive.contents import Context, Found, StickFile
from workshop.core.output import Progress, steps
from workshop.datasets.catalogue import Dataset, File, Source
from workshop.datasets.fetch import Options, fetch_all
from workshop.datasets.store import Store


def download(name: str, url: str, sha256: str, about: int, size: int | None = None) -> Dataset:
    """Return one file of the network as a data set; ``about`` are its bytes, perhaps a guess."""
    return Dataset(name, "", "", "", (File(name, sha256, size, about),), (Source("url", (name,), url=url),))


def bring(datasets: Sequence[Dataset], store: Store, options: Options) -> dict[str, str]:
    """Download what is not here; return the reason for each data set that could not be had.

    One slow answer makes a fetch give its host up; while others arrive, that was not its end.
    """
    os.environ.setdefault("RES_OPTIONS", "timeout:2 attempts:2")
    reasons: dict[str, str] = {}
    while rest := [each for each in datasets if not has(store, each)]:
        results = fetch_all(rest, rest, store, options, Progress(steps))
        reasons = {each.name: each.why for each in results if each.state == "unavailable"}
        if len(reasons) in (0, len(rest)):
            break
    return reasons


def has(store: Store, dataset: Dataset) -> bool:
    """Tell whether all files are here and right."""
    return all(store.has(dataset, file) for file in dataset.files)


def found_in(
    store: Store, datasets: Sequence[Dataset], context: Context, fetch: bool, into: str, folders: bool = False
) -> Found:
    """Return what is here, after downloading the rest if ``fetch`` says so.

    into: the folder of the stick. folders: each data set has a folder of its name there.
    """
    settings = context.settings
    local = tuple(folder for folder in (settings.stick, settings.cache) if folder)
    reasons = bring(datasets, store, Options(local, ca_bundle=settings.ca_bundle)) if fetch else {}
    found = Found()
    for each in datasets:
        place = f"{into}/{each.name}" if folders else into
        if has(store, each):
            found.files += [StickFile(f"{place}/{file.name}", store.path(each, file)) for file in each.files]
        elif fetch or context.offline:
            found.missing.append(f"{each.name}: {reasons.get(each.name, 'offline, and not here')}")
        else:
            found.expected.append((f"{into}/{each.name}", each.size))
    return found
