"""Phones that vote: each loads the page, votes until that was confirmed, then tries to vote once more."""

from __future__ import annotations

import asyncio
import json
import random
import time
from dataclasses import dataclass, field
from typing import Any

RETRY_SECONDS = (0.75, 1.25)
"""How soon a phone asks again that got no answer, as in ``presentation/slides/vote.js``."""
PATIENCE_SECONDS = 8.0
"""How long it waits for one, as there."""


@dataclass
class Voter:
    """One phone, and what happened to it."""

    name: str
    choice: int
    starts: float
    """Seconds after the beginning at which it scans the code."""
    seconds: list[float] = field(default_factory=list)
    """From each request that was answered to its answer."""
    failed: int = 0
    """Requests that nobody answered."""
    waited: float = 0.0
    """From the first attempt to load the page until the vote was confirmed."""
    confirmed: int | None = None
    """The choice that counts, as the first answer said."""
    after: int | None = None
    """The same after the attempt to vote for something else."""


def a_room(count: int, spread: float, choices: int, seed: int) -> list[Voter]:
    """Return so many phones that begin at random within ``spread`` seconds."""
    draw = random.Random(seed)
    return [
        Voter(
            f"phone-{number:05}-{draw.getrandbits(48):012x}", draw.randrange(choices), draw.uniform(0, spread)
        )
        for number in range(count)
    ]


async def vote_all(voters: list[Voter], host: str, port: int, question: str, choices: int) -> None:
    """Let all of them vote; returns when each has its answers."""
    await asyncio.gather(*(_vote(voter, host, port, question, choices) for voter in voters))


async def _vote(voter: Voter, host: str, port: int, question: str, choices: int) -> None:
    await asyncio.sleep(voter.starts)
    began = time.monotonic()
    await _until_answered(voter, host, port, None)
    answer = await _until_answered(
        voter, host, port, {"voter": voter.name, "question": question, "choice": voter.choice}
    )
    voter.waited = time.monotonic() - began
    voter.confirmed = answer.get("mine")
    other = {"voter": voter.name, "question": question, "choice": (voter.choice + 1) % choices}
    voter.after = (await _until_answered(voter, host, port, other)).get("mine")


async def _until_answered(voter: Voter, host: str, port: int, sent: dict[str, Any] | None) -> dict[str, Any]:
    """Ask for the page, or send what is given, until there is an answer; return that."""
    while True:
        began = time.monotonic()
        try:
            content = await asyncio.wait_for(ask(host, port, sent), PATIENCE_SECONDS)
        except (OSError, ValueError, TimeoutError):
            voter.failed += 1
            await asyncio.sleep(random.uniform(*RETRY_SECONDS))
            continue
        voter.seconds.append(time.monotonic() - began)
        return {} if sent is None else dict(json.loads(content))


async def ask(
    host: str, port: int, sent: dict[str, Any] | None, path: str = "/", headers: dict[str, str] | None = None
) -> bytes:
    """Send one request on a connection of its own, GET where nothing is sent; return the answer's body.

    Raises OSError where nobody answers, ValueError for another status than 200.
    """
    body = b"" if sent is None else json.dumps(sent).encode()
    lines = [f"{'GET' if sent is None else 'POST'} {path} HTTP/1.1", f"Host: {host}:{port}"]
    lines += ["Connection: close", "Content-Type: application/json", f"Content-Length: {len(body)}"]
    lines += [f"{name}: {value}" for name, value in (headers or {}).items()]
    reader, writer = await asyncio.open_connection(host, port)
    try:
        writer.write("\r\n".join([*lines, "", ""]).encode() + body)
        await writer.drain()
        answer = await reader.read()
    finally:
        writer.close()
    head, _, content = answer.partition(b"\r\n\r\n")
    if not head.startswith(b"HTTP/1.1 200 "):
        raise ValueError(head[:40])
    return content
