"""TensorBoard in a lesson: where its logs go, and how to look at them from the notebook.

The workshop's TensorBoard runs beside Jupyter and shows every run below ``<prefix>/tensorboard``.
"""

from __future__ import annotations

import functools
import html
import itertools
import os
import socket
import tempfile
from pathlib import Path

from workshop.core.settings import Settings, load_settings

ON_DEMAND = "WORKSHOP_TENSORBOARD_ADDRESS"
"""In the environment of a classroom's kernels: the path of a TensorBoard that starts when it is asked."""
TABS = ("timeseries", "scalars", "images", "graphs", "distributions", "histograms", "projector")


def new_run(name: str) -> Path:
    """Make an empty folder for a run, ``NAME-1`` the first time, ``NAME-2`` the next; return it.

    A slash in ``name`` groups runs. The folder lies where the workshop's TensorBoard looks, or, on a
    machine without one and when nobody watches, in a temporary folder.
    """
    for number in itertools.count(1):
        run = logs() / f"{name}-{number}"
        try:
            run.mkdir(parents=True)
        except FileExistsError:
            continue
        return run
    raise AssertionError("there is always a next number")


def logs() -> Path:
    """Return the folder that holds all runs."""
    prefix = load_settings().prefix
    watched = prefix / "tensorboard" if prefix else None
    if own := os.environ.get("WORKSHOP_TENSORBOARD_LOGS"):  # a classroom's seat has its own
        watched = Path(own)
    if watched and not os.environ.get("LESSONKIT_HEADLESS") and os.access(watched, os.W_OK):
        return watched
    return _temporary()


@functools.cache
def _temporary() -> Path:
    """Return one folder for this process."""
    return Path(tempfile.mkdtemp(prefix="workshop-tensorboard-"))


def address(tab: str = "scalars", runs: str = "") -> str:
    """Return the address of a tab (one of ``TABS``) with the runs whose names contain ``runs`` (a pattern).

    It is the address for a browser on this machine, or on the host of this virtual machine.
    """
    if tab not in TABS:
        raise ValueError(f"TensorBoard has no tab {tab!r}; it has {', '.join(TABS)}")
    if own := os.environ.get(ON_DEMAND):
        return own + _place(tab, runs)
    return f"http://127.0.0.1:{load_settings().tensorboard_port}/{_place(tab, runs)}"


def _place(tab: str, runs: str) -> str:
    """Return what follows the port: newer tabs read the query, older ones what is behind the hash."""
    return f"?runFilter={runs}#{tab}&regexInput={runs}" if runs else f"#{tab}"


class Frame:
    """TensorBoard inside the notebook, with a link to it; a line of text where there is no browser."""

    def __init__(self, tab: str, runs: str, height: int) -> None:
        """Show ``tab`` with the runs that match ``runs``, ``height`` pixels high."""
        self.address = address(tab, runs)
        self.height = height

    def __repr__(self) -> str:
        """Return the line of text."""
        return f"TensorBoard: {self.address}"

    def _repr_html_(self) -> str:
        # The notebook may be open on another machine than the kernel's: then its host name counts.
        there = html.escape(self.address)
        return f"""<div>
<p><a href="{there}" target="_blank" rel="noopener">Open TensorBoard in a tab of its own</a></p>
<iframe src="about:blank" data-src="{there}" style="width:100%;height:{self.height}px;border:1px solid #ccc"
></iframe>
<script>
(() => {{
  const host = location.hostname || "127.0.0.1";
  for (const box of document.querySelectorAll("iframe[data-src]")) {{
    const there = new URL(box.dataset.src, location.href);
    there.hostname = host;
    box.previousElementSibling.firstElementChild.href = box.src = there.href;
    box.removeAttribute("data-src");
  }}
}})();
</script></div>"""


def show(tab: str = "scalars", runs: str = "", height: int = 620) -> Frame | None:
    """Show a tab of the running TensorBoard below the cell; say what to do when none is running."""
    settings = load_settings()
    if ON_DEMAND in os.environ or answers(settings):
        return Frame(tab, runs, height)
    print(f"No TensorBoard answers on port {settings.tensorboard_port}. {_how_to_start(settings)}")
    return None


def answers(settings: Settings) -> bool:
    """Tell whether something listens on TensorBoard's port of this machine."""
    everywhere = settings.bind_address in ("", "*", "0.0.0.0", "::")
    host = "127.0.0.1" if everywhere else settings.bind_address
    try:
        with socket.create_connection((host, settings.tensorboard_port), timeout=1):
            return True
    except OSError:
        return False


def _how_to_start(settings: Settings) -> str:
    if settings.prefix and (services := settings.prefix / "bin" / "services").exists():
        return f"Start it with: {services} start"
    return f"Start one with: tensorboard --logdir {logs()}"
