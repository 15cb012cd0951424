from __future__ import annotations

import pytest

from organiser.thumbdrive.names import fault, require_writable
from workshop.core.errors import WorkshopError


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("/etc/passwd", "out of the stick"),
        ("a/../../b", "out of the stick"),
        ("a//b", "out of the stick"),
        ("what?.txt", "refuses"),
        ("a\\b", "refuses"),
        ("tab\there", "refuses"),
        ("dot.", "drops"),
        ("folder /a", "drops"),
        ("AUX.txt", "device"),
        ("com1", "device"),
        ("x" * 256, "long"),
    ],
)
def test_a_name_that_some_system_refuses(name: str, words: str) -> None:
    assert words in fault(name)
    with pytest.raises(WorkshopError, match="cannot be on a stick"):
        require_writable([name])


@pytest.mark.parametrize(
    "name", ["a b.txt", "größe/ñ.bin", "libfoo_1%3a2.0+b1~1_amd64.deb", "console.txt", ".x"]
)
def test_a_name_that_all_can_write(name: str) -> None:
    assert fault(name) == ""
    require_writable([name])


def test_two_files_for_one_name() -> None:
    with pytest.raises(WorkshopError, match=r"a/b would be on the stick twice"):
        require_writable(["a/b", "c", "a/b"])


@pytest.mark.parametrize("names", [["README", "readme"], ["Data/a", "data/b"], ["a", "A/b"], ["a/b", "a"]])
def test_two_names_that_are_one_on_windows(names: list[str]) -> None:
    with pytest.raises(WorkshopError, match="the same name on Windows"):
        require_writable(names)
