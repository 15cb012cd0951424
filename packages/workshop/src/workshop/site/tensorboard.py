"""``python -m workshop.site.tensorboard --logdir …``: TensorBoard that answers those whom it is for.

TensorBoard itself answers every account of the machine (see ``gate``), and whatever Host header comes, so
that a foreign web page could read what is on its port (see ``hosts``). All options are TensorBoard's own, but
for ``--allow-host NAME``.
"""

from __future__ import annotations

import argparse
import atexit
import contextlib
import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

from absl import app
from tensorboard import default, main_lib, program
from tensorboard.plugins import base_plugin

from workshop.core.errors import WorkshopError
from workshop.core.hosts import HostCheck
from workshop.core.ports import hold_localhost
from workshop.core.servers import read_token
from workshop.core.settings import Settings, load_settings
from workshop.site.gate import WsgiApp, closed_to_strangers

NAME = "tensorboard"
"""The memory killer spares processes of this name, and ends those called python first."""


def guarded(wsgi_app: WsgiApp, check: HostCheck) -> WsgiApp:
    """Return the same application (PEP 3333) behind a check of the Host header; a foreign one gets 403."""

    def answer(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        if check.allows(environ.get("HTTP_HOST", "")):
            return wsgi_app(environ, start_response)
        start_response("403 Forbidden", [("Content-Type", "text/plain; charset=utf-8")])
        return [b"403 Unknown host name\n"]

    return answer


def make_server_class(names: Sequence[str]) -> type:
    """Return TensorBoard's own server behind the check; ``names`` are allowed besides the machine's."""

    class GuardedServer(program.WerkzeugServer):  # type: ignore[misc]
        """Built by TensorBoard once its options are known."""

        def __init__(self, wsgi_app: WsgiApp, flags: Any) -> None:
            """Listen where the options say."""
            address = "0.0.0.0" if flags.bind_all else flags.host or "localhost"
            prefix = load_settings().prefix
            inside = closed_to_strangers(wsgi_app, lambda: read_token(prefix))
            super().__init__(guarded(inside, HostCheck(address, names)), flags)
            try:
                self.held = hold_localhost(address, flags.port)
            except WorkshopError as error:
                raise program.TensorBoardServerException(str(error)) from error

    return GuardedServer


def split(words: Sequence[str]) -> tuple[list[str], list[str]]:
    """Return the names that ``--allow-host`` gives, and the words that are TensorBoard's."""
    parser = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
    parser.add_argument("--allow-host", action="append", default=[])
    known, rest = parser.parse_known_args(words)
    return known.allow_host, rest


def own_folder(settings: Settings) -> Path:
    """Return a folder for TensorBoard's temporary files that only this account can enter.

    TensorBoard writes what it runs with to a name that is known beforehand, below the temporary folder: in
    one that all accounts share, another account's link there would lead the writing anywhere.
    """
    if settings.prefix is not None:
        folder = settings.prefix / "run" / NAME
        with contextlib.suppress(OSError):
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            if not folder.is_symlink() and folder.stat().st_uid == os.geteuid():
                folder.chmod(0o700)
                return folder
    folder = Path(tempfile.mkdtemp(prefix="workshop-tensorboard-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


def run(words: Sequence[str], server_class: type) -> None:
    """Run TensorBoard, with its own options, until the process is ended; a wrong option ends in one line."""
    with contextlib.suppress(OSError):
        Path("/proc/self/comm").write_text(NAME, encoding="ascii")
    sys.argv = [NAME, *words]
    main_lib.global_init()
    tensorboard = program.TensorBoard(plugins=default.get_plugins(), server_class=server_class)
    try:
        app.run(tensorboard.main, flags_parser=tensorboard.configure)
    except base_plugin.FlagsError as error:
        sys.exit(f"tensorboard: {error}")


def main() -> None:
    """Serve the machine's TensorBoard."""
    tempfile.tempdir = os.environ["TMPDIR"] = str(own_folder(load_settings()))
    names, rest = split(sys.argv[1:])
    run(rest, make_server_class(names))


if __name__ == "__main__":
    main()
