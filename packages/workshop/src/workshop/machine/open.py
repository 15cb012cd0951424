"""``workshop open``: Jupyter in the browser, logged in.

The link holds a ticket that counts once (``jupyter.tickets``). It is given to the browser in a file that only
this account can read, because other accounts can read the arguments of a program; Jupyter does so as well.
"""

from __future__ import annotations

import contextlib
import os
import sys
import time
import webbrowser
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

import typer

from workshop.core import ports
from workshop.core.errors import WorkshopError
from workshop.core.files import write_whole
from workshop.core.output import print_json
from workshop.core.settings import Settings, load_settings
from workshop.machine.services import wait_for_jupyter
from workshop.machine.where import Kind, find_place

app = typer.Typer()

FILE = "open.html"
LOOK_SECONDS = 0.5
"""Between two looks whether Jupyter runs."""
PAGE = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="referrer" content="no-referrer">
<meta http-equiv="refresh" content="0; url={link}">
<title>Jupyter</title>
<p><a href="{link}">Open Jupyter</a></p>
</html>
"""


@app.command("open", epilog="Example: workshop open --link")
def open_jupyter(
    link: Annotated[
        bool, typer.Option("--link", help="Print a link for another browser; do not open one.")
    ] = False,
    wait: Annotated[
        float,
        typer.Option("--wait", min=0, metavar="SECONDS", help="Wait up to SECONDS for Jupyter to start."),
    ] = 0.0,
    json: Annotated[
        bool, typer.Option("--json", help="Print the link as JSON; do not open a browser.")
    ] = False,
) -> None:
    """Open Jupyter in the browser, logged in; without a desktop, print a link.

    The link works once, within ten minutes.
    """
    settings = load_settings()
    address = make_link(settings, wait)
    if json:
        print_json({"link": address})
        return
    if not link and has_desktop() and webbrowser.open(write_page(address).as_uri()):
        print("Jupyter opens in your browser. If it does not, run: workshop open --link")
        return
    print("Open this link in a browser within ten minutes; it works once:", file=sys.stderr)
    print(address)


def make_link(settings: Settings, wait: float = 0.0) -> str:
    """Return a link that logs one browser in to this machine's Jupyter.

    wait: so many seconds are left to Jupyter to start.

    Raises WorkshopError where Jupyter does not run, or is not this account's.
    """
    until = time.monotonic() + wait
    while (jupyter := wait_for_jupyter(settings)) is None and time.monotonic() < until:
        time.sleep(LOOK_SECONDS)
    if jupyter is None:
        raise WorkshopError("your Jupyter is not running; 'workshop doctor' shows why")
    try:
        ticket = ports.ask_json(jupyter, "POST", "workshop/api/tickets")["ticket"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise WorkshopError(
            f"Jupyter refused a log-in link: {error}; 'workshop doctor' shows more"
        ) from error
    parts = urlsplit(jupyter.url)
    # Elsewhere people are told localhost, and a browser keeps what it knows apart for each name.
    is_elsewhere = parts.hostname == "127.0.0.1" and find_place().kind is not Kind.COMPUTER
    return f"http://{f'localhost:{parts.port}' if is_elsewhere else parts.netloc}/login#{ticket}"


def has_desktop() -> bool:
    """Tell whether a browser with windows can be started from here; under WSL the browser is Windows'."""
    if find_place().kind is Kind.WSL:
        return False
    return sys.platform == "darwin" or any(os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY"))


def write_page(link: str) -> Path:
    """Write the page that leads to the link, in a folder that only this account can enter; return it."""
    runtime = os.environ.get("XDG_RUNTIME_DIR")
    state = os.environ.get("XDG_STATE_HOME") or Path.home() / ".local/state"
    folder = Path(runtime or state) / "deep-learning-workshop"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if folder.is_symlink() or folder.stat().st_uid != os.geteuid():
        raise WorkshopError(f"{folder} belongs to another account, too; remove it")
    with contextlib.suppress(PermissionError):
        folder.chmod(0o700)
    write_whole(folder / FILE, PAGE.format(link=link), 0o600)
    return folder / FILE
