"""A kernel stands before every server when memory runs out, and its end is looked into."""

from __future__ import annotations

import asyncio
import os
import resource
import signal
import sys
from pathlib import Path

import pytest
from jupyter_client.kernelspec import KernelSpec

from workshop.jupyter import provisioner
from workshop.jupyter.provisioner import SCORE, Death, MortalKernel, kills_for_memory, words

from .serving import Jupyter, state

WAITS = "print(flush=True); input()"


def holds(megabytes: int) -> str:
    return f"block = b'x' * {megabytes}_000_000; {WAITS}"


def own_megabytes() -> int:
    """The most that this process held; Linux counts it for the processes that it starts, too."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 // 1_000_000


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
    size = own_megabytes() + 300

    async def story() -> None:
        monkeypatch.setattr(provisioner, "kills_for_memory", lambda: 7)
        kernel = await launched(holds(size))
        monkeypatch.setattr(provisioner, "kills_for_memory", lambda: 7 + counted)
        os.kill(kernel.pid, signal.SIGKILL)
        assert await ended(kernel) == -signal.SIGKILL
        said = kernel.take_last_words() or ""
        assert said.startswith("Memory ran out, so" if counted else "This notebook's kernel was ended")
        held = int(said.partition("It held ")[2].partition(" MB")[0].replace(",", ""))
        assert size <= held <= size + 100
        assert kernel.take_last_words() is None

    asyncio.run(story())


def test_a_kernel_that_was_seen_while_it_died_is_known_to_have_been_killed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def story() -> None:
        kernel = await launched(WAITS)
        monkeypatch.setattr(provisioner, "kills_for_memory", lambda: 10**6)
        assert await kernel.poll() is None
        os.kill(kernel.pid, signal.SIGKILL)
        await ended(kernel)
        assert (kernel.take_last_words() or "").startswith("Memory ran out")

    asyncio.run(story())


def test_a_kill_of_long_ago_is_not_the_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    async def story() -> None:
        kernel = await launched(WAITS)
        monkeypatch.setattr(provisioner, "kills_for_memory", lambda: 10**6)
        monkeypatch.setattr(provisioner, "SLOW_DEATH_SECONDS", 0.2)
        for _ in range(2):
            assert await kernel.poll() is None
            await asyncio.sleep(0.3)
        assert await kernel.poll() is None
        os.kill(kernel.pid, signal.SIGKILL)
        await ended(kernel)
        assert (kernel.take_last_words() or "").startswith("This notebook's kernel was ended")

    asyncio.run(story())


def test_a_death_is_known_even_when_a_restart_comes_before_it_was_seen() -> None:
    async def story() -> None:
        kernel = await launched(WAITS)
        os.kill(kernel.pid, signal.SIGKILL)
        os.waitid(os.P_PID, kernel.pid, os.WEXITED | os.WNOWAIT)
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


def death(number: int = signal.SIGKILL, *, counted: bool = True, others: int = 0, others_mb: int = 0) -> str:
    return words(Death(number, counted, 1640, 2000, others, others_mb))


def test_what_is_not_known_is_not_claimed() -> None:
    assert "most likely because memory ran out" in death(counted=False)
    assert "most likely because memory ran out" in death(signal.SIGTERM, counted=False)
    assert "Memory ran out, so" not in death(counted=False)


def test_the_systems_count_is_read(tmp_path: Path) -> None:
    (tmp_path / "vmstat").write_text("pgfault 12\noom_kill 7\noom_kill_other 9\n")
    assert kills_for_memory(tmp_path / "vmstat") == 7
    (tmp_path / "vmstat").write_text("pgfault 12\n")
    assert kills_for_memory(tmp_path / "vmstat") == 0
    assert kills_for_memory(tmp_path / "none") == 0
