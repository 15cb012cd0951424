from pathlib import Path

import pytest

from workshop.core.errors import WorkshopError
from workshop.site.presentation import read_section

HEAD = "---\ntitle: One\ntalk: 2.5\n---\n"


def write(folder: Path, text: str, name: str = "one") -> Path:
    path = folder / f"{name}.md"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_section_is_read_slide_by_slide(tmp_path: Path) -> None:
    text = (
        HEAD
        + "## First\n\nWords.\n\nNote: Say it.\nTwice.\n\n---\n\n## Second\n\n| a |\n|---|\n\nNote: Point.\n"
    )
    section = read_section(write(tmp_path, text))
    assert (section.name, section.title, section.talk) == ("one", "One", 2.5)
    assert [slide.text for slide in section.slides] == ["## First\n\nWords.", "## Second\n\n| a |\n|---|"]
    assert [slide.note for slide in section.slides] == ["Say it.\nTwice.", "Point."]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("## No head\n\nNote: x\n", "does not begin with a block"),
        ("---\ntitle: One\n---\n## A\n\nNote: x\n", "must hold title and talk"),
        ("---\ntitle: One\ntalk: 0\n---\n## A\n\nNote: x\n", "minutes above 0"),
        ("---\ntitle: One\ntalk: true\n---\n## A\n\nNote: x\n", "minutes above 0"),
        ("---\ntitle: [\n---\n## A\n\nNote: x\n", "is not YAML"),
        (HEAD + "## A\n", "slide 1 has no note"),
        (HEAD + "## A\n\nNote: x\n\n---\n\nNote: y\n", "slide 2 has no words"),
    ],
)
def test_a_faulty_section_is_refused_with_its_reason(tmp_path: Path, text: str, reason: str) -> None:
    with pytest.raises(WorkshopError, match=reason):
        read_section(write(tmp_path, text))
