"""``python -m organiser.hub.board --socket FILE --parent PID --logdir …``: a seat's TensorBoard, on a socket.

On a TCP port every other seat could read it; a file in the seat's own folder nobody else can reach. All other
options are TensorBoard's.
"""

from __future__ import annotations

import argparse
import contextlib
import ctypes
import os
import signal
import sys
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

from absl import app
from tensorboard import default, main_lib, program
from tensorboard.plugins import base_plugin
from werkzeug.serving import WSGIRequestHandler, make_server

NAME = "tensorboard"
_PR_SET_PDEATHSIG = 1  # linux/prctl.h
SCORE = 400
"""From -1000 to 1000: when memory runs out, a kernel (800) goes first, and the seat's server (0) last."""
WsgiApp = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


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


def end_with(parent: int) -> None:
    """End when the seat's server does, however that ends: nobody else would end this."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, int(signal.SIGTERM), 0, 0, 0)
    if os.getppid() != parent:  # it ended before that
        sys.exit()


def main() -> None:
    """Serve until the process is ended; a wrong option ends in one line."""
    with contextlib.suppress(OSError):
        Path("/proc/self/comm").write_text(NAME, encoding="ascii")
        Path("/proc/self/oom_score_adj").write_text(str(SCORE), encoding="ascii")
    file, parent, rest = split(sys.argv[1:])
    end_with(parent)
    sys.argv = [NAME, *rest]
    main_lib.global_init()
    board = program.TensorBoard(plugins=default.get_plugins(), server_class=make_server_class(file))
    try:
        app.run(board.main, flags_parser=board.configure)
    except base_plugin.FlagsError as error:
        sys.exit(f"tensorboard: {error}")


if __name__ == "__main__":
    main()
