"""Energy: counted by the processor where it may be read, else estimated from processor time, and said so."""

from __future__ import annotations

from pathlib import Path

import pytest

from workshop.teach import energy


def zone(folder: Path, number: str, name: str, counted: int) -> Path:
    path = folder / f"intel-rapl:{number}"
    path.mkdir(parents=True, exist_ok=True)
    (path / "name").write_text(f"{name}\n")
    (path / "energy_uj").write_text(f"{counted}\n")
    (path / "max_energy_range_uj").write_text("1000000000\n")
    return path


def test_whole_chips_are_counted_and_their_parts_are_not(tmp_path: Path) -> None:
    first = zone(tmp_path, "0", "package-0", 5_000_000)
    second = zone(tmp_path, "1", "package-1", 7_000_000)
    part = zone(tmp_path, "0:0", "core", 1_000_000)
    other = zone(tmp_path, "2", "psys", 1_000_000)
    meter = energy.Meter(tmp_path)
    with meter:
        zone(tmp_path, "0", "package-0", 8_000_000)
        zone(tmp_path, "1", "package-1", 9_000_000)
        for each in (part, other):
            (each / "energy_uj").write_text("90000000\n")
    assert set(energy.counters(tmp_path)) == {first, second}
    assert meter.joules == pytest.approx(5)
    assert meter.how.startswith("measured")


def test_a_counter_that_begins_again_loses_nothing(tmp_path: Path) -> None:
    zone(tmp_path, "0", "package-0", 999_000_000)
    meter = energy.Meter(tmp_path)
    with meter:
        zone(tmp_path, "0", "package-0", 2_000_000)
    assert meter.joules == pytest.approx(3)


def test_without_a_counter_it_is_estimated_and_says_so(tmp_path: Path) -> None:
    meter = energy.Meter(tmp_path / "none")
    for _ in range(2):
        with meter:
            sum(range(200_000))
    assert meter.seconds > 0
    assert meter.joules == pytest.approx(energy.WATTS * meter.seconds)
    assert meter.how.startswith("estimated")


def test_a_counter_that_holds_no_number_counts_as_none(tmp_path: Path) -> None:
    (zone(tmp_path, "0", "package-0", 1) / "energy_uj").write_text("")
    assert not energy.Meter(tmp_path).measured


def test_a_kilowatt_hour_boils_forty_cups_of_water() -> None:
    assert pytest.approx(43, rel=0.01) == 3.6e6 / energy.CUP
