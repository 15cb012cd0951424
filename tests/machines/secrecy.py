"""Whether a machine keeps its secrets: what an account without rights sees of them, and what logs hold."""

from __future__ import annotations

import json
import shlex
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from canaries import forms, found

from tools.testbed.inside import inside

SCRIPT = Path(__file__).with_name("what_nobody_sees.py").read_text(encoding="utf-8")
READABLE = r"LC_ALL=C tr --complement '[:print:]\n' '?'"
"""What makes text of anything."""
LOGS = (
    "{ journalctl --output=export --all --no-pager;"
    " find /var/log -type f ! -path '*/journal/*' -exec cat {} +; } 2>/dev/null"
    f" | {READABLE}"
)
"""What root finds written down on the machine, all fields of the journal included."""


def search_command(secrets: dict[str, str]) -> str:
    """Return the command that an account without rights runs to look for secrets."""
    words = [form.encode().hex() for secret in secrets.values() for form in forms(secret)]
    return shlex.join(["python3", "-c", SCRIPT, "search", *words])


def seen(secrets: dict[str, str], printed: str) -> dict[str, list[str]]:
    """Return, from what that command printed, where which secret lies."""
    said = json.loads(printed)
    assert said["looked"] > 50, said
    places = {
        name: sorted({place for form in forms(secret) for place in said["found"][form.encode().hex()]})
        for name, secret in secrets.items()
    }
    return {name: where for name, where in places.items() if where}


@contextmanager
def watched(machine: str) -> Iterator[list[str]]:
    """Let nobody look at all command lines and environments meanwhile; the list has them in the end."""
    texts: list[str] = []
    with subprocess.Popen(
        [*inside(machine, "nobody", "/"), "python3", "-c", SCRIPT, "watch"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as watching:
        try:
            yield texts
        finally:
            texts += json.loads(watching.communicate()[0])


def leaks(secrets: dict[str, str], root: Callable[[str], str], **texts: str) -> dict[str, list[str]]:
    """Return where a machine with root's shell shows which secret; ``texts`` are looked through as well."""
    nobody = root(f"setpriv --reuid=nobody --regid=nogroup --clear-groups -- {search_command(secrets)}")
    where = seen(secrets, nobody)
    for name, text in {"root's logs": root(LOGS), **texts}.items():
        for secret in found(secrets, text):
            where.setdefault(secret, []).append(name)
    return where
