"""How fast to learn in the course of a training."""

from __future__ import annotations

import numpy as np

from workshop.teach.batches import Schedule


def falling(peak: float, warm_up: float = 0.02, end: float = 0.01) -> Schedule:
    """Rise to ``peak`` within the share ``warm_up`` of all steps, then fall along a cosine to ``end`` of it.

    (Loshchilov and Hutter, 2017.)
    """

    def rate(step: int, steps: int) -> float:
        rising = warm_up * steps
        if step < rising:
            return peak * (step + 1) / (rising + 1)
        gone = (step - rising) / max(1.0, steps - 1 - rising)
        return float(peak * (end + (1 - end) * (1 + np.cos(np.pi * min(1.0, gone))) / 2))

    return rate
