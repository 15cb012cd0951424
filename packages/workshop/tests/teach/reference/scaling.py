"""What is recorded for the lesson *Smaller and faster*: loss against size and data.

Run it in the environment ``pytorch``, with one thread; it takes some six minutes of one core, writes each
run when it is done, and leaves out those that are there::

    OMP_NUM_THREADS=1 python packages/workshop/tests/teach/reference/scaling.py [RUNS]

RUNS: how many at most; all by default.
"""

from __future__ import annotations

import datetime
import itertools
import json
import sys
from typing import Any

import torch

from workshop.teach import recordings, scaling

SEEDS = (1, 2, 3)
FILE = recordings.FOLDER / "scaling.json"


def main(most: int) -> None:
    """Do the runs that are missing."""
    torch.set_num_threads(1)
    runs: dict[str, dict[str, Any]] = {}
    for seed in SEEDS:
        runs |= {f"size/{width}/{seed}": {"width": width, "seed": seed} for width in scaling.WIDTHS}
        runs |= {
            f"text/{count}/{seed}": {"width": 32, "seed": seed, "characters": count}
            for count in scaling.TEXTS
        }
    runs[f"size/{scaling.LARGER}/1"] = {"width": scaling.LARGER}
    pieces = recordings.read("scaling") if FILE.exists() else {}
    for name in itertools.islice((name for name in runs if name not in pieces), most):
        found = scaling.run(**runs[name])
        rounded = {"loss": round(found["loss"], 4), "cpu_seconds": round(found["cpu_seconds"], 1)}
        pieces[name] = found | rounded | {"day": datetime.date.today().isoformat()}
        FILE.write_text(json.dumps(pieces, indent=1) + "\n", encoding="utf-8")
        print(name, rounded, flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]) if sys.argv[1:] else sys.maxsize)
