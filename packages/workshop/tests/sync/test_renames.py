from workshop.sync.merge import Effort, file_likeness, find_renames
from workshop.sync.notebook import Version

from .bed import book, cell

CELLS = [cell(f"cell {number}", f"c{number}") for number in range(4)]
BOOK = Version(book(*CELLS))


def test_equal_content_comes_first_and_each_old_name_once() -> None:
    alike = Version(book(*CELLS[:3], cell("new", "n")))
    renames = find_renames({"old.ipynb": BOOK}, {"a.ipynb": alike, "b.ipynb": BOOK})
    assert renames == {"b.ipynb": "old.ipynb"}
    assert find_renames({"old.ipynb": BOOK}, {"a.ipynb": alike}) == {"a.ipynb": "old.ipynb"}


def test_other_suffixes_empty_files_and_little_in_common_are_no_renames() -> None:
    assert find_renames({"old.ipynb": BOOK}, {"a.json": BOOK}) == {}
    assert find_renames({"a.py": Version(b"")}, {"b.py": Version(b"")}) == {}
    assert find_renames({"old.ipynb": BOOK}, {"a.ipynb": Version(book(cell("quite another", "q")))}) == {}


def test_text_is_compared_by_lines_and_binary_data_as_a_whole() -> None:
    assert file_likeness(Version(b"a\nb\nc\n"), Version(b"a\nb\nd\n"), Effort()) > 0.5
    assert file_likeness(Version(b"a\0b\nc\n"), Version(b"a\0b\nd\n"), Effort()) == 0.0
