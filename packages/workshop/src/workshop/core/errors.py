"""The one kind of error that a user is meant to see."""

from __future__ import annotations


class WorkshopError(Exception):
    """The command could not do its work.

    The message is one line: what went wrong and what to do about it. The command prints it
    without a traceback and exits with 1.
    """
