from __future__ import annotations

import pytest

from organiser.thumbdrive.page import require_address


@pytest.mark.parametrize(
    "address",
    [
        "https://c.example",
        "http://192.0.2.7:8000/",
        "https://c.example:8443/hub/?a=b",
        "https://[2001:db8::1]/",
    ],
)
def test_an_address_is_taken_as_it_is(address: str) -> None:
    assert require_address(address) == address


@pytest.mark.parametrize(
    "text",
    [
        "c.example",
        "ftp://c.example",
        "javascript:alert(1)",
        "https://",
        "https:///seat",
        "https://c.example:99999/",
        "https://c.example:0/",
        "https://c.exa mple/",
        "https://c.example/\n",
        "https://[2001:db8::1/",
        "https://me:secret@c.example/",
        "https:\\\\c.example",
    ],
)
def test_what_no_browser_opens_is_refused_in_one_line(text: str) -> None:
    with pytest.raises(ValueError, match="address") as refused:
        require_address(text)
    assert "\n" not in str(refused.value)
    assert "secret" not in str(refused.value)
