"""Firewalls, in their own words."""

from __future__ import annotations

import pytest

from organiser.hub.firewall import nft_closes, ufw_allows

UFW = """Status: active

To                         Action      From
--                         ------      ----
22/tcp                     ALLOW       Anywhere
8443/udp                   ALLOW       Anywhere
9000:9100/tcp              ALLOW       Anywhere
18443/tcp                  ALLOW       Anywhere
7000/tcp                   DENY        Anywhere
6000                       LIMIT       Anywhere
6001 (v6)                  ALLOW       Anywhere (v6)
"""
TABLE = """table inet filter {
	set addresses {
		type ipv4_addr
	}

	chain input {
		type filter hook input priority filter; policy %s;
%s
	}

	chain people {
		tcp dport 8443 accept
	}

	chain forward {
		type filter hook forward priority filter; policy drop;
	}
}
"""


@pytest.mark.parametrize(
    ("port", "open_"),
    [(22, True), (8443, False), (443, False), (9050, True), (7000, False), (6000, True), (6001, True)],
)
def test_ufw_lets_in_what_a_rule_names_by_number_range_or_both_protocols(port: int, open_: bool) -> None:
    assert ufw_allows(UFW, port) is open_
    assert ufw_allows("Status: active\n\nAnywhere ALLOW 192.0.2.0/24\n", port)


@pytest.mark.parametrize(
    ("policy", "rules", "closed"),
    [
        ("accept", "", None),
        ("drop", "", "input"),
        ("drop", "tcp dport 18443 accept", "input"),
        ("drop", 'iifname "lo" accept\n\t\tct state established,related accept', "input"),
        ("drop", "tcp dport 8443 accept", None),
        ("drop", "tcp dport { 22, 8443 } ct state new accept", None),
        ("drop", "tcp dport 8000-9000 counter packets 0 bytes 0 accept", None),
        ("drop", "jump people", None),
        ("accept", "tcp dport 22 accept\n\t\tcounter packets 3 bytes 180 drop", "input"),
    ],
)
def test_nftables_closes_what_no_rule_of_the_way_in_accepts(
    policy: str, rules: str, closed: str | None
) -> None:
    assert nft_closes(TABLE % (policy, f"\t\t{rules}" if rules else ""), 8443) == closed


def test_what_is_only_forwarded_or_goes_round_in_a_circle_closes_nothing() -> None:
    assert nft_closes(TABLE.replace("hook input", "hook output") % ("drop", ""), 8443) is None
    circle = (
        "chain a {\n\ttype filter hook input priority 0; policy drop;\n\tjump b\n}\nchain b {\n\tjump a\n}\n"
    )
    assert nft_closes(circle, 8443) == "a"
