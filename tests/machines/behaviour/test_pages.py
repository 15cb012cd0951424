"""The start page, the demos, and what they may load."""

from __future__ import annotations

import re

from machine import Machine


def test_start_page_links_the_demos(machine: Machine) -> None:
    page = machine.get("workshop-web", "/")
    assert page.status == 200
    assert re.search(r'href="/?demos/[^"]+"', page.body), "no link to a demo"


def test_painting_page_and_all_that_it_loads_are_there(machine: Machine) -> None:
    folder = "/demos/painting/"
    page = machine.get("workshop-web", folder + "index.html")
    assert page.status == 200
    loaded = re.findall(r'<(?:script|link|img)[^>]+(?:src|href)="([^"#]+)"', page.body)
    assert loaded, "the page loads nothing"
    for address in loaded:
        assert "//" not in address, f"{address} is not on this machine"
        assert machine.get("workshop-web", folder + address).status == 200, address


def test_nothing_outside_the_site_is_served(machine: Machine) -> None:
    for path in ("/../etc/token", "/%2e%2e/etc/token", "/..%2fetc/token", "/demos/../../etc/token"):
        answer = machine.get("workshop-web", path)
        assert machine.token not in answer.body
        assert answer.status in (400, 403, 404), path
