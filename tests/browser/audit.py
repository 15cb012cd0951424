"""The auditor axe: what keeps people from using a page."""

from __future__ import annotations

from axe_playwright_python.sync_playwright import Axe

from .conftest import playwright, wait_until

AUDITOR = Axe().axe_script
ASK = "([within, options]) => axe.run(within ?? document, options).then(({ violations }) => violations)"
SERIOUS = {"serious", "critical"}
VIOLATIONS: dict[str, object] = {"resultTypes": ["violations"]}
COLOURS = VIOLATIONS | {"runOnly": {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}}
"""What the auditor looks at again in the other theme: nothing but colours differs."""

SETTLED = """Promise.allSettled(
  document.getAnimations().filter((each) => each instanceof CSSTransition).map((each) => each.finished)
).then(() => true)"""
"""Colours that change take their time, and on a busy machine more than one would wait."""


def faults_of(
    page: playwright.Page, within: str | None = None, options: dict[str, object] = VIOLATIONS
) -> list[str]:
    """Return the serious faults of a page, or of a part of it."""
    # Once a page: it is half a megabyte of script, and a deck has dozens of slides.
    if not page.evaluate("!!window.axe"):
        page.evaluate(AUDITOR)
    found = page.evaluate(ASK, [within, options])
    return [
        f"{fault['id']}: {fault['nodes'][0]['html'][:120]} ({len(fault['nodes'])} places)"
        for fault in found
        if fault["impact"] in SERIOUS
    ]


def faults_in_both_themes(page: playwright.Page) -> dict[str, list[str]]:
    """Return the serious faults of a page as it is, and those of its colours in the dark."""
    page.wait_for_timeout(500)
    page.evaluate(SETTLED)
    found = {"light": faults_of(page)}
    page.emulate_media(color_scheme="dark")
    wait_until(page, "document.documentElement.dataset.theme === 'dark'")
    page.wait_for_timeout(500)
    page.evaluate(SETTLED)
    found["dark"] = faults_of(page, options=COLOURS)
    page.emulate_media(color_scheme="light")
    return {theme: faults for theme, faults in found.items() if faults}
