import errno
import json
import os
import subprocess
import sys

import pytest

from lessonkit import network

# What a program finds out about the network; 192.0.2.1 belongs to nobody (RFC 5737).
PROBE = """
import json, os, socket
from lessonkit import network
network.start_loopback()
def number(do):
    try:
        do()
    except OSError as error:
        return error.errno
def loopback():
    with socket.create_server(("127.0.0.1", 0)) as server:
        socket.create_connection(server.getsockname(), 5).close()
def datagram():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as out:
        out.sendto(b"x", ("192.0.2.1", 9))
print(json.dumps({
    "loopback": number(loopback),
    "localhost": number(lambda: socket.getaddrinfo("localhost", 80)),
    "connect": number(lambda: socket.create_connection(("192.0.2.1", 80), 5)),
    "connect6": number(lambda: socket.create_connection(("2001:db8::1", 80), 5)),
    "datagram": number(datagram),
    "name": number(lambda: socket.getaddrinfo("example.org", 80)),
    "user": os.getuid(),
}))
"""


@pytest.mark.parametrize("words", network.WAYS, ids=["root", "user"])
def test_in_the_namespace_only_loopback_answers(words: tuple[str, ...]) -> None:
    if subprocess.run([*words, "true"], capture_output=True, check=False).returncode:
        pytest.skip("this system does not allow it")
    done = subprocess.run(
        [*words, sys.executable, "-c", PROBE], capture_output=True, text=True, timeout=60, check=True
    )
    found = json.loads(done.stdout)
    assert (found["loopback"], found["localhost"]) == (None, None)
    assert found["connect"] == found["datagram"] == errno.ENETUNREACH
    assert found["connect6"] and found["name"]
    assert found["user"] == os.getuid()


def test_where_no_namespace_is_allowed_none_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    network.without_network.cache_clear()
    monkeypatch.setattr(network, "WAYS", (("false",), ("no-such-program",)))
    assert network.without_network() == ()
    network.without_network.cache_clear()
