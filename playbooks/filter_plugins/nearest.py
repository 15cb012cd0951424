"""A filter that names the known word nearest to a mistyped one."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable


def with_nearest(name: str, known: Iterable[str]) -> str:
    """Return ``name``, followed by the known name that was probably meant, when one is close."""
    close = difflib.get_close_matches(name, list(known), n=1, cutoff=0.6)
    return f"{name} (did you mean {close[0]}?)" if close else name


class FilterModule:
    """What Ansible loads."""

    def filters(self) -> dict[str, Callable[..., str]]:
        """Return the filters by the names that playbooks use."""
        return {"with_nearest": with_nearest}
