"""A manifest is written and read."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from organiser.appliance.ova import parse_manifest, render_manifest

NAMES = st.text(
    st.characters(codec="ascii", exclude_characters="()\r\n", exclude_categories=("Cc",)), min_size=1
)
DIGESTS = st.text("0123456789abcdef", min_size=64, max_size=64)


@given(st.dictionaries(NAMES, DIGESTS, min_size=1))
def test_what_is_written_is_read(digests: dict[str, str]) -> None:
    assert parse_manifest(render_manifest(digests)) == digests


def test_other_tools_spacing_and_letters_are_read() -> None:
    text = f"SHA256 (a.ovf)= {'AB' * 32}\r\nSHA256 (a.vmdk)={'01' * 32}"
    assert parse_manifest(text.encode()) == {"a.ovf": "ab" * 32, "a.vmdk": "01" * 32}
