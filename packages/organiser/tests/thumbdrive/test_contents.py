from __future__ import annotations

from pathlib import Path

import pytest

from organiser.thumbdrive.contents import KINDS, choose, load_contents
from workshop.core.errors import WorkshopError
from workshop.core.settings import find_checkout

FOLDER = "{name: x, title: X, kind: folder, from: a, into: b}"


def test_our_own_list_is_sound() -> None:
    parts = load_contents()
    assert {part.kind for part in parts} == set(KINDS)
    assert len({part.into for part in parts}) == len(parts)
    locks = next(part for part in parts if part.name == "wheels").more["locks"]
    checkout = find_checkout("local/setup.bash")
    assert all((checkout / "locks" / f"{entry['lock']}.txt").is_file() for entry in locks)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[", "cannot read"),
        ("parts: [{name: x}]", "lacks name, title, kind or into"),
        ("parts: [{name: x, title: X, kind: magic, into: y}]", "unknown kind 'magic'"),
        (f"parts: [{FOLDER}, {FOLDER}]", "lists 'x' twice"),
    ],
)
def test_a_fault_is_named(tmp_path: Path, text: str, words: str) -> None:
    (tmp_path / "contents.yml").write_text(text)
    with pytest.raises(WorkshopError, match=words):
        load_contents(tmp_path / "contents.yml")


def test_parts_are_chosen() -> None:
    parts = load_contents()
    assert [part.name for part in choose(parts, ["data", "site"], [])] == ["data", "site"]
    assert "debs" not in [part.name for part in choose(parts, [], ["debs"])]
    with pytest.raises(WorkshopError, match="no part 'dbes'; available: virtualbox"):
        choose(parts, [], ["dbes"])
