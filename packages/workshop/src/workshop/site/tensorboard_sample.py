"""Lay down the log that TensorBoard shows before anybody has trained.

    python -m workshop.site.tensorboard_sample FOLDER OWNER

It was learnt once and comes along: to learn it takes seconds of set-up, and minutes where an appliance is
built for another processor. :mod:`workshop.teach.sample_log` tells how it was made.
"""

from __future__ import annotations

import os
import shutil
import sys
import zipfile
from importlib import resources
from pathlib import Path

from workshop.core.files import locked


def lay_down(folder: Path, owner: str) -> None:
    """Unpack the log beside ``folder`` and rename it into place, for ``owner``.

    Run by root, the folder and the one above it become the owner's, whose lessons log there too.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    # Of a set-up that was killed this may still be at work.
    with locked(folder.parent):
        beside = folder.with_name(folder.name + ".new")
        shutil.rmtree(beside, ignore_errors=True)
        shipped = resources.files("workshop.teach") / "shipped/sample-log.zip"
        with shipped.open("rb") as file, zipfile.ZipFile(file) as archive:
            archive.extractall(beside)
        if os.geteuid() == 0:
            for path in (folder.parent, beside, *beside.rglob("*")):
                shutil.chown(path, owner)
        shutil.rmtree(folder, ignore_errors=True)
        beside.rename(folder)


if __name__ == "__main__":
    lay_down(Path(sys.argv[1]), sys.argv[2])
