"""How every command ends: one error path, one JSON document, one set of exit statuses.

It imports nothing heavy, for ``sync`` goes through it, too.
"""

from __future__ import annotations

import contextlib
import json
import os
import sys
from collections.abc import Iterator
from typing import Any, NoReturn

from workshop.errors import WorkshopError

SIGNALLED = 128
"""Statuses above are those of commands that a signal ended."""
INTERRUPTED = 130
"""The status of a command that Ctrl-C ended, by the shells' convention."""

_printed = False
"""Whether this process has printed a document."""


def print_json(document: Any) -> None:
    """Write one JSON document, and nothing else, to stdout.

    It is flushed, for a command that goes on, such as a server, is often read through a pipe.
    """
    global _printed
    _printed = True
    json.dump(document, sys.stdout, indent=2, ensure_ascii=False)
    sys.stdout.write("\n")
    sys.stdout.flush()


@contextlib.contextmanager
def one_error_path() -> Iterator[None]:
    """Run a command inside: a user's mistake or a fault of the machine ends in one line, not a traceback.

    With ``--json`` a command that ends with a fault has printed a document, too: ``{"error": …}``, unless it
    had one of its own. A command that a signal ended prints none: who sent it does not wait for an answer.
    """
    try:
        try:
            yield
        finally:
            sys.stdout.flush()
    except BrokenPipeError:
        # Whoever read it has gone. Python would flush again at the end, and complain.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
    except SystemExit as end:
        # Typer turns Ctrl-C into this status without a word.
        if end.code == INTERRUPTED:
            _end("interrupted; it is safe to run again", INTERRUPTED)
        if end.code and not (isinstance(end.code, int) and end.code > SIGNALLED):
            _document("it failed; standard error has the reason")
        raise
    except Exception as error:
        _end_with(error)
    except KeyboardInterrupt:
        _end("interrupted; it is safe to run again", INTERRUPTED)


def _end_with(error: Exception) -> NoReturn:
    """Say in one line what happened and end the program with its status."""
    if isinstance(error, WorkshopError):
        _end(str(error), 1, is_fault=True)
    if isinstance(error, OSError):
        where = f" ({error.filename})" if error.filename else ""
        _end(f"{error.strerror or error}{where}", 1, is_fault=True)
    # Wrong usage, of which Typer's parser raises several kinds.
    show, words, status = (getattr(error, name, None) for name in ("show", "format_message", "exit_code"))
    if show is None or words is None or status is None:
        raise error
    show()
    _document(words() or "a word is missing")
    sys.exit(status)


def _end(text: str, status: int, *, is_fault: bool = False) -> NoReturn:
    """Print one line on stderr, exactly as it is, and the document if one is wanted."""
    red = is_fault and sys.stderr.isatty() and not os.environ.get("NO_COLOR")
    print(f"\x1b[31mworkshop: {text}\x1b[0m" if red else f"workshop: {text}", file=sys.stderr)
    if status < SIGNALLED:
        _document(text)
    sys.exit(status)


def _document(error: str) -> None:
    """Print what went wrong as the document that ``--json`` promises, unless there was one already."""
    words = sys.argv[1:]
    if "--json" in words[: words.index("--") if "--" in words else None] and not _printed:
        print_json({"error": error})
