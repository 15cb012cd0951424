"""``python -m organiser.hub.board --socket FILE --parent PID --logdir …``: a seat's TensorBoard, on a socket.

On a TCP port every other seat could read it; a file in the seat's own folder nobody else can reach. All other
options are TensorBoard's.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tensorboard import program
from werkzeug.serving import WSGIRequestHandler, make_server

from workshop.site.gate import WsgiApp
from workshop.site.tensorboard import run

SCORE = 400
"""From -1000 to 1000: when memory runs out, a kernel (800) goes first, and the seat's server (0) last."""


class Quiet(WSGIRequestHandler):
    """Answers, and does not write down each request."""

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Say nothing."""


def make_server_class(file: Path) -> type:
    """Return a server for TensorBoard that listens on a socket in this file."""

    class SocketServer(program.TensorBoardServer):  # type: ignore[misc]
        """Built by TensorBoard once its options are known."""

        def __init__(self, wsgi_app: WsgiApp, flags: Any) -> None:
            """Listen, for this account alone."""
            file.unlink(missing_ok=True)
            before = os.umask(0o077)
            try:
                self._server = make_server(
                    f"unix://{file}", 0, wsgi_app, threaded=True, request_handler=Quiet
                )
            finally:
                os.umask(before)

        def serve_forever(self) -> None:
            """Serve until the process is ended."""
            self._server.serve_forever()

        def get_url(self) -> str:
            """Return an address, which TensorBoard wants to write down; nobody can open it."""
            return "http://localhost:0/"

    return SocketServer


def split(words: Sequence[str]) -> tuple[Path, int, list[str]]:
    """Return the socket's file, the process that starts this one, and the words that are TensorBoard's."""
    parser = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
    parser.add_argument("--socket", type=Path, required=True)
    parser.add_argument("--parent", type=int, required=True)
    known, rest = parser.parse_known_args(words)
    return known.socket, known.parent, rest


def main() -> None:
    """Serve until the process is ended, as it is with the seat's server (``ownboard.command``)."""
    with contextlib.suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text(str(SCORE), encoding="ascii")
    file, parent, rest = split(sys.argv[1:])
    if os.getppid() != parent:  # it ended before this process was to end with it
        sys.exit()
    run(rest, make_server_class(file))


if __name__ == "__main__":
    main()
