"""How much anybody may send to the hub before it is known who they are.

Tornado reads a request's body whole before a handler sees it, by default up to 100 MB for each connection.
People and seats send the hub a few kilobytes. JupyterHub has no setting for its server, so tornado's own
default is set.
"""

from __future__ import annotations

from tornado.httpserver import HTTPServer

MOST_BODY_BYTES = 256 * 1024
MOST_BUFFERED_BYTES = 1024 * 1024


def limit_bodies() -> None:
    """Let every server that this process makes refuse larger bodies, before it reads them."""
    HTTPServer.configure(None, max_body_size=MOST_BODY_BYTES, max_buffer_size=MOST_BUFFERED_BYTES)
