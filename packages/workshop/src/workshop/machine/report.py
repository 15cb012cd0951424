"""The doctor's findings as a text to publish: no name, folder or address of anybody stands in it."""

from __future__ import annotations

import getpass
import platform
import re
import socket
from pathlib import Path

from workshop import __version__
from workshop.core.settings import Settings
from workshop.machine.doctor import Report

ADDRESS = re.compile(r"\b[\w+]+://\S+|\b\S+@\S+|\b\d{1,3}(?:\.\d{1,3}){3}\b|\[[0-9a-fA-F:]{3,}\]")
"""URLs, accounts at hosts, and IP addresses."""
PATH = re.compile(r"(?<![\w./])~?/[^\s,;:)]+")


def public_report(report: Report, settings: Settings) -> str:
    """Return what the doctor found as Markdown, for an issue or a mail.

    The lines keep their check and state; in their texts folders, addresses and the names of the account and
    the machine are replaced. Advice is left out: whoever reads the report has the same program.
    """
    private = _private_words(settings)
    rows = [
        f"| {line.state} | {line.check} | {_public(line.text, private).replace('|', '/')} |"
        for line in report.lines
    ]
    head = f"workshop {__version__}, Python {platform.python_version()}, {platform.machine()}"
    return "\n".join([head, "", "| state | check | found |", "|---|---|---|", *rows])


def _private_words(settings: Settings) -> list[tuple[str, str]]:
    """Return what is replaced and by what, the longest first: a folder may have a space in its name."""
    known = (
        settings.prefix,
        settings.source,
        settings.notebooks,
        settings.data,
        settings.cache,
        settings.stick,
    )
    words = {str(each): "PATH" for each in (*known, Path.cwd(), Path.home()) if each and each != Path("/")}
    words |= dict.fromkeys({socket.gethostname(), socket.gethostname().partition(".")[0]}, "HOST")
    words |= {getpass.getuser(): "ACCOUNT", Path.home().name: "ACCOUNT"}
    return sorted(((word, by) for word, by in words.items() if len(word) > 1), key=lambda each: -len(each[0]))


def _public(text: str, private: list[tuple[str, str]]) -> str:
    text = ADDRESS.sub("ADDRESS", text)
    for word, by in private:
        text = re.sub(rf"(?<!\w){re.escape(word)}(?!\w)(?:/[^\s,;:)]*)?", by, text)
    return PATH.sub("PATH", text)
