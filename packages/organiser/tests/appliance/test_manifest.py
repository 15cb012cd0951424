"""A manifest is written, read, and refused when it says anything else."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from organiser.appliance import manifest

NAMES = st.text(
    st.characters(codec="ascii", exclude_characters="()\r\n", exclude_categories=("Cc",)), min_size=1
)
DIGESTS = st.text("0123456789abcdef", min_size=64, max_size=64)


@given(st.dictionaries(NAMES, DIGESTS, min_size=1))
def test_what_is_written_is_read(digests: dict[str, str]) -> None:
    assert manifest.parse(manifest.render(digests)) == digests


def test_other_tools_spacing_and_letters_are_read() -> None:
    text = f"SHA256 (a.ovf)= {'AB' * 32}\r\nSHA256 (a.vmdk)={'01' * 32}"
    assert manifest.parse(text.encode()) == {"a.ovf": "ab" * 32, "a.vmdk": "01" * 32}


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "empty"),
        (b"\xff\xfe", "not text"),
        (b"SHA1 (a) = 00", "line 1"),
        (f"SHA256 (a) = {'0' * 63}".encode(), "line 1"),
        (f"SHA256 (a) = {'0' * 64}\nhello".encode(), "line 2"),
        (f"SHA256 (a) = {'0' * 64}\nSHA256 (a) = {'1' * 64}".encode(), "a second time"),
    ],
)
def test_anything_else_is_refused(data: bytes, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        manifest.parse(data)
