"""Why a kernel died is told where the participant looks: under a cell, once."""

from __future__ import annotations

import os
import signal
import time

from .serving import Jupyter, state

KILL = "import os, signal; os.kill(os.getpid(), signal.SIGKILL)"
TOLD = "was ended from outside"


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
    for action in ("restart", "restart", "interrupt"):
        server.ask("POST", f"kernels/{kernel}/{action}")
    with server.page(kernel) as page:
        assert page.run("print('here')") == "here\n"
        page.send("import os; os._exit(0)")
        page.hear_until(lambda message: state(message) == "restarting")
        time.sleep(1)
        assert page.run("print('here')") == "here\n"


def test_a_crash_is_told_apart(server: Jupyter, kernel: str) -> None:
    with server.page(kernel) as page:
        died = page.send("import os, signal; os.kill(os.getpid(), signal.SIGSEGV)")
        page.hear_until(lambda message: state(message) == "restarting")
        assert "crashed (Segmentation fault)" in page.under(died)
