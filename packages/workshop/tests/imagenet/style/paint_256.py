"""Paint the lesson's picture at 256 pixels in a process of its own, and say what it took.

    python paint_256.py STEPS STEPS

Takes so many steps at 128 pixels and at 256. Prints a JSON object: ``share_left`` (the loss as a share of the
photograph's), ``pixels``, ``seconds`` and ``cpu_seconds`` (after compiling), ``peak_rss_mb`` of the process.
"""

from __future__ import annotations

import json
import resource
import sys
import time

from workshop import imagenet
from workshop.imagenet.photos import photos
from workshop.imagenet.preprocessing import open_picture
from workshop.imagenet.style.losses import Losses
from workshop.imagenet.style.painting import paint, pixels_of
from workshop.imagenet.style.paintings import open_painting

SIDES = (128, 256)


def main() -> None:
    """Do what the command line says."""
    steps = [int(word) for word in sys.argv[1:]]
    terms = Losses(imagenet.open_network("efficientnet-lite0"))
    terms.weigh(style=200, content=1, rough=30)
    photo, started = open_picture(photos()["palace"]), time.perf_counter()
    result, histories = paint(terms, photo, open_painting("starry-night").picture, sides=SIDES, steps=steps)
    seconds = time.perf_counter() - started
    told = {
        "share_left": histories[-1].losses[-1] / terms(pixels_of(photo, SIDES[-1]))[0],
        "pixels": max(result.size),
        "seconds": round(seconds, 1),
        "cpu_seconds": round(sum(history.cpu_seconds for history in histories), 1),
        "peak_rss_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6),
    }
    print(json.dumps(told))


if __name__ == "__main__":
    main()
