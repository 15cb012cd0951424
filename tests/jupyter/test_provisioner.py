"""A kernel stands before every server when memory runs out, and its end is looked into."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from pathlib import Path

import pytest
from jupyter_client.kernelspec import KernelSpec

from workshop.jupyter import provisioner
from workshop.jupyter.provisioner import SCORE, MortalKernel

from .serving import Jupyter, state

WAITS = "print(flush=True); input()"
HOLDS = f"block = b'x' * 300_000_000; {WAITS}"


async def launched(code: str) -> MortalKernel:
    """Start a process in a kernel's place; it is there when its first line is."""
    kernel = MortalKernel(kernel_id="one", kernel_spec=KernelSpec())
    pipes = {"stdin": -1, "stdout": -1}
    await kernel.launch_kernel([sys.executable, "-c", code], env=dict(os.environ), **pipes)
    assert kernel.process is not None
    kernel.process.stdout.readline()
    assert await kernel.poll() is None
    return kernel


async def ended(kernel: MortalKernel) -> int:
    while (code := await kernel.poll()) is None:
        await asyncio.sleep(0.05)
    await kernel.wait()
    return code


def test_real_kernels_go_first_and_the_server_does_not(server: Jupyter, kernel: str) -> None:
    with server.page(kernel) as page:
        own = page.run("print(open('/proc/self/oom_score_adj').read())")
        child = page.run("import subprocess as s; print(s.getoutput('cat /proc/self/oom_score_adj'))")
    assert int(own) == int(child) == SCORE
    assert int(Path(f"/proc/{server.process}/oom_score_adj").read_text()) < SCORE


@pytest.mark.parametrize("counted", [True, False])
def test_a_killed_kernel_leaves_its_reason_once(monkeypatch: pytest.MonkeyPatch, counted: bool) -> None:
    async def story() -> None:
        kernel = await launched(HOLDS)
        monkeypatch.setattr(provisioner, "kills_for_memory", lambda: kernel._kills + counted)
        os.kill(kernel.pid, signal.SIGKILL)
        assert await ended(kernel) == -signal.SIGKILL
        said = kernel.take_last_words() or ""
        assert said.startswith("Memory ran out, so" if counted else "This notebook's kernel was ended")
        held = int(said.partition("It held ")[2].partition(" MB")[0])
        assert 300 <= held <= 400
        assert kernel.take_last_words() is None

    asyncio.run(story())


def test_a_death_is_known_even_when_a_restart_comes_before_it_was_seen() -> None:
    async def story() -> None:
        kernel = await launched(WAITS)
        os.kill(kernel.pid, signal.SIGKILL)
        await asyncio.sleep(0.3)
        await kernel.kill(restart=True)
        await ended(kernel)
        assert kernel.take_last_words()

    asyncio.run(story())


@pytest.mark.parametrize("how", ["kill", "terminate", "by itself", "interrupt"])
def test_an_end_that_was_asked_for_needs_no_words(how: str) -> None:
    async def story() -> None:
        kernel = await launched(WAITS)
        if how == "by itself":
            kernel.process.communicate(b"\n")  # type: ignore[union-attr]
        elif how == "interrupt":
            await kernel.send_signal(signal.SIGINT)
        else:
            await getattr(kernel, how)()
        await ended(kernel)
        assert kernel.take_last_words() is None

    asyncio.run(story())


def test_the_other_kernels_are_counted(server: Jupyter, kernel: str) -> None:
    other = server.start()
    with server.page(other) as page:
        page.run("block = b'x' * 300_000_000")
    with server.page(kernel) as page:
        died = page.send("import os, signal; os.kill(os.getpid(), signal.SIGKILL)")
        page.hear_until(lambda message: state(message) == "restarting")
        said = page.under(died)
    server.ask("DELETE", f"kernels/{other}")
    held = int(said.partition("another kernel holds ")[2].partition(" MB")[0])
    assert 300 <= held <= 500
