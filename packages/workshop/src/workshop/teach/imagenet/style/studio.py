"""A studio: it paints continuously, and goes on from the current image when a slider moves."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from typing import Any

import ipywidgets
import numpy as np
from PIL import Image

from workshop.teach.imagenet.preprocessing import png
from workshop.teach.imagenet.style.losses import Losses
from workshop.teach.imagenet.style.painting import minimise, pixels_of

SECONDS_BETWEEN_PICTURES = 1.0


class Studio:
    """Sliders for the weights, a choice of paintings, and the picture that is being painted.

    A thread minimises the loss. Moving a slider stops L-BFGS, sets the weights and starts it anew from
    the picture as it is: its memory of other weights would mislead it. The studio aims and weighs for itself:
    what cells do with the ``losses`` that it was given does not disturb it, nor it them.
    """

    def __init__(
        self,
        losses: Losses,
        photo: Image.Image,
        paintings: Mapping[str, Image.Image],
        *,
        side: int = 192,
        steps: int = 150,
        style: float = 200.0,
        content: int = 1,
        rough: float = 30.0,
    ) -> None:
        """Set up; ``steps`` is how many it paints until somebody moves a slider again."""
        self.losses, self.paintings, self.steps = losses.another(), paintings, steps
        self.photo = pixels_of(photo, side)
        self.side = side
        self.pixels = self.photo
        self.pictures = 0
        """How many pictures it has shown."""
        self._changed, self._ended, self._idle = threading.Event(), threading.Event(), threading.Event()
        self._guard = threading.Lock()
        self._idle.set()
        self._thread: threading.Thread | None = None
        self._shown = 0.0
        self._build(style, content, rough)

    def _build(self, style: float, content: int, rough: float) -> None:
        """Make the widgets."""
        layers = [(f"{number + 1} of {len(self.losses.choice.content)}", number)
                  for number in range(len(self.losses.choice.content))]  # fmt: skip
        wide = {"style": {"description_width": "9em"}, "layout": ipywidgets.Layout(width="24em")}
        self.style = ipywidgets.FloatLogSlider(
            value=style,
            base=10,
            min=0,
            max=4,
            step=0.25,
            description="style weight",
            continuous_update=False,
            **wide,
        )
        self.content = ipywidgets.SelectionSlider(
            options=layers, value=content, description="content layer", continuous_update=False, **wide
        )
        self.rough = ipywidgets.FloatSlider(
            value=rough, min=0, max=100, description="smoothness", continuous_update=False, **wide
        )
        self.painting = ipywidgets.Dropdown(options=list(self.paintings), description="painting", **wide)
        self.anew = ipywidgets.Button(description="Start again", icon="refresh")
        self.halt = ipywidgets.Button(description="Stop", icon="stop")
        self.picture = ipywidgets.Image(value=png(self.pixels), format="png")
        self.line = ipywidgets.Label("")
        for slider in (self.style, self.content, self.rough, self.painting):
            slider.observe(lambda _: self.go_on(), names="value")
        self.anew.on_click(lambda _: self.begin_anew())
        self.halt.on_click(lambda _: self.stop())
        controls = [self.style, self.content, self.rough, self.painting]
        buttons = ipywidgets.HBox([self.anew, self.halt])
        self.widget = ipywidgets.HBox([self.picture, ipywidgets.VBox([*controls, buttons, self.line])])

    def go_on(self) -> None:
        """Paint with what the sliders say now, from the picture as it is."""
        with self._guard:
            self._ended.clear()
            self._idle.clear()
            self._changed.set()
        if self._thread is None:
            self._thread = threading.Thread(target=self._work, name="studio", daemon=True)
            self._thread.start()

    def begin_anew(self) -> None:
        """Paint from the photograph again."""
        self.stop()
        self.pixels = self.photo
        self.go_on()

    def take(self, photo: Image.Image) -> None:
        """Paint another photograph, from its beginning."""
        self.stop()
        self.photo = pixels_of(photo, self.side)
        self.begin_anew()

    def stop(self) -> None:
        """Stop painting; the picture stays."""
        self._ended.set()
        self._idle.wait()

    def wait(self, seconds: float | None = None) -> bool:
        """Wait until it is done, at most ``seconds``; say whether it is."""
        return self._idle.wait(seconds)

    def still(self) -> Image.Image:
        """Return the picture as it is."""
        return Image.fromarray(np.rint(self.pixels.transpose(1, 2, 0)).clip(0, 255).astype(np.uint8))

    def _work(self) -> None:
        """Paint whenever something was changed, for as long as the kernel lives."""
        while self._changed.wait():
            self._changed.clear()
            try:
                self._paint()
            except Exception as error:  # a thread's traceback would go where nobody looks
                self.line.value = f"stopped by an error: {error}"
            with self._guard:
                if not self._changed.is_set():
                    self._idle.set()

    def _paint(self) -> None:
        self.losses.weigh(style=self.style.value, content=self.content.value, rough=self.rough.value)
        self.losses.aim(self.photo, pixels_of(self.paintings[self.painting.value], self.side))
        self.pixels, _ = minimise(self.losses, self.pixels, self.steps, self._show, self._interrupted)
        self._draw("stopped" if self._ended.is_set() else "done: move a slider to go on")

    def _interrupted(self) -> bool:
        return self._changed.is_set() or self._ended.is_set()

    def _show(self, pixels: Any, loss: float, share: float) -> None:
        self.pixels = pixels
        if time.monotonic() - self._shown >= SECONDS_BETWEEN_PICTURES:
            self._draw(f"{share:.0%} · loss {loss:.3g}")

    def _draw(self, text: str) -> None:
        self._shown = time.monotonic()
        self.pictures += 1
        self.picture.value = png(self.pixels)
        self.line.value = text
