from __future__ import annotations

from organiser.hub.limits import MOST_ADDRESSES, WAIT, WINDOW_SECONDS, WrongCodes, network_of


def test_whoever_mistypes_too_often_is_asked_to_wait_for_the_rest_of_the_window() -> None:
    wrong = WrongCodes(3)
    assert [wrong.count("192.0.2.1", at) for at in (0.0, 1.0, 2.0)] == ["", "", ""]
    assert wrong.count("192.0.2.1", 2.5) == WAIT.format(seconds=58)
    assert wrong.count("192.0.2.2", 2.5) == ""
    # What was refused so is not counted.
    assert wrong.count("192.0.2.1", WINDOW_SECONDS) == ""
    assert wrong.count("192.0.2.1", WINDOW_SECONDS) == WAIT.format(seconds=1)


def test_what_is_remembered_does_not_grow_without_end() -> None:
    wrong = WrongCodes(1)
    addresses = [f"10.{number >> 16}.{number >> 8 & 255}.{number & 255}" for number in range(MOST_ADDRESSES)]
    for address in ("192.0.2.1", *addresses):
        wrong.count(address, 0)
    assert wrong.count(addresses[-1], 0) != ""
    assert wrong.count("192.0.2.1", 0) == ""


def test_a_machine_is_one_whichever_of_its_addresses_it_uses() -> None:
    assert network_of("2001:db8::1") == network_of("2001:db8::ffff:2") != network_of("2001:db8:0:1::1")
    assert network_of("::ffff:192.0.2.7") == network_of("192.0.2.7") == "192.0.2.7"
    assert network_of("127.0.0.1") == network_of("127.9.8.7") == network_of("::ffff:127.0.0.2")
    assert network_of("127.0.0.1") == network_of("::1")
    assert network_of("nonsense") == network_of("") == "unknown"
