"""Open pages of a seat, with all that they load: crawl.py JAR PATH… prints what came of each address."""

from __future__ import annotations

import json
import re
import sys
import urllib.parse

from browser import Browser

ADDRESS = "http://127.0.0.1:8000"
LOADS = re.compile(r"""<(?:script|link|img|iframe)\b[^>]*?\s(?:src|href)="([^"]+)""")
"""What a browser loads of itself; where a link leads is not loaded."""


def main(jar: str, *paths: str) -> None:
    """Open each page and what it loads, once."""
    browser, found = Browser(ADDRESS, jar), dict[str, dict[str, object]]()
    waiting = list(paths)
    while waiting:
        path = waiting.pop()
        if path in found:
            continue
        status, _, page = browser.open(path)
        loads = LOADS.findall(page) if path.endswith(".html") else []
        outside = [each for each in loads if re.match(r"(https?:)?//", each)]
        found[path] = {"status": status, "outside": outside}
        for each in loads:
            if each not in outside and not each.startswith(("data:", "about:", "#")):
                waiting.append(urllib.parse.urlsplit(urllib.parse.urljoin(ADDRESS + path, each)).path)
    print(json.dumps(found))


if __name__ == "__main__":
    main(*sys.argv[1:])
