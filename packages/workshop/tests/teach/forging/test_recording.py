"""What the lesson tells of its longer games, and that its cells are still there to be run."""

from __future__ import annotations

import json

import pytest

from workshop.settings import CHECKOUT
from workshop.teach import recordings
from workshop.teach.forging import recording

CELLS = json.loads((CHECKOUT / "notebooks" / recording.NOTEBOOK).read_text(encoding="utf-8"))["cells"]
LONG = {
    "kinds": 9.5,
    "frechet": 70.25,
    "frechet_without_averaging": 75.0,
    "collapsed_kinds": 1.0,
    "collapsed_sure": 0.98,
    "day": "2026-11-27",
}


def test_lines_tell_seeds_remedies_and_convolutions() -> None:
    pieces: dict[str, recording.Piece] = {"seeds/3": LONG}
    for seed in (2, 3):
        table = {"no remedy": {"frechet": 300.0 + seed}, "R1": {"frechet": 150.0 + seed}}
        pieces[f"remedies/{seed}"] = {"table": table, "day": "2026-11-26"}
    pieces["convolutions/1"] = {
        "rounds": 600,
        "kinds": 5.0,
        "frechet": 210.0,
        "cpu_seconds": 99.0,
        "day": "2026-11-27",
    }
    assert not any("costs" in line for line in recording.lines(pieces)), "there is nothing to compare with"
    pieces["as-long/2"] = pieces["convolutions/1"] | {"rounds": 750, "kinds": 8.0, "frechet": 130.0}
    pieces["dense/1"] = pieces["convolutions/1"] | {"rounds": 300, "cpu_seconds": 3.3}
    told = "\n".join(recording.lines(pieces))
    assert "seed 3: 9.50 kinds, distance 70.2 (not averaged 75.0)" in told and "sure of 98 %" in told
    assert "long game, seed 2:" not in told, "what was not recorded is not told"
    assert "with 2 seeds" in told and "302, 303" in told and "152, 153" in told
    assert "600 rounds, convolutions, seed 1: 5.00 kinds, distance 210, 99 processor seconds" in told
    assert "750 rounds, convolutions, as long as the long game of dense players, seed 2: 8.00 kinds" in told
    # 0.165 seconds a round, and 0.011.
    assert "costs 15 times as much: 25,000 of them, a long game, would take 69 minutes" in told
    assert "2026-11-26 to 2026-11-27" in told
    assert recording.lines({}) == []


def test_a_remedy_is_told_beside_the_same_seed() -> None:
    table = {"no remedy": {"frechet": 300.0, "kinds": 9.0}, "R1": {"frechet": 288.0, "kinds": 8.5}}
    alone, flat = recording.remedies({"remedies/2": {"table": table}})
    assert "distance 300;" in alone
    assert flat.split() == ["R1", "-12", "kinds", "8.5"]


def test_rings_and_painters_are_told_seed_by_seed() -> None:
    rings = {f"ring/{seed}": {"kinds": {"both": 7.0 + seed / 10}} for seed in (1, 2, 3)}
    assert recording.ring(rings)[-1].split() == ["both", "7.1,", "7.2,", "7.3"]
    assert "3 seeds" in recording.ring(rings)[0]
    painters = {f"painter/{seed}": {"distance": {"real, painted": 6.0 + seed}} for seed in (1, 2)}
    title, row = recording.painted(painters)
    assert "2 painters" in title and row.split() == ["real,", "painted", "7.0", "8.0"]
    assert recording.ring({}) == recording.remedies({}) == recording.painted({}) == []


def test_noise_is_told_in_the_mean_of_its_seeds() -> None:
    tables = [{"alone, noise": {"kinds": 4.0 + seed, "sure": seed / 10, "frechet": 300.0}} for seed in (1, 2)]
    title, row = recording.around({f"around/{seed}": {"table": one} for seed, one in enumerate(tables, 1)})
    assert "2 seeds" in title
    assert " ".join(row.split()) == "alone, noise sure of 15.0 of 100, 5.5 kinds, distance 300"
    assert recording.around({}) == []


def test_an_autoencoder_is_recorded_as_long_as_it_learns_in_the_lesson() -> None:
    found = {cell["id"]: "".join(cell["source"]) for cell in recordings.cells(recording.TURNED)}
    assert f", {recording.AROUND_ROUNDS} if FULL" in found["without"]
    assert [name for name in found if name in recording.AROUND] == list(recording.AROUND)


def test_the_cells_that_a_painter_runs_are_in_the_notebook() -> None:
    ids = [cell["id"] for cell in recordings.cells(recording.TURNED)]
    places = [ids.index(name) for name in recording.PAINTED]
    assert places == sorted(set(places))


def test_the_cells_that_a_piece_runs_are_in_the_notebook() -> None:
    ids = [cell["id"] for cell in CELLS]
    assert set(ids) >= {"long", "collapse", "alone-digits"}
    places = [ids.index(name) for name in recording.DEFINE]
    assert len(places) == len(set(places))
    ring = [ids.index(name) for name in recording.ON_THE_RING]
    assert ring == sorted(ring)
    # What trains for long is in no cell that every piece runs.
    assert not {"long", "alone", "ring-remedies"} & set(recording.DEFINE)


def test_what_is_recorded_belongs_to_a_piece_that_can_be_made_again() -> None:
    known = recording.recorded()
    assert known, "the lesson shows what was recorded"
    assert set(known) <= set(recording.jobs())
    for name, piece in known.items():
        assert piece["cpu_seconds"] > 0 and piece["day"], name


def test_every_recorded_collapse_is_found_by_its_numbers() -> None:
    known = recording.recorded()
    games = [known[f"seeds/{seed}"] for seed in recording.SEEDS]
    for game in games:
        assert game["kinds"] >= 9.3 and game["frechet"] <= 85
        assert game["collapsed_kinds"] <= 2 and game["collapsed_sure"] > 0.9


def test_the_short_games_of_a_run_are_compared_with_their_record() -> None:
    table = {"no remedy": {"frechet": 200.0}, "R1": {"frechet": 150.0}}
    pieces = {"remedies/1": {"table": table}}
    assert recording.away(pieces, table, 1) == 0
    assert recording.away(pieces, table | {"R1": {"frechet": 135.0}}, 1) == pytest.approx(0.1)
    assert recording.away(pieces, table, 2) is None
