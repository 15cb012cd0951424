"""The door, and what an attacker tries at it."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from organiser.hub import seats as seats_module
from organiser.hub.door import COOKIE, TAKEN, WRONG, Admitted, Door, Refused
from organiser.hub.seats import Seats
from workshop.core.errors import WorkshopError

KEY = bytes(range(32))


@dataclass
class Browser:
    """What a browser keeps and sends."""

    address: str = "192.0.2.1"
    cookies: dict[str, str] = field(default_factory=dict)

    form: str = ""
    """What the page with the form left in it."""

    def comes(self, door: Door, seat: str, code: str, *, lost: bool = False) -> Admitted | Refused:
        answer = door.admit(seat, code, self.cookies.get, self.address, self.form)
        if isinstance(answer, Admitted) and not lost:
            self.cookies[COOKIE + answer.seat] = answer.cookie
        return answer


@dataclass
class House:
    folder: Path
    codes: dict[str, str] = field(default_factory=dict)
    now: float = 1000.0

    def make(self, *numbers: str, **names: str) -> None:
        seats = Seats.load(self.folder / "seats.json", KEY)
        for number in numbers:
            self.codes[number] = seats.add(number, names.get(f"n{number}", ""))
        seats.save(self.folder / "seats.json", os.getegid())

    def door(self) -> Door:
        return Door(KEY, self.folder / "seats.json", self.folder / "bindings.json", lambda: self.now)


@pytest.fixture
def house(tmp_path: Path) -> House:
    made = House(tmp_path)
    made.make("001", "002", "017", n017="Ada")
    return made


def refused(answer: Admitted | Refused) -> str:
    assert isinstance(answer, Refused)
    return answer.why


def test_a_card_opens_its_seat_by_number_or_name_however_it_is_typed(house: House) -> None:
    door, browser = house.door(), Browser()
    code = house.codes["017"]
    for who in ("17", "017", " 17 ", "seat-017", "Ada", "ADA"):
        answer = browser.comes(door, who, f"{code[:4].lower()}-{code[4:8]} {code[8:]}")
        assert isinstance(answer, Admitted)
        assert answer.seat == "017"
    assert door.taken() == ["017"]


@pytest.mark.parametrize("who", ["18", "", "0017", "Eve", "../1", "-1", "\uff11\uff17"])
def test_no_other_seat_opens_and_the_words_do_not_tell_which_seats_there_are(house: House, who: str) -> None:
    assert refused(Browser().comes(house.door(), who, house.codes["017"])) == WRONG
    assert refused(Browser().comes(house.door(), "1", house.codes["017"])) == WRONG


def test_files_hold_no_code_and_are_not_for_everybody(house: House) -> None:
    Browser().comes(house.door(), "17", house.codes["017"])
    for name, mode in (("seats.json", 0o640), ("bindings.json", 0o600)):
        file = house.folder / name
        assert not any(code in file.read_text() for code in house.codes.values())
        assert file.stat().st_mode & 0o777 == mode


def test_whoever_did_not_get_the_answer_comes_again(house: House) -> None:
    ada, other = Browser(form="a"), Browser(form="b")
    assert isinstance(ada.comes(house.door(), "1", house.codes["001"], lost=True), Admitted)
    assert ada.cookies == {}
    assert "belongs to another browser" in refused(other.comes(house.door(), "1", house.codes["001"]))
    assert "belongs to another browser" in refused(Browser().comes(house.door(), "1", house.codes["001"]))
    assert refused(ada.comes(house.door(), "1", "wrong-code")) == WRONG
    again = ada.comes(house.door(), "1", house.codes["001"])
    assert isinstance(again, Admitted)
    assert not again.newly
    assert '"a"' not in (house.folder / "bindings.json").read_text()
    house.door().free("001")
    assert isinstance(other.comes(house.door(), "1", house.codes["001"]), Admitted)
    assert "belongs to another" in refused(Browser(form="a").comes(house.door(), "1", house.codes["001"]))


def test_bindings_of_an_older_hub_are_known(house: House) -> None:
    browser = Browser()
    browser.comes(house.door(), "1", house.codes["001"])
    file = house.folder / "bindings.json"
    file.write_text(json.dumps({number: each[:2] for number, each in json.loads(file.read_text()).items()}))
    assert isinstance(browser.comes(house.door(), "1", house.codes["001"]), Admitted)
    assert "belongs to another" in refused(Browser(form="a").comes(house.door(), "1", house.codes["001"]))


def test_who_sits_where_outlives_the_hub(house: House) -> None:
    browser = Browser()
    browser.comes(house.door(), "17", house.codes["017"])
    later = house.door()
    assert isinstance(browser.comes(later, "17", house.codes["017"]), Admitted)
    assert refused(Browser().comes(later, "17", house.codes["017"])) == TAKEN.format(seat=17)


def test_a_cookie_without_the_code_opens_nothing(house: House) -> None:
    door, browser = house.door(), Browser()
    browser.comes(door, "17", house.codes["017"])
    assert refused(browser.comes(door, "17", "")) == WRONG


def test_a_cookie_of_another_seat_or_server_or_made_up_is_foreign(house: House, tmp_path: Path) -> None:
    door, victim, thief = house.door(), Browser(), Browser("192.0.2.9")
    victim.comes(door, "17", house.codes["017"])
    own = thief.comes(door, "1", house.codes["001"])
    assert isinstance(own, Admitted)
    other = Door(bytes(32), house.folder / "seats.json", tmp_path / "other.json")
    other._bindings = dict(door._bindings)
    made_up = [own.cookie, "", "0", "0" * 64, "é", other._cookie("017", other._binding("017"))]
    for cookie in made_up:
        thief.cookies[COOKIE + "017"] = cookie
        assert not door.holds("017", cookie)
        assert refused(thief.comes(door, "17", house.codes["017"])) == TAKEN.format(seat=17)
    assert door.holds("017", victim.cookies[COOKIE + "017"])


def test_a_freed_seat_goes_to_the_next_browser_and_old_cookies_are_worth_nothing(house: House) -> None:
    door, old, new = house.door(), Browser(), Browser("192.0.2.2")
    old.comes(door, "17", house.codes["017"])
    replayed = old.cookies[COOKIE + "017"]
    assert door.free("017")
    assert not door.free("017")
    assert not door.holds("017", replayed)
    answer = new.comes(door, "17", house.codes["017"])
    assert isinstance(answer, Admitted)
    assert answer.newly
    assert answer.cookie != replayed
    assert refused(old.comes(door, "17", house.codes["017"])) == TAKEN.format(seat=17)
    # Freed and taken again by the old browser, which gets another cookie each time.
    door.free("017")
    assert isinstance(old.comes(door, "17", house.codes["017"]), Admitted)
    assert len({replayed, answer.cookie, old.cookies[COOKIE + "017"]}) == 3


def test_a_code_that_was_made_anew_opens_the_seat_and_the_old_one_does_not(house: House) -> None:
    door, old = house.door(), Browser()
    before = house.codes["017"]
    old.comes(door, "17", before)
    house.make("017")
    assert refused(old.comes(door, "17", before)) == WRONG
    assert not door.holds("017", old.cookies[COOKIE + "017"])
    assert isinstance(Browser("192.0.2.3").comes(door, "17", house.codes["017"]), Admitted)


def test_no_wrong_codes_keep_a_right_one_out(house: House) -> None:
    """Neither those of a guesser with many addresses, nor those of somebody who shares one with you."""
    door, said = house.door(), []
    for address in range(25):
        guesser = Browser(f"192.0.2.{address}")
        said += [refused(guesser.comes(door, str(1 + number % 100), "A" * 12)) for number in range(60)]
    assert {WRONG} < set(said)
    assert all(each == WRONG or each.startswith("Please wait ") for each in said)
    for number, seat in enumerate(("001", "002", "017")):
        assert isinstance(Browser(f"192.0.2.{number}").comes(door, seat, house.codes[seat]), Admitted)


def test_a_seat_without_a_code_of_its_own_takes_as_many_comparisons(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    compared = []

    def counting(one: str, other: str) -> bool:
        compared.append(len(other))
        return one == other

    monkeypatch.setattr(seats_module, "same", counting)
    for who in ("17", "18"):
        Browser().comes(house.door(), who, "A" * 12)
    assert compared == [64, 64]


def test_names_of_seats(tmp_path: Path) -> None:
    file = tmp_path / "names"
    file.write_text("Ada\n\n  Émilie du Châtelet \n\n")
    assert seats_module.read_names(file) == ["Ada", "", "Émilie du Châtelet"]
    for text in ("Ada\nada\n", "17\n", "seat-17\n", "x" * 33, "a\x1b[1mb\n"):
        file.write_text(text)
        with pytest.raises(WorkshopError, match="cannot be a seat's name"):
            seats_module.read_names(file)


def test_only_seats_are_users() -> None:
    assert seats_module.seat_of("seat-017") == "017"
    for user in ("017", "seat-17", "seat-0017", "root", "seat-\uff10\uff11\uff17", "seat-01;"):
        with pytest.raises(ValueError, match="is not a seat"):
            seats_module.seat_of(user)
