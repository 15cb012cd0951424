"""Why a kernel died is told where the participant looks: under a cell, once."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

import pytest

from .serving import Jupyter, jupyter, of, state

KILL = "import os, signal; os.kill(os.getpid(), signal.SIGKILL)"
TOLD = "was ended from outside"
# A page that hears what a new kernel publishes only seconds after the kernel has begun to answer.
LATE = """
import zmq
from workshop.jupyter.channels import TellingChannels


class LateChannels(TellingChannels):
    def create_stream(self):
        super().create_stream()
        socket = self.channels["iopub"].socket
        address = socket.getsockopt(zmq.LAST_ENDPOINT)
        socket.disconnect(address)
        socket.setsockopt(zmq.RECONNECT_IVL, 8000)
        socket.connect(address)


c.ServerApp.kernel_websocket_connection_class = LateChannels
"""


def test_the_cell_that_ran_says_why_its_kernel_died(server: Jupyter, kernel: str) -> None:
    with server.page(kernel) as page:
        page.run("x = 1")
        waiting = [
            page.send(code)
            for code in ("print('before')", f"import time; time.sleep(1); {KILL}", "print('after')")
        ]
        page.hear_until(lambda message: state(message) == "restarting")
        before, died, after = (page.under(request) for request in waiting)
        assert before == "before\n"
        assert died.count(TOLD) == 1
        assert "run the cells again from the top" in died
        assert after == ""
        assert page.run("print('x' in globals())") == "False\n"


def test_a_kernel_that_died_idle_says_so_under_the_next_cell(server: Jupyter, kernel: str) -> None:
    with server.page(kernel) as page:
        process = int(page.run("import os; print(os.getpid())"))
        os.kill(process, signal.SIGTERM)
        page.hear_until(lambda message: state(message) == "restarting")
    # The participant comes back later, with a page that was loaded anew.
    with server.page(kernel) as page:
        first = page.run("print('here')")
        assert TOLD in first
        assert "here" in first
        assert page.run("print('here')") == "here\n"


def test_a_sudden_end_is_told_under_the_cell_and_in_no_other_page(server: Jupyter, kernel: str) -> None:
    with server.page(kernel) as mine, server.page(kernel) as other:
        mine.run("1")
        other.run("1")
        died = mine.send(KILL)
        mine.hear_until(lambda message: state(message) == "restarting")
        assert TOLD in mine.under(died)
        other.hear_until(lambda message: state(message) == "restarting")
        assert not [message for message in other.heard if message["msg_type"] == "stream"]


def test_a_kernel_that_ends_as_it_was_told_says_nothing(server: Jupyter, kernel: str) -> None:
    for action in ("restart", "interrupt"):
        server.ask("POST", f"kernels/{kernel}/{action}")
    with server.page(kernel) as page:
        assert page.run("print('here')") == "here\n"
        page.send("import os; os._exit(0)")
        page.hear_until(lambda message: state(message) == "restarting")
        time.sleep(1)
        assert page.run("print('here')") == "here\n"


def test_a_kernel_that_crashes_as_it_ends_when_told_to_says_nothing(server: Jupyter, kernel: str) -> None:
    crash = "import atexit, os, signal; atexit.register(os.kill, os.getpid(), signal.SIGSEGV)"
    with server.page(kernel) as page:
        page.run(crash)
    server.ask("POST", f"kernels/{kernel}/restart")
    with server.page(kernel) as page:
        assert page.run("print('here')") == "here\n"


def test_a_crash_is_told_apart(server: Jupyter, kernel: str) -> None:
    with server.page(kernel) as page:
        died = page.send("import os, signal; os.kill(os.getpid(), signal.SIGSEGV)")
        page.hear_until(lambda message: state(message) == "restarting")
        assert "crashed (Segmentation fault)" in page.under(died)


# It has a server of its own, and waits for a page that hears late.
@pytest.mark.slow
def test_what_is_run_while_a_kernel_starts_anew_is_answered_in_order(tmp_path: Path) -> None:
    (tmp_path / "notebooks").mkdir()
    with jupyter(tmp_path / "own", tmp_path / "notebooks", more=LATE) as server:
        kernel = server.start()
        with server.page(kernel) as page:
            page.run("1")
            page.send(KILL)
            page.hear_until(lambda message: state(message) == "restarting")
            with server.page(kernel) as opened:
                first, second = page.send("print('first')"), page.send("print('second')")
                assert opened.run("print('third')") == "third\n"
            page.hear_until(lambda message: of(message, second) and state(message) == "idle")
            assert page.under(first) == "first\n"
            assert page.under(second) == "second\n"


def test_a_page_may_be_closed_while_its_kernel_starts_anew(server: Jupyter, kernel: str) -> None:
    before = len(server.log.read_text())
    with server.page(kernel) as page:
        page.run("1")
        page.send(KILL)
        page.hear_until(lambda message: state(message) == "restarting")
        page.send("print('nobody reads this')")
    with server.page(kernel) as page:
        assert page.run("print('here')") == "here\n"
    assert "Traceback" not in server.log.read_text()[before:]


def test_no_page_is_told_of_subshells_in_which_widgets_would_not_be_heard(
    server: Jupyter, kernel: str
) -> None:
    with server.page(kernel) as page:
        asked = page.send("1")
        page.hear_until(lambda message: of(message, asked) and state(message) == "idle")
        request = page.ask("kernel_info_request")
        told = page.hear_until(lambda message: of(message, request) and message["msg_type"] != "status")
    assert told["msg_type"] == "kernel_info_reply"
    assert told["content"]["implementation"] == "ipython"
    assert "kernel subshells" not in told["content"]["supported_features"]
