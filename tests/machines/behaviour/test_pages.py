"""The start page, the demos, and what they may load."""

from __future__ import annotations

import re
from collections.abc import Sequence
from urllib.parse import urljoin

import pytest
from machine import Machine

# A page, and one file that it must name among those that it loads: what set-up fetched or made for it.
PAGES = {
    "/demos/painting/index.html": "/demos/vendor/convnet-min.js",
    "/demos/digits/index.html": "/demos/digits/digits-data.js",
    "/slides/ninety-minutes/index.html": "/slides/vendor/reveal/reveal.js",
    "/slides/a-day/index.html": "/slides/vendor/katex/katex.min.js",
    "/demos/vendor/netron/index.html": "/demos/vendor/netron/index.js",
}
# What none of them names: the fonts of formulas, and what the viewer takes when a model is opened.
TAKEN_LATER = (
    "/slides/vendor/katex/fonts/KaTeX_Math-Italic.woff2",
    "/demos/vendor/netron/onnx.js",
    "/demos/vendor/netron/grapher.js",
)


def test_start_page_links_the_demos(machine: Machine) -> None:
    page = machine.get("workshop-web", "/")
    assert page.status == 200
    assert re.search(r'href="/?demos/[^"]+"', page.body), "no link to a demo"


@pytest.mark.parametrize("name", PAGES)
def test_a_page_and_all_that_it_loads_are_there(name: str, machine: Machine) -> None:
    page = machine.get("workshop-web", name)
    assert page.status == 200
    loaded = re.findall(r'<(?:script|link|img)[^>]+(?:src|href)="([^"#]+)"', page.body)
    assert not [address for address in loaded if "//" in address], "not on this machine"
    addresses = {urljoin(name, address) for address in loaded}
    assert PAGES[name] in addresses
    assert not missing(machine, sorted(addresses))


def test_what_a_page_takes_later_is_there(machine: Machine) -> None:
    assert not missing(machine, TAKEN_LATER)


def missing(machine: Machine, addresses: Sequence[str]) -> list[str]:
    """Return those of the addresses that the site does not have."""
    answers = machine.get_all("workshop-web", addresses)
    return [address for address, answer in zip(addresses, answers, strict=True) if answer.status != 200]


def test_the_digits_are_there_in_full(machine: Machine) -> None:
    body = machine.get("workshop-web", "/demos/digits/digits-data.js").body
    assert re.search(
        r"workshopDigits = \{ train: 8000, test: 1000, side: 28, packed: \"[\w+/=]{1000000,}\"", body
    )


def test_nothing_outside_the_site_is_served(machine: Machine) -> None:
    paths = ("/../etc/token", "/%2e%2e/etc/token", "/..%2fetc/token", "/demos/../../etc/token")
    for path, answer in zip(paths, machine.get_all("workshop-web", paths), strict=True):
        assert machine.token not in answer.body
        assert answer.status in (400, 403, 404), path


def test_the_manual_and_its_search_are_there(machine: Machine) -> None:
    assert not missing(machine, ("/docs/index.html", "/docs/troubleshooting.html", "/docs/searchindex.js"))
