"""The address of the organiser's classroom, which a stick's page names to whoever has no computer for it."""

from __future__ import annotations

from urllib.parse import urlsplit


def require_address(text: str) -> str:
    """Return an address that a browser opens; ValueError says in one line what is wrong with it."""
    try:
        address = urlsplit(text)
        port = address.port
    except ValueError as error:
        raise ValueError(f"{text!r} is no address: {error}") from error
    if address.scheme not in ("http", "https") or not address.hostname or port == 0:
        raise ValueError(f"{text!r} is no address; it begins with https:// or http:// and names the server")
    if any(char.isspace() or not char.isprintable() for char in text) or "\\" in text:
        raise ValueError(f"{text!r} is no address: there is a character in it that none has")
    if "@" in address.netloc:
        raise ValueError("an address with a password in it would be on every stick; leave that out")
    return text
