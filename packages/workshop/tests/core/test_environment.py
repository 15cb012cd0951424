import pytest

from workshop.core import environment


@pytest.mark.parametrize("name", ["http_proxy", "https_proxy", "ftp_proxy", "all_proxy", "no_proxy"])
@pytest.mark.parametrize("spelling", [str.lower, str.upper])
def test_a_proxy_is_known_by_both_spellings(name: str, spelling: type[str]) -> None:
    assert environment.proxies({spelling(name): "proxy:1"}) == {name: "proxy:1", name.upper(): "proxy:1"}


def test_two_spellings_that_differ_are_left_so() -> None:
    given = {"https_proxy": "a:1", "HTTPS_PROXY": "b:1"}
    assert environment.proxies(given) == given


def test_nothing_else_is_handed_on() -> None:
    given = {"PYTHONPATH": "/x", "http_proxy": "", "SSL_CERT_FILE": "/ca.pem", "HTTPS_PROXY": "p:1"}
    assert environment.network(given) == {
        "https_proxy": "p:1",
        "HTTPS_PROXY": "p:1",
        "SSL_CERT_FILE": "/ca.pem",
    }
