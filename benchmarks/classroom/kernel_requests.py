"""What a page sends to a kernel. The classroom's tests import it too, and need the standard library alone."""

from __future__ import annotations

from typing import Any


def execute_request(message: str, code: str) -> dict[str, Any]:
    """Return the request of this identity that runs a cell."""
    return {
        "header": {
            "msg_id": message,
            "username": "",
            "session": message,
            "msg_type": "execute_request",
            "version": "5.3",
            "date": "2026-01-01T00:00:00Z",
        },
        "parent_header": {},
        "metadata": {},
        "content": {"code": code, "silent": False, "store_history": False, "allow_stdin": False},
        "channel": "shell",
        "buffers": [],
    }
