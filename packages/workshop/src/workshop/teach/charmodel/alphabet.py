"""Characters as numbers, and back."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt

from workshop.core.errors import WorkshopError

Ids = npt.NDArray[np.int32]
UNKNOWN = "�"
"""How a character that was not in the alphabet is written: U+FFFD, Unicode's own sign for that."""


class Alphabet:
    """The characters that a network knows, in a fixed order.

    With ``unknown``, one more number stands for every other character; without, such a character is
    an error.
    """

    def __init__(self, characters: str, *, unknown: bool = False) -> None:
        """Take ``characters``, each once. Raises ValueError when one comes twice."""
        if len(set(characters)) != len(characters):
            raise ValueError("an alphabet has each character once")
        self.characters = characters
        self.unknown = unknown
        self._code_points = np.frombuffer(characters.encode("utf-32-le"), dtype="<u4")
        self._order = np.argsort(self._code_points)

    @classmethod
    def of(cls, texts: str | Iterable[str], *, unknown: bool = False) -> Alphabet:
        """Return the alphabet of all characters in a text or in texts, sorted.

        >>> Alphabet.of("to be").characters
        ' beot'
        """
        # Unpacked, a long text would take a pointer for each of its characters.
        found = set(texts) if isinstance(texts, str) else set().union(*texts)
        return cls("".join(sorted(found)), unknown=unknown)

    def __len__(self) -> int:
        """Count the numbers: one a character, and one for all unknown ones if there is such a one."""
        return len(self.characters) + self.unknown

    def encode(self, text: str) -> Ids:
        """Return the numbers of the characters of a text, int32 (length,).

        Raises WorkshopError for an unknown character where there is no number for those.

        >>> Alphabet("abc").encode("cab").tolist()
        [2, 0, 1]
        """
        points = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype="<u4")
        places = np.searchsorted(self._code_points, points, sorter=self._order)
        ids = self._order.take(places, mode="clip")
        strange = self._code_points.take(ids) != points
        if strange.any():
            if not self.unknown:
                first = text[int(strange.argmax())]
                raise WorkshopError(
                    f"the alphabet has no {first!r}; leave it out, or allow unknown characters"
                )
            ids = np.where(strange, len(self.characters), ids)
        return ids.astype(np.int32)

    def decode(self, ids: Iterable[int] | Ids) -> str:
        """Return the text of numbers; ``UNKNOWN`` stands for each unknown character."""
        known = self.characters + UNKNOWN * self.unknown
        return "".join(known[number] for number in ids)
