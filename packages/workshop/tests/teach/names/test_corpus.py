"""The recipe: the same everywhere, nobody twice, no family in two sets, balanced."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from workshop.core.errors import WorkshopError
from workshop.teach.names import corpus
from workshop.teach.names.families import families_of
from workshop.teach.names.regions import REGIONS
from workshop.teach.names.romanise import person


@pytest.fixture(params=corpus.SPLITS)
def sets(request: pytest.FixtureRequest, table: Path) -> corpus.Sets:
    return corpus.load(request.param, most=120, test=30, path=table)


def words(name: str) -> set[str]:
    return set(name.replace("-", " ").split())


def test_nobody_is_in_two_sets_or_twice(sets: corpus.Sets) -> None:
    people = [person(name) for part in sets for name in part.names]
    assert people
    assert len(set(people)) == len(people)


def test_no_word_of_a_held_out_family_is_learnt_from(table: Path) -> None:
    agreed = corpus.single_region(corpus.regions_of_names(table))
    families = families_of(agreed)
    sets = corpus.load("families", most=120, test=30, path=table)
    for one, other in ((sets.train, sets.test), (sets.train, sets.validation)):
        learnt = set().union(*map(words, one.names))
        assert learnt.isdisjoint({families[name] for name in other.names})
    validation, test = ({families[name] for name in part.names} for part in sets[1:])
    assert validation.isdisjoint(test)


@pytest.mark.parametrize("split", corpus.SPLITS)
def test_every_name_that_is_not_held_out_is_trained_on(table: Path, split: str) -> None:
    agreed = corpus.single_region(corpus.regions_of_names(table))
    sets = corpus.load(split, test=30, path=table)
    tested = {name for part in sets[1:] for name in part.names}
    families = families_of(agreed)
    held_out = {families[name] for name in tested} if split == "families" else set()
    free = {name for name in agreed if name not in tested and held_out.isdisjoint(words(name))}
    assert set(sets.train.names) == free


def test_tests_are_balanced_and_training_is_bounded(sets: corpus.Sets) -> None:
    for part in sets[1:]:
        counts = np.bincount(part.labels, minlength=len(REGIONS))
        assert counts.min() == counts.max() > 0
    assert 0 < np.bincount(sets.train.labels, minlength=len(REGIONS)).max() <= 120
    assert sets.train.labels.dtype == np.int32


def write(path: Path, rows: list[str]) -> Path:
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    return path


def test_names_with_labels_that_disagree_are_left_out(tmp_path: Path) -> None:
    rows = [
        "American\tJosé Cruz\tLee Chan", "Chinese\tYa-Qin Zhang\tLee Chan\tZhang Yaqin",
        "Filipino\tJose Cruz\tAna Luna",
        "Malaysian\tAna Luna\tTan Ah Kow",
    ]  # fmt: skip
    known = corpus.regions_of_names(write(tmp_path / "t.tsv", rows))
    assert known["jose cruz"] == {"Philippines", corpus.OTHER}
    assert corpus.single_region(known) == {"tan ah kow": "Malaysia", "ya-qin zhang": "China"}


def test_the_same_in_another_process(table: Path) -> None:
    program = (
        "import sys; from pathlib import Path; from workshop.teach.names import corpus\n"
        "print(corpus.load('families', most=50, test=20, path=Path(sys.argv[1])).train.names)"
    )
    seen = {
        subprocess.run(
            [sys.executable, "-c", program, str(table)],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(seen) == 1
    assert "['" in seen.pop()


def test_errors_say_what_to_do(tmp_path: Path, table: Path) -> None:
    with pytest.raises(WorkshopError, match="workshop data fetch names-by-country"):
        corpus.load(path=tmp_path / "missing.tsv")
    with pytest.raises(ValueError, match="random, families"):
        corpus.load("surnames", path=table)


@pytest.mark.parametrize("split", corpus.SPLITS)
def test_neighbours_keep_away_from_the_tests(table: Path, split: str) -> None:
    nations, people = corpus.neighbours(split, most=80, fewest=100, path=table)
    assert nations == ["German", "Korean"]
    assert 0 < np.bincount(people.labels).min() <= np.bincount(people.labels).max() <= 80
    sets = corpus.load(split, most=120, test=30, path=table)
    tested = {person(name) for part in sets[1:] for name in part.names}
    assert tested.isdisjoint(map(person, people.names))
    if split == "families":
        families = families_of(corpus.single_region(corpus.regions_of_names(table)))
        held_out = {families[name] for part in sets[1:] for name in part.names}
        assert held_out.isdisjoint(set().union(*map(words, people.names)))
