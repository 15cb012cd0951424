"""The room votes: a deck that asks, and a phone that answers, in a real browser."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from slides.votes.test_running import Vote

from .conftest import Open, wait_until


@pytest.fixture
def vote(tmp_path: Path, libraries: Path) -> Iterator[tuple[Vote, str, str]]:
    """The command as it runs, with the addresses of the deck and of the page for phones."""
    running = Vote(tmp_path, libraries)
    opened = running.start()
    yield running, opened["deck"], opened["room"]
    running.stop(15)


def test_a_phone_votes_and_the_wall_shows_it_with_the_second_key(
    vote: tuple[Vote, str, str], open_page: Open, keep: Callable[..., None]
) -> None:
    _, deck_address, room_address = vote
    deck: Any = open_page(deck_address)
    wait_until(deck, "!!window.workshopDeck")
    assert "votes=" not in deck.url
    find = "workshopDeck.getSlides().findIndex((slide) => slide.querySelector('[data-vote=\"rate\"]'))"
    deck.evaluate(f"workshopDeck.slide({find})")
    wait_until(deck, "document.querySelector('.present .room .count')?.textContent === '0 votes'")
    assert room_address.removeprefix("http://") == deck.inner_text(".present .address")
    assert deck.evaluate("document.querySelector('.present .room img').naturalWidth") > 0
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
