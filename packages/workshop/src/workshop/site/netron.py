"""Netron, the viewer of models, made to keep to itself: nothing that it shows or asks leaves the machine.

Its files are those of its Python package, a data set of ``workshop data``; only its page is changed:

* It is of no published version, which is how Netron knows that it has nobody to report to.
* It is of a type of its own, so that it loads a format's files when it meets the format, and no others.
* It has no date: half a year after it, Netron shows nothing but that it wants to be updated.
* Its own script comes first and stands in for cookies, so that Netron finds its question about them
  answered, for which it would ask a foreign server where the reader is.
* Styles within the page go to a file, and a link that would run a script leads to the page itself, so that
  the server's policy needs no exception.
"""

from __future__ import annotations

import re
from pathlib import Path

from workshop.core.errors import WorkshopError

NAME = "netron"
FOLDER = "demos/vendor/netron/"
"""Where it lies in the site."""

_DATE = re.compile(r'<meta name="date" content="[^"]*">\n?')
_VERSION = re.compile(r'<meta name="version" content="[^"]*">')
_STYLE = re.compile(r"<style>(.*?)</style>", re.DOTALL)
_STYLED = re.compile(r' style="([^"]*)"')
_FIRST_SCRIPT = "<script "

HEAD = '<meta name="type" content="Workshop">\n<meta name="version" content="0.0.0">'
COOKIES = """\
// Made by 'workshop web build'. No cookie is kept; the question whether one may be is answered.
Object.defineProperty(document, "cookie", { get: () => "consent=workshop", set: () => {} });
"""


def netron_site(data: Path) -> dict[str, bytes]:
    """Return Netron's files by their path in the site; none when the data set was not fetched.

    Raises WorkshopError when its page is not the one that was expected.
    """
    folder = data / NAME
    if not (folder / "index.html").is_file():
        return {}
    files = {FOLDER + path.name: path.read_bytes() for path in sorted(folder.iterdir()) if path.is_file()}
    page, style = alone(files[FOLDER + "index.html"].decode())
    return files | {
        FOLDER + "index.html": page.encode(),
        FOLDER + "page.css": style.encode(),
        FOLDER + "cookies.js": COOKIES.encode(),
    }


def alone(page: str) -> tuple[str, str]:
    """Return Netron's page, changed as said above, and the style sheet that goes with it."""
    for needed in (_VERSION, _STYLE):
        if len(needed.findall(page)) != 1:
            raise WorkshopError("Netron's page is not as expected; fetch the data set netron again")
    style = _STYLE.search(page)[1]  # type: ignore[index]
    page = _STYLE.sub('<link rel="stylesheet" type="text/css" href="page.css">', page)
    page = _VERSION.sub(HEAD, _DATE.sub("", page))
    page = page.replace(_FIRST_SCRIPT, f'<script src="cookies.js"></script>\n{_FIRST_SCRIPT}', 1)
    page = page.replace('href="javascript:void(0)"', 'href="#"')
    styles = list(dict.fromkeys(_STYLED.findall(page)))
    page = _STYLED.sub(lambda found: f' data-style="{styles.index(found[1])}"', page)
    rules = [f'[data-style="{number}"] {{ {each} }}\n' for number, each in enumerate(styles)]
    return page, style + "".join(rules)
