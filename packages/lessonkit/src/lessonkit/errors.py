"""The one kind of error that a user is meant to see."""

from __future__ import annotations


class LessonkitError(Exception):
    """A lesson, or a call of the command, is at fault.

    The message is one line: what went wrong and what to do about it. The command prints it
    without a traceback and exits with 1.
    """
