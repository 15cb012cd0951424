"""Layers are compressed by zstd: podman, containerd, and Docker since version 23 read them.

Image-spec 1.1, "+zstd Media Types".
"""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, cast

from workshop.errors import WorkshopError
from workshop.system import programs

MEDIA_TYPE = "application/vnd.oci.image.layer.v1.tar+zstd"
WORDS = ("-12", "--long=27", "-T2", "--quiet")
"""Higher levels, and wider windows than 128 MiB, ask more memory of a reader than it gives unasked."""


def compress(plain: Path, target: Path) -> None:
    """Write a file compressed; the same bytes give the same file. WorkshopError when zstd fails."""
    programs.run("zstd", *WORDS, "--force", plain, "-o", target)


@contextmanager
def uncompressed(packed: Path) -> Iterator[BinaryIO]:
    """Read what a file holds compressed.

    Raises WorkshopError when it is damaged.
    """
    with subprocess.Popen(
        [programs.find("zstd"), "--decompress", "--stdout", "--quiet", packed],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        yield cast(BinaryIO, process.stdout)
        while process.stdout.read(1 << 20):
            pass
        said = process.stderr.read().decode(errors="replace")
    if process.returncode:
        raise WorkshopError(f"{packed.name} is damaged: {programs.last_line(said)}")
