"""Downloads with the code that fetches data sets: hashes, resumption, a quick end where nothing answers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from workshop.datasets.catalogue import Dataset, File, Source
from workshop.datasets.fetch import Options, fetch_all
from workshop.datasets.store import Store
from workshop.output import Progress, messages


@dataclass(frozen=True)
class Wanted:
    """One file to have."""

    name: str
    url: str
    sha256: str
    about: int
    """Bytes, perhaps a guess."""
    bytes: int | None = None
    """Bytes, where they are known."""


class Shelf:
    """A folder of downloads, each under the name of what it belongs to."""

    def __init__(self, folder: Path) -> None:
        """Use a folder, which need not exist yet."""
        self._store = Store(folder)

    def path(self, wanted: Wanted) -> Path:
        """Return where a file lies or will lie."""
        return self._store.folder / _dataset(wanted).name / wanted.name

    def has(self, wanted: Wanted) -> bool:
        """Tell whether a file is here and right."""
        dataset = _dataset(wanted)
        return self._store.has(dataset, dataset.files[0])

    def fetch(self, all_wanted: Sequence[Wanted], ca_bundle: Path | None) -> dict[str, str]:
        """Download what is not here; return the reason for each file that could not be had.

        One slow answer makes a fetch give its host up; while others arrive, that was not its end.
        """
        reasons: dict[str, str] = {}
        while datasets := [_dataset(wanted) for wanted in all_wanted if not self.has(wanted)]:
            before = len(datasets)
            reasons = self._fetch_once(datasets, ca_bundle)
            if len(reasons) in (0, before):
                break
        return reasons

    def _fetch_once(self, datasets: list[Dataset], ca_bundle: Path | None) -> dict[str, str]:
        results = fetch_all(datasets, datasets, self._store, Options(ca_bundle=ca_bundle), Progress(messages))
        return {each.name: each.why for each in results if each.state == "unavailable"}


def _dataset(wanted: Wanted) -> Dataset:
    file = File(wanted.name, wanted.sha256, wanted.bytes, wanted.about)
    source = Source("url", (wanted.name,), url=wanted.url)
    return Dataset(wanted.name, "", "", "", (file,), (source,))
