"""The way from a kernel to its notebook, on which the server says why a kernel died.

Jupyter's pages only say that a kernel "appears to have died". Here the reason comes as output of the
cell that was running; where none was (the largest kernel goes, not the one that asked for more), of
the next cell that is run. And what a page sends meanwhile waits until the page can hear the new kernel:
Jupyter would send it at once, and a cell whose end the page then misses is shown as running for ever. So it
is for a page that is opened meanwhile, or while a cell runs.

Pages are not told that kernels have subshells, in which they would let widgets speak. There they would speak
beside the cell that runs, for which a compiled Theano function is not made; and after a restart JupyterLab
4.6 ends the new kernel's subshell together with the old kernel's widgets, and no widget is heard any more.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
from typing import Any

from jupyter_client.session import DELIM
from jupyter_server.services.kernels.connection.base import deserialize_msg_from_ws_v1
from jupyter_server.services.kernels.connection.channels import ZMQChannelsWebsocketConnection

Header = dict[str, Any]
RUN = "execute_request"
INFO = "kernel_info_reply"
SUBSHELLS = "kernel subshells"
ASK_EVERY_SECONDS = 0.5


class TellingChannels(ZMQChannelsWebsocketConnection):
    """The connection of one page with one kernel."""

    def __init__(self, **kwargs: Any) -> None:
        """Start with no cell that runs."""
        super().__init__(**kwargs)
        self._asked: dict[str, Header] = {}
        """The page's requests to run cells that have not ended, by their identities, oldest first."""
        self._running: Header | None = None
        self._held: list[Any] = []
        """What the page sent since its kernel died, or since it opened at one at work, oldest first."""
        self._call: UntilHeard | None = None
        """While the new kernel is not heard yet."""
        self._waiting: asyncio.Task[None] | None = None

    def handle_incoming_message(self, incoming_msg: Any) -> None:
        """Pass a message on to the kernel, once it is heard; see from it which cells are to run."""
        if self._call is not None:
            self._held.append(incoming_msg)
            return
        super().handle_incoming_message(incoming_msg)
        header = _run_request(incoming_msg)
        if header is not None:
            self._asked[header["msg_id"]] = header

    def handle_outgoing_message(self, stream: Any, outgoing_msg: list[Any]) -> None:
        """Pass a message on to the page; see from it which cell runs."""
        is_heard = getattr(stream, "channel", stream) == "iopub"
        super().handle_outgoing_message(stream, outgoing_msg if is_heard else self._plain(outgoing_msg))
        if is_heard:
            self._follow(outgoing_msg)

    def _plain(self, message: list[Any]) -> list[Any]:
        """Return a message in which a kernel that says what it can does not speak of subshells."""
        identities, parts = self.session.feed_identities(message)
        if self.session.unpack(parts[1])["msg_type"] != INFO:
            return message
        content = self.session.unpack(parts[4])
        if SUBSHELLS not in content.get("supported_features", []):
            return message
        content["supported_features"].remove(SUBSHELLS)
        signed = [*parts[1:4], self.session.pack(content)]
        return [*identities, DELIM, self.session.sign(signed), *signed, *parts[5:]]

    def nudge(self) -> asyncio.Future[None]:
        """Wait until the kernel is heard; Jupyter does not for one that is at work, or was when it died."""
        if getattr(self.kernel_manager, "execution_state", None) == "busy":
            self._hold_until_heard()
        connected: asyncio.Future[None] = super().nudge()
        return connected

    def on_kernel_restarted(self) -> None:
        """Tell the page that its kernel died and is started anew, and why."""
        self._before_the_end()
        super().on_kernel_restarted()  # type: ignore[no-untyped-call]
        self._hold_until_heard()

    def on_restart_failed(self) -> None:
        """Tell the page that its kernel died for good, and why."""
        self._stop_waiting()
        self._pass_on()
        self._before_the_end()
        super().on_restart_failed()  # type: ignore[no-untyped-call]

    # Jupyter's own class declares this as a coroutine above and defines it as none.
    def disconnect(self) -> None:  # type: ignore[override]
        """Forget the page, and what it sent to a kernel that it never heard."""
        self._stop_waiting()
        super().disconnect()  # type: ignore[no-untyped-call]

    def _hold_until_heard(self) -> None:
        if self._call is None:
            self._call = UntilHeard(self.kernel_manager, self.session)
            self._waiting = asyncio.ensure_future(self._wait_for(self._call))

    def _stop_waiting(self) -> None:
        if self._waiting is not None:
            self._waiting.cancel()

    async def _wait_for(self, call: UntilHeard) -> None:
        if not await call.until_heard(self.kernel_info_timeout):
            self.log.warning("kernel %s is not heard; what its page sent is passed on", self.kernel_id)
        self._pass_on()

    def _pass_on(self) -> None:
        """Send what was held."""
        self._call = None
        held, self._held = self._held, []
        for message in held:
            self.handle_incoming_message(message)

    def _follow(self, message: list[Any]) -> None:
        """Note which cell runs, from the kernel's words "busy" and "idle"."""
        _, (_, header, parent, _, content, *_) = self.session.feed_identities(message)
        if self.session.unpack(header)["msg_type"] != "status":
            return
        identity = self.session.unpack(parent).get("msg_id", "")
        if self._call is not None:
            self._call.hear(identity)
        request = self._asked.get(identity)
        if request is None:
            return
        if self.session.unpack(content)["execution_state"] == "busy":
            self._running = request
            self._tell(request)
        else:
            del self._asked[request["msg_id"]]
            self._running = None

    def _before_the_end(self) -> None:
        iopub = self.channels.get("iopub")
        if iopub is not None and not iopub.closed():
            iopub.flush()  # what the kernel said before it died comes first
        # A kernel may die before it can say which cell runs: it is the one that was asked for first.
        cell = self._running or next(iter(self._asked.values()), None)
        if cell is not None:
            self._tell(cell)
        self._running = None
        self._asked.clear()

    def _tell(self, cell: Header) -> None:
        """Write under the cell why a kernel died, if one did and nobody has been told."""
        # A kernel that names a provisioner of its own has no last words.
        take = getattr(self.kernel_manager.provisioner, "take_last_words", lambda: None)
        if said := take():
            self.write_stderr(said, cell)  # type: ignore[no-untyped-call]


class UntilHeard:
    """Requests for a kernel's information, repeated until an answer comes by the way of outputs.

    A kernel's outputs go to those who have subscribed; whoever connects too late misses what came before
    (ZeroMQ guide, chapter 5, "the late joiner"). The answers to the requests themselves go to sockets of our
    own and are dropped.
    """

    def __init__(self, manager: Any, session: Any) -> None:
        """Prepare to ask the kernel of a kernel manager in the name of a page's session."""
        self._session = session
        self._sockets = [manager.connect_shell(), manager.connect_control()]
        self._asked: set[str] = set()
        self._heard = asyncio.Event()

    def hear(self, request: str) -> None:
        """Learn that the kernel spoke, on the way of outputs, of a request."""
        if request in self._asked:
            self._heard.set()

    async def until_heard(self, seconds: float) -> bool:
        """Ask again and again, at most for so long; return whether the kernel was heard."""
        try:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(seconds):
                    while not self._heard.is_set():
                        self._ask()
                        await self._heard_soon()
        finally:
            for socket in self._sockets:
                socket.close()
        return self._heard.is_set()

    def _ask(self) -> None:
        for socket in self._sockets:
            request = self._session.send(socket, "kernel_info_request")
            self._asked.add(request["header"]["msg_id"])

    async def _heard_soon(self) -> None:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._heard.wait(), ASK_EVERY_SECONDS)


def _run_request(message: str | bytes) -> Header | None:
    """Return the header of what a page sent if it asks for a cell to be run.

    Text is Jupyter's older protocol, whose binary form never carries such a request.
    """
    if isinstance(message, str):
        header = json.loads(message)["header"] if RUN in message else None
    elif RUN.encode() in message:
        header = _header_v1(message)
    else:
        return None
    return header if header and header["msg_type"] == RUN else None


def _header_v1(message: bytes) -> Header | None:
    try:
        _, parts = deserialize_msg_from_ws_v1(message)  # type: ignore[no-untyped-call]
        return dict(json.loads(parts[0]))
    except (ValueError, IndexError):  # the older protocol's binary form
        return None
