"""A machine of the version before becomes a new one, and nothing of the participant's is lost.

``machine-before.tar.gz`` was made by the code of revision 0b26aebe, before the sync became one engine: a
prefix that took v1 and v2 by ``workshop pull`` and ``workshop sync`` from a stick, and was worked on before
and after v2; and the stick, on which v3 lies by now. In it ``@PREFIX@`` stands for where the prefix is.

``machine-d28d32e7.tar.gz`` was made by the code of revision d28d32e7, before lists of keys needed approvals:
a prefix that was set up with one key, and took v1 with a list of two keys by ``workshop pull`` and ``workshop
sync``. On its stick are v2 (both keys approve a root key), v3 (the root key replaces the first key), v4
(signed by the new key), and v5 (signed by the first key).
"""

from __future__ import annotations

import json
import tarfile
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from sync.bed import cells_of, git
from workshop.core.errors import WorkshopError
from workshop.core.settings import Settings, load_settings
from workshop.sync.apply import Report
from workshop.sync.machine import Pulled, Puller
from workshop.sync.request import Request, own_request, own_state, perform
from workshop.sync.updates import load_updates

from .bed import Notes

WORDS = ("mine", "only I have this", "mine, and the workshop drops it", "ran 1")
"""What the participant wrote, and what a cell of theirs printed."""


@dataclass
class Machine:
    """The unpacked machine and its stick."""

    folder: Path
    notes: Notes = field(default_factory=Notes)
    archive: str = "machine-before.tar.gz"

    def __post_init__(self) -> None:
        with tarfile.open(Path(__file__).with_name(self.archive)) as archive:
            archive.extractall(self.folder, filter="data")
        for file in (*self.prefix.glob("etc/*.toml"), *self.prefix.glob("state/stats.json")):
            file.write_text(file.read_text().replace("@PREFIX@", str(self.prefix)))

    @property
    def prefix(self) -> Path:
        return self.folder / "prefix"

    @property
    def stick(self) -> str:
        return str(self.folder / "organiser.bundle")

    @property
    def settings(self) -> Settings:
        return load_settings(self.prefix / "etc" / "workshop.toml")

    def pull(self, source: str = "") -> Pulled:
        puller = Puller(self.prefix, load_updates(self.settings), self.notes)
        return puller.pull(source or self.stick)

    def sync(self, source: str = "") -> Report:
        """Do what the role notebook-sync does once the machine is new."""
        return perform(own_request(self.settings, load_updates(self.settings), source or self.stick))

    def undo(self) -> Report:
        return perform(Request("", self.settings.notebooks, own_state(self.settings), undo=True))

    def notebooks(self) -> dict[str, bytes]:
        return {file.name: file.read_bytes() for file in self.settings.notebooks.iterdir()}

    def stick_of(self, tag: str) -> str:
        """Return a stick whose branch ends at an earlier release."""
        work = self.folder / "work"
        git(self.folder, "clone", "--quiet", "--branch=main", self.stick, str(work))
        git(work, "reset", "--quiet", "--hard", tag)
        git(work, "bundle", "create", "--quiet", str(self.folder / f"{tag}.bundle"), "main", tag)
        return str(self.folder / f"{tag}.bundle")


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


def has_all_words(books: dict[str, bytes]) -> bool:
    everything = [text for data in books.values() for cell in cells_of(data) for text in cell]
    return all(word in everything for word in WORDS)


def test_its_notebooks_are_brought_up_to_date_and_no_word_is_lost(machine: Machine) -> None:
    machine.pull()
    repository = str(machine.notes.plays[-1].repository)
    report = machine.sync(repository)
    assert {each.path: str(each.action) for each in report.files} == {
        "both.ipynb": "beside",
        "edited.ipynb": "merged",
        "gone.ipynb": "kept",
        "new-name.ipynb": "merged",
        "ran.ipynb": "updated",
    }
    books = machine.notebooks()
    assert has_all_words(books)
    assert [text for text, _ in cells_of(books["edited.ipynb"])] == ["mine", "2", "3", "4"]
    assert cells_of(books["ran.ipynb"]) == [("1", "ran 1"), ("new", "")]
    assert [text for text, _ in cells_of(books["new-name.ipynb"])] == ["1", "2", "mine"]
    assert machine.sync(repository).files == []


def test_each_update_can_be_undone_also_those_of_the_version_before(machine: Machine) -> None:
    before = machine.notebooks()
    machine.sync()
    machine.undo()
    assert machine.notebooks() == before
    report = machine.undo()
    assert report.revision == "cc102d41", "an update of the version before"
    books = machine.notebooks()
    assert [text for text, _ in cells_of(books["edited.ipynb"])] == ["mine", "2"]
    assert "both.upstream-cc102d41.ipynb" not in books and has_all_words(books)


def test_what_it_trusted_stays_what_it_trusts(machine: Machine, tmp_path: Path) -> None:
    old = machine.stick_of("v1")
    for ask in (machine.pull, machine.sync):
        with pytest.raises(WorkshopError, match="older than v2 that you have"):
            ask(old)
    assert machine.notes.plays == []
    unsigned = replace(own_request(machine.settings, load_updates(machine.settings), old), signers=None)
    with pytest.raises(WorkshopError, match="--allow-unsigned"):
        perform(unsigned)
    known = json.loads((machine.prefix / "state" / "trust.json").read_text())
    assert known["tag"] == "v2"


@pytest.mark.parametrize("ask", [Machine.pull, Machine.sync])
def test_a_machine_whose_list_needed_no_approval_takes_the_new_rules_over(
    tmp_path: Path, ask: Callable[[Machine], object]
) -> None:
    machine = Machine(tmp_path, archive="machine-d28d32e7.tar.gz")
    ask(machine)
    folder = machine.prefix / ("pull" if ask is Machine.pull else "state")
    known = json.loads((folder / "trust.json").read_text())
    assert known["tag"] == "v4", "list after list was followed, and the key that was replaced counts no more"
    assert [line for line in known["keys"] if "workshop-keys" in line], "the root key is pinned"
    assert known["keys"][0] == "# valid-until: 2031-01-01"


def test_what_was_edited_and_run_on_it_is_merged_and_can_be_undone(tmp_path: Path) -> None:
    machine = Machine(tmp_path, archive="machine-d28d32e7.tar.gz")
    file = machine.prefix / "notebooks" / "a.ipynb"
    document = json.loads(file.read_text())
    (cell,) = document["cells"]
    cell["outputs"] = [{"output_type": "stream", "name": "stdout", "text": "ran 1"}]
    document["cells"].append({**cell, "id": "own", "source": "mine", "outputs": []})
    file.write_text(json.dumps(document))
    edited = machine.notebooks()
    report = machine.sync()
    assert {each.path: str(each.action) for each in report.files} == {"a.ipynb": "merged"}
    assert cells_of(file.read_bytes()) == [("4", ""), ("mine", "")]
    assert machine.sync().files == []
    machine.undo()
    assert machine.notebooks() == edited
    # What older versions kept besides is gone.
    kept = git(machine.prefix / "state/mirror/repository.git", "for-each-ref", "--format=%(refname)")
    assert kept.split() == ["refs/heads/main", "refs/tags/v4"]
