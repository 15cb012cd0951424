"""What firewalls say of themselves: is a port open to people?"""

from __future__ import annotations

import re
from collections.abc import Iterator

CHAIN = re.compile(r"^\s*chain (\S+) \{$(.*?)^\s*\}$", re.M | re.S)
RULE_OF_UFW = re.compile(r"^(\S+)\s+(?:\(v6\)\s+)?(ALLOW|LIMIT)\b", re.M)
NUMBERS = re.compile(r"\d+(?:-\d+)?")


def ufw_allows(status: str, port: int) -> bool:
    """Tell whether ``ufw status`` lists a rule that lets a TCP port in: by number, range or all."""
    for to, _ in RULE_OF_UFW.findall(status):
        numbers, _, protocol = to.partition("/")
        if protocol in ("", "tcp") and (to == "Anywhere" or _covers(numbers.replace(":", "-"), port)):
            return True
    return False


def nft_closes(rules: str, port: int) -> str | None:
    """Return the name of the chain of ``nft list ruleset`` that keeps a TCP port closed; None: there is none.

    Only chains through which a packet comes to this machine count, whose policy or last rule drops. A chain
    that lets the port in, or one to which such a chain jumps, closes nothing.
    """
    chains: dict[str, str] = dict(CHAIN.findall(rules))
    for name, text in chains.items():
        if (
            "hook input" in text
            and _drops(text)
            and not any(_names(each, port) for each in _all(chains, name))
        ):
            return name
    return None


def _drops(text: str) -> bool:
    """Tell whether what no rule of a chain wants is dropped, or refused, at its end."""
    lines = [line.strip() for line in text.strip().splitlines()]
    return "policy drop" in text or bool(re.match(r"(counter .*)?(drop|reject)\b", lines[-1]))


def _all(chains: dict[str, str], name: str, seen: frozenset[str] = frozenset()) -> Iterator[str]:
    """Yield a chain's text, and those of all to which it jumps."""
    text = chains.get(name, "")
    yield text
    for other in set(re.findall(r"\b(?:jump|goto) (\S+)", text)) - seen - {name}:
        yield from _all(chains, other, seen | {name})


def _names(text: str, port: int) -> bool:
    """Tell whether a rule of a chain accepts the port, or everything."""
    for line in map(str.strip, text.splitlines()):
        if not re.search(r"\baccept\b", line) or "policy" in line:
            continue
        if re.match(r"(counter .*)?accept\b", line):
            return True
        found = re.search(r"tcp dport (\{[^}]*\}|\S+)", line)
        if found and any(_covers(each, port) for each in NUMBERS.findall(found[1])):
            return True
    return False


def _covers(numbers: str, port: int) -> bool:
    first, _, last = numbers.partition("-")
    return first.isdigit() and int(first) <= port <= int(last or first)
