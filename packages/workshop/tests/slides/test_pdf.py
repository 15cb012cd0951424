from pathlib import Path

import pytest

from workshop.core.errors import WorkshopError
from workshop.site.chromium import print_deck


@pytest.mark.parametrize("name", ["notes.md", "deck", "folder.pdf"])
def test_only_a_pdf_is_written(tmp_path: Path, name: str) -> None:
    (tmp_path / "folder.pdf").mkdir()
    (tmp_path / "notes.md").write_text("mine", encoding="utf-8")
    with pytest.raises(WorkshopError, match=r"does not end in \.pdf"):
        print_deck(tmp_path, "short", tmp_path / name, notes=False)
    assert (tmp_path / "notes.md").read_text(encoding="utf-8") == "mine"
