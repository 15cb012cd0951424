"""From a photograph to a painting: L-BFGS on the pixels, step by step, at growing sizes."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
from PIL import Image
from scipy.optimize import fmin_l_bfgs_b

from workshop.teach.imagenet.style.losses import Losses

Array = npt.NDArray[np.float32]
Watch = Callable[[Array, float, float], None]
"""Called after each step with the pixels, the loss and the share (0 to 1) that is done."""

SCALE = 1e4
"""L-BFGS stops when steps gain little; losses of about one would look to it as if they gained nothing."""
MEMORY = 8
"""How many past steps L-BFGS judges the curvature by."""


class StoppedError(Exception):
    """Somebody wants to have it stopped."""


def pixels_of(picture: Image.Image, side: int) -> Array:
    """Return a picture as float32 (3, rows, columns), 0 to 255, its longer side ``side`` pixels.

    Rows and columns are multiples of 16, so that halving them again and again comes out even.
    """
    factor = side / max(picture.size)
    width, height = (max(16, round(length * factor / 16) * 16) for length in picture.size)
    small = picture.convert("RGB").resize((width, height), Image.Resampling.LANCZOS)
    return np.ascontiguousarray(np.asarray(small, dtype=np.float32).transpose(2, 0, 1))


def picture_of(pixels: Array) -> Image.Image:
    """Return float32 (3, rows, columns), 0 to 255, as a picture."""
    return Image.fromarray(np.rint(pixels.transpose(1, 2, 0)).clip(0, 255).astype(np.uint8))


@dataclass
class History:
    """What happened while a picture was painted at one size."""

    size: tuple[int, int] = (0, 0)
    """Rows and columns."""
    losses: list[float] = field(default_factory=list)
    """The loss at the start and after each step."""
    seconds: float = 0.0
    cpu_seconds: float = 0.0
    stopped: bool = False
    """Whether somebody ended it early."""

    @property
    def share_left(self) -> float:
        """The last loss as a share of the first."""
        return self.losses[-1] / self.losses[0]


def minimise(
    losses: Losses,
    start: Array,
    steps: int,
    watch: Watch | None = None,
    stop: Callable[[], bool] | None = None,
) -> tuple[Array, History]:
    """Change the pixels ``start`` for ``steps`` steps of L-BFGS-B so that the loss falls.

    Each pixel stays between 0 and 255 (Byrd and others 1995, https://doi.org/10.1137/0916069). ``stop``
    is asked after each step; interrupting the kernel ends it early too. Returns float32 of the same shape.
    """
    shape, history = start.shape, History(start.shape[1:])
    clock, work = time.perf_counter(), time.process_time()
    best = start.ravel().astype(np.float64)
    last = [0.0]

    def objective(x: npt.NDArray[np.float64]) -> tuple[float, npt.NDArray[np.float64]]:
        loss, gradient = losses(x.reshape(shape).astype(np.float32))
        last[0] = loss
        if not history.losses:
            history.losses.append(loss)
        return SCALE * loss, SCALE * gradient.ravel().astype(np.float64)

    def after(x: npt.NDArray[np.float64]) -> None:
        best[:] = x
        history.losses.append(last[0])
        if watch:
            watch(x.reshape(shape).astype(np.float32), last[0], min(1.0, (len(history.losses) - 1) / steps))
        if stop and stop():
            raise StoppedError

    try:
        x, _, _ = fmin_l_bfgs_b(
            objective, best.copy(), bounds=[(0, 255)] * best.size, m=MEMORY, maxiter=steps, maxfun=2 * steps,
            factr=10, pgtol=0, callback=after,
        )  # fmt: skip
        best[:] = x
    except (StoppedError, KeyboardInterrupt):
        history.stopped = True
    history.seconds, history.cpu_seconds = time.perf_counter() - clock, time.process_time() - work
    return best.reshape(shape).astype(np.float32), history


def paint(
    losses: Losses,
    photo: Image.Image,
    painting: Image.Image,
    *,
    sides: Sequence[int] = (256,),
    steps: Sequence[int] = (120,),
    start: str = "photo",
    style_side: float = 1.0,
    seed: int = 1,
    watch: Watch | None = None,
    stop: Callable[[], bool] | None = None,
) -> tuple[Image.Image, list[History]]:
    """Paint ``photo`` in the style of ``painting``; return the picture and what happened at each size.

    The longer side of the picture is ``sides[0]`` first; each larger size goes on from the smaller one's
    result, which makes larger strokes. ``steps`` says how many steps each gets. The painting is made
    ``style_side`` times as large as the picture. ``start`` is "photo" or "noise". The weights are those
    that ``losses.weigh`` set. Ended early, by ``stop`` or by interrupting the kernel, it returns what is
    painted by then: no larger size begins.
    """
    pixels = pixels_of(photo, sides[0])
    if start == "noise":
        noise = np.random.default_rng(seed).normal(127, 40, pixels.shape)
        pixels = noise.clip(0, 255).astype(np.float32)
    histories: list[History] = []
    done, total = 0, sum(steps)
    for side, count in zip(sides, steps, strict=True):
        target = pixels_of(photo, side)
        if histories:
            pixels = _resized(pixels, target.shape[1], target.shape[2])
        losses.aim(target, pixels_of(painting, round(style_side * side)))
        base = done

        def seen(now: Array, loss: float, share: float, base: int = base, count: int = count) -> None:
            if watch:
                watch(now, loss, (base + share * count) / total)

        pixels, history = minimise(losses, pixels, count, seen, stop)
        histories.append(history)
        done += count
        if history.stopped:
            break
    return picture_of(pixels), histories


def _resized(pixels: Array, rows: int, columns: int) -> Array:
    larger = picture_of(pixels).resize((columns, rows), Image.Resampling.BICUBIC)
    return np.ascontiguousarray(np.asarray(larger, dtype=np.float32).transpose(2, 0, 1))
