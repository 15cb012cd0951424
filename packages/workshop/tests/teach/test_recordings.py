"""Tables of what was recorded: every one can be printed, and its intervals are Student's."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
from pytest import approx

from workshop.teach import recordings
from workshop.teach.recordings import Row


@pytest.mark.parametrize("name", recordings.TABLES)
def test_every_table_has_all_its_rows(name: str) -> None:
    _, rows = recordings.TABLES[name]
    found = recordings.table(name)
    assert len(found) == len(rows) and all(found.values())
    assert len(recordings.lines(name)) == len(rows) + 2


def test_a_row_is_compared_seed_by_seed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "x.json").write_text(
        """{"a/1": {"won": 0.5, "day": "2026-01-01"}, "a/2": {"won": 0.6, "day": "2026-01-02"},
        "a/3": {"won": 0.9, "day": "2026-01-01"}, "b/1": {"of": {"won": 0.4}, "day": "2026-01-01"},
        "b/2": {"of": {"won": 0.6}, "day": "2026-01-01"}, "b/4": {"of": {"won": 1}, "day": "2026-01-01"}}""",
        encoding="utf-8",
    )
    monkeypatch.setattr(recordings, "FOLDER", tmp_path)
    rows = [Row("whole", "a", "won", ".1f"), Row("less", "b", "of/won", ".1f", "whole")]
    monkeypatch.setitem(recordings.TABLES, "x", ("x", rows))
    assert recordings.table("x") == {"whole": {1: 0.5, 2: 0.6, 3: 0.9}, "less": {1: 0.4, 2: 0.6, 4: 1}}
    told = recordings.lines("x")
    assert told[1] == "whole  0.7 ± 0.5 (0.5, 0.6, 0.9)"
    assert told[2].endswith("(0.4, 0.6, 1.0); -0.0 ± 0.6 compared with “whole”"), "seed 4 has no whole one"
    assert told[3] == "recorded 2026-01-01 to 2026-01-02"
    folded = recordings.folded("x", "Seeds & all")
    assert repr(folded) == "\n".join(told)
    assert folded._repr_html_().startswith("<details><summary>Seeds &amp; all</summary><pre>recorded")
    assert recordings.away("x", "whole", 0.5) == approx(0.1)


@pytest.mark.parametrize("runs", range(2, 11))
def test_an_interval_holds_95_percent_of_students_distribution(runs: int) -> None:
    values = np.arange(runs, dtype=float)
    mean, half = recordings.interval(values)
    assert mean == (runs - 1) / 2
    t, free = half * runs**0.5 / values.std(ddof=1), runs - 1
    middle = np.linspace(-t, t, 20001)
    density = math.gamma((free + 1) / 2) / (math.gamma(free / 2) * (free * math.pi) ** 0.5)
    share = np.trapezoid(density * (1 + middle**2 / free) ** (-(free + 1) / 2), middle)
    assert share == approx(0.95, abs=5e-4)
