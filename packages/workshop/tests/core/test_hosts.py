import socket

import pytest

from workshop.core.hosts import HostCheck


@pytest.mark.parametrize(
    "host", ["localhost", "127.0.0.1:8082", "192.0.2.7:8082", "[2001:db8::1]:8082", "2001:db8::1"]
)
def test_a_server_for_the_network_answers_every_address(host: str) -> None:
    # An address cannot be rebound, and a VM does not know the one that its host forwards.
    assert HostCheck("0.0.0.0").allows(host)


def test_a_server_for_the_network_answers_its_own_name() -> None:
    assert HostCheck("0.0.0.0").allows(socket.gethostname())
    assert not HostCheck("0.0.0.0").allows(f"{socket.gethostname()}.evil.example")


@pytest.mark.parametrize("host", ["192.0.2.7", "[2001:db8::1]:8082"])
@pytest.mark.parametrize("bind", ["127.0.0.1", "::1", "localhost"])
def test_a_server_on_loopback_answers_loopback_only(bind: str, host: str) -> None:
    assert not HostCheck(bind).allows(host)
    assert HostCheck(bind).allows("[::1]:8082")


def test_a_dot_at_the_end_and_capitals_make_no_difference() -> None:
    assert HostCheck("127.0.0.1", ["PC7.lab.example."]).allows("pc7.LAB.example.:8082")
