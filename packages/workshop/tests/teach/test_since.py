"""From 2012 to today: whole, dated, sourced, and the same as the lessons that it quotes."""

from __future__ import annotations

import datetime
import json
import re
from pathlib import Path

import pytest

from workshop.errors import WorkshopError
from workshop.settings import CHECKOUT
from workshop.teach.since import chart, timeline
from workshop.teach.since.works import FILE, TOPICS, about, age_warning, read_since

SINCE = read_since()


def test_it_holds_what_the_workshop_of_2016_linked_to_and_what_came_after() -> None:
    names = {work.name for work in SINCE.works}
    assert {"AlexNet", "DQN", "A3C", "Adversarial networks", "Prioritised replay", "ResNet"} <= names
    assert {"The transformer", "Batch normalisation", "R1", "Diffusion", "Scaling laws"} <= names
    assert {"Induction heads", "Human preferences", "InstructGPT"} <= names
    assert {"Theano", "Lasagne", "Neon", "Keras"} <= {each.name for each in SINCE.frameworks}
    assert len(names) == len(SINCE.works)


def test_every_row_has_its_source_and_comes_in_the_order_of_time() -> None:
    for rows in (SINCE.works, SINCE.imagenet, SINCE.compute, SINCE.text):
        years = [row.year for row in rows]
        assert years == sorted(years)
        assert max(years) <= SINCE.checked.year
    for row in (*SINCE.works, *SINCE.imagenet, *SINCE.compute, *SINCE.text, *SINCE.frameworks):
        assert len(row.source) > 15, row
    assert {work.topic for work in SINCE.works} == set(TOPICS)


def test_what_was_tried_is_a_lesson_that_is_here_and_its_figures_stand_where_they_are_said_to() -> None:
    places = {
        "docs/figures.md": "docs/figures.md",
        "docs/names.md": "docs/names.md",
        "README of bubblebreaker": "packages/bubblebreaker/README.md",
        "recorded.json": "packages/workshop/src/workshop/site/figures/recorded.json",
    }
    for work in SINCE.works:
        assert bool(work.tried) == bool(work.lesson), work.name
        if not work.tried:
            continue
        assert (CHECKOUT / "notebooks" / f"{work.lesson}.ipynb").is_file(), work.name
        where = [path for words, path in places.items() if words in work.tried]
        assert len(where) == 1, work.name
        recorded = (CHECKOUT / where[0]).read_text(encoding="utf-8")
        figures = re.findall(r"\d[\d,]*\.?\d*", work.tried.split("(")[0])
        missing = [each for each in figures if each not in recorded and not _as_share(each, recorded)]
        # Sizes of the task itself, such as 40 blocks, are the lesson's.
        assert len(missing) < len(figures), (work.name, missing)


def _as_share(figure: str, recorded: str) -> bool:
    """Tell whether per cent are recorded as a share, or seconds with a decimal."""
    number = float(figure.replace(",", ""))
    shares = {f"{number / 100:.4f}".rstrip("0"), f"{number:.1f}"}
    return any(share in recorded for share in shares) or any(
        round(float(each)) == number for each in re.findall(r'cpu_seconds": ([\d.]+)', recorded)
    )


def numbers_of(lesson: str, *patterns: str) -> list[int]:
    """Return the numbers that patterns find in a lesson's code."""
    cells = json.loads((CHECKOUT / f"notebooks/{lesson}.ipynb").read_text(encoding="utf-8"))["cells"]
    code = "\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "code")
    found = [re.search(pattern, code) for pattern in patterns]
    assert all(found), lesson
    return [int(match[1]) for match in found if match]


def test_the_lessons_sizes_are_those_of_their_notebooks() -> None:
    here = {each.name: each for each in SINCE.here}
    width, hidden, steps, size = numbers_of(
        "7-make/30-diffusion", r"WIDTH = (\d+)", r"HIDDEN, \w+ = (\d+)", r"teach\((\d+) if", r"size=(\d+)\):"
    )
    told = 32 * hidden + 11 * hidden + hidden
    weights = width * hidden + told + 3 * (2 * hidden**2 + told) + hidden * width + width
    assert (here["diffusion"].weights, here["diffusion"].examples) == (weights, steps * size)
    letters, length, wide, steps, batch = numbers_of(
        "7-make/40-attention",
        r"LETTERS, LENGTH = (\d+)",
        r"LETTERS, LENGTH = \d+, (\d+)",
        r"WIDTH, HEADS = (\d+)",
        r"STEPS = (\d+) if",
        r"written, _ = texts\((\d+), shortest",
    )
    weights = letters * wide + (length - 1) * wide + 2 * 4 * wide**2 + wide * letters
    two = here["two layers of attention"]
    assert (two.weights, two.examples) == (weights, steps * batch * (length - 1))


def test_works_are_chosen_by_topic_and_year() -> None:
    assert {work.topic for work in about(SINCE.works, "text")} == {"text"}
    assert max(work.year for work in about(SINCE.works, last=2015)) == 2015
    assert len(about(SINCE.works)) == len(SINCE.works)


def test_a_year_is_young_enough_and_a_day_more_is_not(tmp_path: Path) -> None:
    path = dated(tmp_path, "2025-03-01")
    assert age_warning(datetime.date(2026, 3, 1), path) == ""
    warned = age_warning(datetime.date(2026, 3, 2), path)
    assert warned.startswith("since.toml was last checked on 2025-03-01, more than a year ago")
    assert "\n" not in warned


def dated(folder: Path, day: str) -> Path:
    """Write a copy of the run-down that was checked on another day."""
    path = folder / "since.toml"
    text = FILE.read_text(encoding="utf-8").replace(f"checked = {SINCE.checked}", f"checked = {day}")
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ('who = "Mnih and others"', "", "work DQN lacks or does not know who"),
        ("error = 28.2", "error = 28.2\ncolour = 1", "imagenet 2010 lacks or does not know colour"),
        ("[[framework]]", "[[tool]]", "there is no"),
        (f"checked = {SINCE.checked}", "", "does not say when it was checked"),
        ("year = 2012", "year =", "cannot be read"),
    ],
)
def test_a_damaged_run_down_is_said_in_one_line(tmp_path: Path, old: str, new: str, complaint: str) -> None:
    text = FILE.read_text(encoding="utf-8")
    path = tmp_path / "since.toml"
    path.write_text(text.replace(old, new) if old == "[[framework]]" else text.replace(old, new, 1))
    with pytest.raises(WorkshopError, match=re.escape(complaint)) as said:
        read_since(path)
    assert "\n" not in str(said.value)


def test_no_two_names_of_the_timeline_stand_on_one_another() -> None:
    drawn = chart.timeline(SINCE.works)
    spans: dict[str, list[tuple[float, float]]] = {}
    pattern = r'cy="([\d.]+)"[^>]*/><text x="(\d+)" y="\d+" text-anchor="(\w+)"[^>]*>([^<]*)</text>'
    found = re.findall(pattern, drawn)
    assert len(found) == len(SINCE.works)
    for y, x, anchor, name in found:
        wide = chart.LETTER * len(name.replace("&#x27;", "'"))
        start = float(x) - wide if anchor == "end" else float(x)
        assert start >= 0 and start + wide <= chart.WIDTH + 8, name
        for other_start, other_end in spans.get(y, []):
            assert start + wide <= other_start or start >= other_end, name
        spans.setdefault(y, []).append((start, start + wide))


def test_a_card_says_what_was_tried_here_with_a_link_to_the_lesson() -> None:
    residual = next(work for work in SINCE.works if work.name == "ResNet")
    told = timeline.card(residual)
    assert '<a href="../1-mnist/40-residual.ipynb">' in told and "6.8 % wrong" in told
    untried = next(work for work in SINCE.works if not work.tried)
    assert ">no</td>" in timeline.card(untried)


def test_the_timeline_answers_to_topic_and_slider() -> None:
    pytest.importorskip("ipywidgets")
    box = timeline.widget(SINCE.works)
    topic, place, output = box.children
    topic.value = "making"
    making = about(SINCE.works, "making")
    assert [label for label, _ in place.options] == [f"{work.year} {work.name}" for work in making]
    place.value = 2
    assert making[2].claim in output.value.replace("&#x27;", "'")
    assert output.value.count("<circle") == len(making)


def test_the_learners_shares_stand_above_the_errors_and_the_line_doubles_as_asked() -> None:
    plain = chart.errors(SINCE.imagenet)
    assert "−" not in plain and "−47%" in chart.errors(SINCE.imagenet, [0.47] * 6)
    assert "16.4 %" in plain
    assert "here: ours" in chart.growth(SINCE.compute, 6, [("ours", 1e13)])
    steep, flat = (
        re.search(
            rf'y1="([\d.]+)"[^>]*y2="([\d.]+)" stroke="{chart.WARM}"', chart.growth(SINCE.compute, months)
        )
        for months in (5, 20)
    )
    assert steep and flat
    rise = [float(found[1]) - float(found[2]) for found in (steep, flat)]
    assert rise[0] == pytest.approx(4 * rise[1], rel=0.01)
