"""Kernels that are forked from a process with their libraries in it: what importing takes is taken once.

A check runs thirty lessons one after the other, and two dozen of them import Theano. What that took is added
to the work of each lesson all the same, for a learner's kernel imports it, too. Where no such process can be
had, kernels are started like everywhere else.
"""

from __future__ import annotations

import contextlib
import itertools
import json
import os
import signal
import subprocess
from typing import Any

from jupyter_client.connect import KernelConnectionInfo
from jupyter_client.provisioning.local_provisioner import LocalProvisioner

from workshop.machine.kernel import large_pages

PRELOADED = {"theano": ("numpy", "theano.tensor", "lasagne", "matplotlib.pyplot")}
"""By kernel what nearly all of its lessons import. TensorFlow has threads, which a fork would not have."""
UNSEEN = "--InlineBackend.print_figure_kwargs={'bbox_inches': None, 'dpi': 40}"
"""Nobody sees the pictures of a lesson that is checked, and drawing is up to two fifths of what it does in
fast. Each is drawn all the same, for that may fail; but small, and once: a learner's is drawn before that,
too, to find its edges."""
LAUNCHER, CHOOSING = "ipykernel_launcher", "workshop.machine.kernel"
"""The modules that start kernels of Python's; the second one with the BLAS threads of this machine."""


class Server:
    """A process that forks kernels of one kind."""

    def __init__(self, command: list[str], environment: dict[str, str], modules: tuple[str, ...]) -> None:
        """Start it in place of the kernel that ``command`` would start; raises OSError or ValueError."""
        choosing = CHOOSING in command
        options = json.dumps({"modules": modules, "threads": choosing})
        self._process = subprocess.Popen(
            [command[0], "-P", "-m", "workshop.machine.forkserver", options],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=(large_pages() if choosing else {}) | environment,
            text=True,
        )
        self.pid = self._process.pid
        try:
            told = self._answer()
            if not told["alone"]:
                raise ValueError("it has threads")
        except (OSError, ValueError):
            self.end()
            raise
        self.seconds = float(told["seconds"])
        """The processor seconds that its imports took."""

    def fork(self, arguments: list[str], environment: dict[str, str], folder: str) -> int:
        """Return the process id of a new kernel, which is a child of this process; 0 if it is not."""
        order = {"arguments": arguments, "environment": environment, "folder": folder}
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(order) + "\n")
        self._process.stdin.flush()
        return int(self._answer()["pid"])

    def _answer(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        told: dict[str, Any] = json.loads(self._process.stdout.readline())
        return told

    def end(self) -> None:
        """End it; its kernels are nothing of its."""
        self._process.kill()
        for end in (self._process.stdin, self._process.stdout):
            if end is not None:
                with contextlib.suppress(OSError):
                    end.close()
        self._process.wait()


def arguments_of(command: list[str]) -> list[str] | None:
    """Return what a command hands to ipykernel; None where it starts another kind of kernel."""
    for place, (option, module) in enumerate(itertools.pairwise(command)):
        if option == "-m" and module in (LAUNCHER, CHOOSING):
            return command[place + 2 :]
    return None


class Servers:
    """The servers of the kernels that are in use: lessons of one chapter have kernels in turn."""

    def __init__(self) -> None:
        """Have none yet."""
        self._servers: dict[str, Server | None] = {}

    def of(self, kernel: str, command: list[str], environment: dict[str, str]) -> Server | None:
        """Return the server of a kernel, or None where there is none to be had."""
        if kernel not in self._servers:
            self._servers[kernel] = None
            with contextlib.suppress(OSError, ValueError):
                self._servers[kernel] = Server(command, environment, PRELOADED.get(kernel, ()))
        return self._servers[kernel]

    def pids(self) -> list[int]:
        """Return the processes of the servers."""
        return [server.pid for server in self._servers.values() if server is not None]

    def end(self) -> None:
        """End the servers: the next kernels begin with new ones."""
        for server in self._servers.values():
            if server is not None:
                server.end()
        self._servers = {}


class Adopted:
    """A kernel that was forked, as jupyter_client holds a process."""

    stdin = stdout = stderr = None

    def __init__(self, pid: int) -> None:
        """Hold the process, which is a child of this one."""
        self.pid = pid
        self.returncode: int | None = None

    def poll(self) -> int | None:
        """Return how it ended, or None while it lives."""
        return self._wait(os.WNOHANG)

    def wait(self, timeout: float | None = None) -> int | None:
        """Wait for its end; with no limit, for jupyter_client waits for processes that ended."""
        return self._wait(0)

    def _wait(self, options: int) -> int | None:
        if self.returncode is None:
            try:
                pid, status = os.waitpid(self.pid, options)
            except ChildProcessError:
                pid, status = self.pid, 0  # somebody else has waited for it
            if pid:
                self.returncode = os.waitstatus_to_exitcode(status)
        return self.returncode

    def send_signal(self, number: int) -> None:
        """Send a signal, if it lives."""
        if self.poll() is None:
            os.kill(self.pid, number)

    def terminate(self) -> None:
        """Ask it to end."""
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """End it."""
        self.send_signal(signal.SIGKILL)


class Forked(LocalProvisioner):
    """A kernel that is forked where there is a server for it."""

    servers: Servers
    preloaded_seconds = 0.0
    """What the imports took that it did not have to do."""

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> KernelConnectionInfo:
        """Fork the kernel that ``cmd`` would start, or start it."""
        environment, arguments = dict(kwargs["env"]), arguments_of(cmd)
        parent: Any = self.parent
        server = None if arguments is None else self.servers.of(parent.kernel_name, cmd, environment)
        pid = 0
        if server is not None and arguments is not None:
            environment["JPY_PARENT_PID"] = str(os.getpid())
            try:
                pid = server.fork([*arguments, UNSEEN], environment, kwargs["cwd"])
            except (OSError, ValueError):
                self.servers.end()
        if server is None or not pid:
            return await super().launch_kernel(cmd, **kwargs)
        self.preloaded_seconds = server.seconds
        self.process: Any = Adopted(pid)
        # It began a session, like one that jupyter_client starts.
        self.pid = self.pgid = pid
        return self.connection_info


def fork_from(servers: Servers, manager: Any) -> None:
    """Let a manager fork its kernel; raises NoSuchKernel."""
    made = Forked(kernel_id=manager.kernel_id, kernel_spec=manager.kernel_spec, parent=manager)
    made.servers = servers
    manager.provisioner = made
