"""The fingerprint of a root: a digest of all that decides what is in it.

The variables of an organiser may lie in files, and be changed there between two builds of one commit: a token
for the class, keys, an address. So the contents of each file that a variable names count, not its name.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from workshop.core.files import hash_file

_WORD = re.compile(r"[^\s'\"=,:\[\]{}]+")
"""What may be a path in variables as Ansible takes them: name=value, JSON, YAML or @FILE."""


def digest(words: Iterable[object], options: Sequence[str] = (), folders: Sequence[Path] = ()) -> str:
    """Return what is the same as long as nothing is different that a root is made of.

    words: what counts as it is written. options: for ansible-playbook, with the contents of the files that
    they name, and that those name. folders: their files count by name, size and date.
    """
    total = hashlib.sha256()
    for word in (
        *words,
        *options,
        *_contents(options),
        *(line for folder in folders for line in _listing(folder)),
    ):
        text = str(word).encode(errors="surrogateescape")
        total.update(b"%d " % len(text) + text)
    return total.hexdigest()


def _contents(options: Sequence[str]) -> Iterator[str]:
    """Yield path and digest of each file that options name, each once."""
    waiting, seen = list(options), set[Path]()
    while waiting:
        for name in _WORD.findall(waiting.pop()):
            path = Path(name.removeprefix("@")).expanduser()
            try:
                if path in seen or not path.is_file():
                    continue
                yield f"{path} {hash_file(path)}"
                if name.startswith("@"):
                    waiting.append(path.read_text(encoding="utf-8", errors="replace"))
            except (OSError, ValueError):
                continue
            seen.add(path)


def _listing(folder: Path) -> Iterator[str]:
    yield str(folder)
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        state = path.stat()
        yield f"{path} {state.st_size} {state.st_mtime_ns}"
