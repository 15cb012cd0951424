from __future__ import annotations

from organiser.hub import limits
from organiser.hub.limits import WINDOW_SECONDS, Failures, address_from, network_of


def test_as_many_failures_as_allowed_close_for_the_rest_of_the_window() -> None:
    failures = Failures(3)
    for at in (0.0, 1.0):
        failures.add("a", at)
    assert failures.wait("a", 2) == 0
    failures.add("a", 2)
    assert failures.wait("a", 2) == WINDOW_SECONDS - 2
    assert failures.wait("b", 2) == 0
    assert failures.wait("a", WINDOW_SECONDS) == 0
    failures.add("a", WINDOW_SECONDS)
    assert failures.wait("a", WINDOW_SECONDS) == 1


def test_what_is_remembered_does_not_grow_without_end() -> None:
    failures = Failures(2)
    for number in range(limits.MOST_KEYS + 50):
        failures.add(str(number), 0)
    assert len(failures._times) == limits.MOST_KEYS
    assert failures.wait("0", 0) == 0


def test_a_caller_cannot_make_up_its_address() -> None:
    assert address_from("", "10.0.0.1") == "10.0.0.1"
    assert address_from("192.0.2.7", "127.0.0.1") == "192.0.2.7"
    assert address_from("6.6.6.6, 7.7.7.7, 192.0.2.7", "127.0.0.1") == "192.0.2.7"


def test_an_ipv6_machine_is_one_whichever_of_its_addresses_it_uses() -> None:
    assert network_of("2001:db8::1") == network_of("2001:db8::ffff:2") != network_of("2001:db8:0:1::1")
    assert network_of("::ffff:192.0.2.7") == network_of("192.0.2.7") == "192.0.2.7"
    assert network_of("nonsense") == network_of("") == "unknown"
