"""The room votes: a deck that asks, and a phone that answers, in a real browser."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from slides.votes.test_running import Vote

from .audit import faults_of
from .conftest import Open, playwright, wait_until


@pytest.fixture
def vote(tmp_path: Path, libraries: Path) -> Iterator[tuple[Vote, str, str]]:
    """The command as it runs, with the addresses of the deck and of the page for phones."""
    running = Vote(tmp_path, libraries)
    opened = running.start()
    yield running, opened["deck"], opened["room"]
    running.stop(15)


def ask(deck: Any) -> None:
    """Turn to a question."""
    find = "workshopDeck.getSlides().findIndex((slide) => slide.querySelector('[data-vote=\"rate\"]'))"
    deck.evaluate(f"workshopDeck.slide({find})")
    wait_until(deck, "document.querySelector('.present .room .count')?.textContent === '0 votes'")


def test_a_phone_votes_and_the_wall_shows_it_with_the_second_key(
    vote: tuple[Vote, str, str], open_page: Open, keep: Callable[..., None]
) -> None:
    _, deck_address, room_address = vote
    deck: Any = open_page(deck_address)
    wait_until(deck, "!!window.workshopDeck")
    assert "votes=" not in deck.url
    ask(deck)
    assert room_address.removeprefix("http://") == deck.inner_text(".present .address")
    wait_until(deck, "document.querySelector('.present .room img').naturalWidth > 0")
    phone: Any = open_page(room_address, width=390, height=844)
    wait_until(phone, "document.querySelectorAll('button').length === 3")
    keep(phone, "votes-phone")
    phone.get_by_role("button", name="It learns worse").click()
    wait_until(phone, "document.getElementById('state').textContent === 'Your vote counts. 1 in all.'")
    phone.reload()
    wait_until(phone, "document.querySelector('[aria-pressed=true] .count')?.textContent === '1'")
    wait_until(deck, "document.querySelector('.present .room .count').textContent === '1 vote'")
    bars = deck.locator(".present li > .bar")
    assert not bars.nth(2).is_visible()
    deck.keyboard.press("PageDown")
    bar = "document.querySelectorAll('.present li > .bar')[2]"
    wait_until(deck, f"getComputedStyle({bar}).visibility === 'visible'")
    keep(deck, "votes-wall")
    # The next key turns the page, and that closes the question.
    deck.keyboard.press("PageDown")
    wait_until(phone, "document.querySelectorAll('button').length === 0")


def test_no_serious_fault_on_a_phone_nor_on_the_question(
    vote: tuple[Vote, str, str], audited: playwright.BrowserContext
) -> None:
    _, deck_address, room_address = vote
    deck, phone = audited.new_page(), audited.new_page()
    phone.set_viewport_size({"width": 390, "height": 844})
    deck.goto(deck_address)
    wait_until(deck, "!!window.workshopDeck")
    phone.goto(room_address)
    wait_until(phone, "document.getElementById('title').textContent !== 'One moment …'")
    faults = {"waiting": faults_of(phone)}
    ask(deck)
    wait_until(phone, "document.querySelectorAll('button').length === 3")
    faults["asked"] = faults_of(phone)
    phone.get_by_role("button", name="It learns worse").click()
    wait_until(phone, "document.querySelector('[aria-pressed=true]') !== null")
    deck.keyboard.press("PageDown")
    wait_until(deck, "document.querySelector('.present ol').classList.contains('visible')")
    for theme in ("light", "dark"):
        for page in (deck, phone):
            page.emulate_media(color_scheme=theme)
            page.wait_for_timeout(500)
        faults |= {
            f"voted, {theme}": faults_of(phone),
            f"the wall, {theme}": faults_of(deck, ".slides > section.present"),
        }
    assert {where: found for where, found in faults.items() if found} == {}
