"""The pages that the demos were made after, changed so far that they need no network.

Their files are data sets of ``workshop data``; ``js-demos/originals.toml`` names the pages. Of a page, what
it takes from elsewhere is taken from the data set instead or left out, as are reports to others and files
that are not there; each page says so and leads back to the start page. Scripts and styles within a page
stay: the server's policy makes an exception for this folder.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable
from pathlib import Path, PurePosixPath
from typing import Any

from workshop.core.errors import WorkshopError

FOLDER = "demos/originals/"
"""Where they lie in the site."""

NOTHING = "nothing.js"
"""Stands in for a script that only a network has."""
_NOTHING = b"// What stood here needs a network; nobody is told what is clicked.\nwindow.ga = () => {};\n"

_ELEMENTS = re.compile(r"<script\b[^>]*>.*?</script>|<link\b[^>]*>|<img\b[^>]*>", re.DOTALL | re.IGNORECASE)
_ADDRESS = re.compile(r"""\b(src|href)\s*=\s*(["'])(.*?)\2""", re.IGNORECASE)
_BODY = re.compile(r"<body\b[^>]*>", re.IGNORECASE)
_HEAD_END = re.compile(r"</head>", re.IGNORECASE)
_REPORTS = re.compile(r"google-analytics\.com")
_TAG = re.compile(r"<[^>]*>")

Where = Callable[[str], str | None]
"""Tells for an address in a page what stands there instead; None: nothing, leave the element out."""


def read_originals(source: Path) -> list[dict[str, Any]]:
    """Return the entries of ``js-demos/originals.toml``; none where there is no such list.

    Raises WorkshopError when an entry lacks something.
    """
    path = source / "js-demos" / "originals.toml"
    if not path.is_file():
        return []
    try:
        entries: list[dict[str, Any]] = tomllib.loads(path.read_text(encoding="utf-8"))["original"]
    except (OSError, KeyError, tomllib.TOMLDecodeError) as error:
        raise WorkshopError(f"cannot read {path} ({error}); restore it") from error
    for entry in entries:
        pages = entry.get("pages", [])
        whole = {"dataset", "title", "credit", "pages"} <= set(entry)
        if not whole or any(set(page) != {"beside", "title", "file"} for page in pages):
            raise WorkshopError(f"{path}: an original needs dataset, title, credit and pages")
    return entries


def originals_site(entries: list[dict[str, Any]], data: Path) -> dict[str, bytes]:
    """Return the files of the originals that were fetched, by their path in the site."""
    files: dict[str, bytes] = {}
    for entry in entries:
        own = _files(data / entry["dataset"])
        if all(page["file"] in own for page in entry["pages"]):
            files |= {f"{FOLDER}{entry['dataset']}/{name}": each for name, each in _alone(entry, own).items()}
    return files


def links(entries: list[dict[str, Any]], demo: str, files: dict[str, bytes]) -> list[dict[str, str]]:
    """Return title, credit and address of the originals beside ``demo`` that are among ``files``."""
    return [
        {
            "title": f"{entry['title']}: {page['title']}",
            "credit": entry["credit"],
            "address": f"{FOLDER}{entry['dataset']}/{page['file']}",
        }
        for entry in entries
        for page in entry["pages"]
        if page["beside"] == demo and f"{FOLDER}{entry['dataset']}/{page['file']}" in files
    ]


def _files(folder: Path) -> dict[str, bytes]:
    paths = sorted(folder.rglob("*")) if folder.is_dir() else []
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths if path.is_file()}


def _alone(entry: dict[str, Any], own: dict[str, bytes]) -> dict[str, bytes]:
    """Return the files of one original, its pages changed."""
    files = own | {NOTHING: _NOTHING}
    instead: dict[str, str] = entry.get("instead", {})
    for name in [name for name in own if name.endswith(".html")]:
        page = PurePosixPath(name)
        text = own[name].decode("utf-8", errors="replace")
        files[name] = _page(text, page, instead, set(files), entry).encode()
    return files


def _page(
    text: str, page: PurePosixPath, instead: dict[str, str], files: set[str], entry: dict[str, Any]
) -> str:
    up = "../" * (len(page.parts) - 1)

    def where(address: str) -> str | None:
        if address in instead:
            return up + instead[address]
        return address if _inside(page, address) in files else None

    text = _ELEMENTS.sub(lambda found: _element(found[0], where), text)
    for address, file in instead.items():
        text = text.replace(address, up + file)
    top = "../" * (len(page.parts) + 2)
    text = _HEAD_END.sub(lambda found: _head(top, entry) + found[0], text, count=1)
    return _BODY.sub(lambda found: f"{found[0]}\n{_note(top, entry)}\n", text, count=1)


def _head(top: str, entry: dict[str, Any]) -> str:
    """Return an icon, for which a browser asks otherwise, and a style that hides what cannot work here."""
    hidden = "".join(f"#{each} {{ display: none }}" for each in entry.get("without", []))
    return f'<link rel="icon" href="{top}assets/icon.svg" type="image/svg+xml"><style>{hidden}</style>\n'


def _note(top: str, entry: dict[str, Any]) -> str:
    """Return the line that leads back; ``top`` leads to the site's first folder."""
    return (
        '<p style="margin: 0; padding: 8px 16px; background: #f1ece3; color: #1b1a24; font: 16px sans-serif">'
        f'<a href="{top}index.html" style="color: #3d35c4">← Workshop</a> &nbsp; '
        f"{entry['title']}, by {entry['credit']}: the original, without what it takes from the network.</p>"
    )


def _element(element: str, where: Where) -> str:
    """Return a script, style sheet or picture with its new address; "" for what is left out."""
    if _REPORTS.search(element):
        return ""
    tag = _TAG.match(element)
    found = _ADDRESS.search(tag[0]) if tag else None
    if not found:
        return element
    address = where(found[3])
    if address is None:
        return ""
    return element[: found.start(3)] + address + element[found.end(3) :]


def _inside(page: PurePosixPath, address: str) -> str:
    """Return which file of the data set an address in a page means; "" when it leads elsewhere."""
    if re.match(r"[a-z]+:|//", address, re.IGNORECASE):
        return ""
    parts: list[str] = []
    for part in (page.parent / address.partition("?")[0]).parts:
        if part == ".." and parts:
            parts.pop()
        elif part != "..":
            parts.append(part)
    return "/".join(parts)
