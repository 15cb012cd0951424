"""Speak words with eSpeak NG's library: a program of its own, which needs the standard library only.

``python -I espeak.py FOLDER JOBS`` loads ``FOLDER/libespeak-ng.so``, whose data lie beside it, speaks each
line of the file JOBS (voice, words a minute, pitch from 0 to 99, text, separated by tabs) and writes for
each, to stdout, the number of bytes (4, little endian) and that many bytes of sound: 16 bits a sample,
22,050 a second.

It runs as a process of its own, because a library that crashes takes its process with it. The functions are
those of ``speak_lib.h`` (https://github.com/espeak-ng/espeak-ng/blob/master/src/include/espeak-ng/speak_lib.h).
"""

from __future__ import annotations

import ctypes
import sys
from pathlib import Path

RATE = 22050
"""Samples a second; every one of eSpeak's own voices has it."""

_SYNCHRONOUS = 2
"""``AUDIO_OUTPUT_SYNCHRONOUS``: the sound goes to the callback, and to no loudspeaker."""
_SPEED, _PITCH = 1, 3
"""``espeakRATE`` and ``espeakPITCH``."""
_CHARACTERS, _UTF8 = 1, 1
"""``POS_CHARACTER`` and ``espeakCHARS_UTF8``."""
_CALLBACK = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.c_void_p)


class Speaker:
    """The library, ready to speak."""

    def __init__(self, folder: Path) -> None:
        """Load the library in ``folder``; OSError when it is none for this machine."""
        self._library = ctypes.CDLL(str(folder / "libespeak-ng.so"))
        self._libc = ctypes.CDLL(None)
        self._pieces: list[bytes] = []
        rate = self._library.espeak_Initialize(_SYNCHRONOUS, 0, str(folder).encode(), 0)
        if rate != RATE:
            raise OSError(f"espeak-ng begins with {rate} samples a second where {RATE} are expected")
        self._callback = _CALLBACK(self._take)  # kept, for the library does not
        self._library.espeak_SetSynthCallback(self._callback)

    def _take(self, samples: ctypes._Pointer[ctypes.c_short], count: int, events: object) -> int:
        if samples and count > 0:
            self._pieces.append(ctypes.string_at(samples, 2 * count))
        return 0

    def say(self, voice: str, speed: int, pitch: int, text: str) -> bytes:
        """Return the sound of ``text``; the same each time, for noise in a voice starts from the same seed.

        Raises OSError when the library does not know the voice.
        """
        self._libc.srand(1)
        self._library.espeak_ng_SetRandSeed(ctypes.c_long(1))
        if self._library.espeak_SetVoiceByName(voice.encode()):
            raise OSError(f"espeak-ng has no voice {voice}")
        self._library.espeak_SetParameter(_SPEED, speed, 0)
        self._library.espeak_SetParameter(_PITCH, pitch, 0)
        self._pieces.clear()
        content = text.encode() + b"\0"
        if self._library.espeak_Synth(content, len(content), 0, _CHARACTERS, 0, _UTF8, None, None):
            raise OSError(f"espeak-ng cannot say {text!r}")
        self._library.espeak_Synchronize()
        return b"".join(self._pieces)


def main(folder: str, jobs: str) -> None:
    """Speak every line of the file ``jobs``."""
    speaker = Speaker(Path(folder))
    for line in Path(jobs).read_text(encoding="utf-8").splitlines():
        voice, speed, pitch, text = line.split("\t")
        sound = speaker.say(voice, int(speed), int(pitch), text)
        sys.stdout.buffer.write(len(sound).to_bytes(4, "little") + sound)
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    try:
        main(*sys.argv[1:3])
    except (OSError, ValueError) as error:
        sys.exit(str(error))
