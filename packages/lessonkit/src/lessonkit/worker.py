"""The process that runs a notebook: off the network, measured, and gone without a trace.

The runner starts ``python -m lessonkit.worker JOB DESCRIPTOR NETWORK``: a file with a job (JSON),
which lies in a folder of its own, and how the network is cut (``network``). The worker writes lines of JSON
to DESCRIPTOR: ``{"group": n}`` when the kernel runs, with its process group, ``{"cell": i}`` when cell i
(from 0) begins, and at last ``{"outcome": {…}}``. When its standard input ends, as it does with the runner,
it takes along all that it started.
"""

from __future__ import annotations

import contextlib
import json
import math
import os
import resource
import shutil
import signal
import sys
import threading
import time
import types
from dataclasses import asdict
from pathlib import Path
from typing import IO, Any

from lessonkit import network
from lessonkit.catalogue import check_of, exercise_of
from lessonkit.jobs import Failure, Job, Outcome, Told
from lessonkit.plugin import plugin_named
from lessonkit.processes import MemoryWatch, end_descendants

MIME = "application/vnd.lessonkit.answer+json"
"""What ``lessonkit.checks`` leaves in a check's output."""
LONGEST_LINE = 240
MEGABYTE = 10**6
GRACE_SECONDS = 60
SCRATCH = "lessonkit-"
"""How the names of the folders begin that a worker may remove when its runner is dead."""

_folder = Path()
"""The folder of the notebook that runs."""


LARGEST_OUTPUT = 10 * MEGABYTE
"""Characters that a cell may print; what is more is thrown away, and the lesson fails."""


class Run:
    """One run of one notebook on one kernel."""

    def __init__(self, job: Job, reports: IO[str], how: str) -> None:
        """Prepare the run of ``job``; ``how`` says in which way the network is cut."""
        import nbclient
        import nbformat

        self.job = job
        self.reports = reports
        self.outcome = Outcome(network=how)
        self.notebook = nbformat.read(job.notebook, as_version=4)  # type: ignore[no-untyped-call]
        self.begun = 0.0
        self.limit = job.limit
        self.group: int | None = None
        self.watch = MemoryWatch()
        self.trying = 0.0
        self.plugin = plugin_named(job.plugin)
        self.meter = self.plugin.meter()
        manager = self.plugin.kernel_manager()
        self.printed = 0

        class Client(nbclient.NotebookClient):
            """Keeps no more of what a cell prints than a notebook can hold."""

            def process_message(_client, msg: dict[str, Any], cell: Any, cell_index: int) -> Any:  # noqa: N805
                self.printed += len(msg["content"].get("text", ""))
                if msg["msg_type"] == "stream" and self.printed > LARGEST_OUTPUT:
                    return None
                return nbclient.NotebookClient.process_message(_client, msg, cell, cell_index)

        self.client = Client(
            self.notebook,
            kernel_name=job.kernel,
            **({} if manager is None else {"kernel_manager_class": manager}),
            resources={"metadata": {"path": job.folder}},
            # The cells are stopped for a share of this time, which must not be the share that they lacked.
            timeout_func=lambda _cell: max(self._left() / (1 - self.meter.stopped_share), 0.1),
            shutdown_kernel="immediate",
        )

    def go(self) -> Outcome:
        """Run the notebook, keep it, and return what came of it."""
        import nbformat

        delay = self.meter.delay()
        self.limit = max(self.job.limit, self.job.work_limit * delay)
        startup = math.ceil(self.job.startup_limit * max(delay, 1))
        self.client.startup_timeout = startup
        # A last resort: nbclient has limits of its own, which should have ended the run by then.
        signal.alarm(math.ceil(self.limit / (1 - self.meter.stopped_share)) + startup + GRACE_SECONDS)
        if self.job.measured:
            self.watch.start()
        self.begun = time.monotonic()
        try:
            self._with_kernel()
        finally:
            peak = self.watch.stop() if self.job.measured else 0
            end_descendants(self.group)
            signal.alarm(0)
        nbformat.write(self.notebook, self.job.notebook)  # type: ignore[no-untyped-call]
        self._account(peak)
        slowness, noise = self.meter.read(measured=self.job.measured)
        self.outcome.slowness, self.outcome.noise = round(slowness, 3), round(noise, 3)
        return self.outcome

    def _with_kernel(self) -> None:
        """Start the kernel, run the cells, stop the kernel."""
        started = False
        try:
            self.client.create_kernel_manager()
            with self.client.setup_kernel(env=dict(os.environ)):
                started = True
                self.group = self._group()
                self._report({"group": self.group})
                with self.meter.beside(self.group) if self.job.measured else contextlib.nullcontext():
                    self._cells()
                self.outcome.seconds = self._spent()
        except Exception as error:
            # Everything that jupyter_client raises for a kernel that does not come up.
            if started:
                raise
            self.outcome.failure = Failure(None, "", self._no_kernel(error))

    def _group(self) -> int | None:
        """Return the process group of the kernel, unless it has none of its own."""
        process = self._process()
        with contextlib.suppress(ProcessLookupError):
            if process is not None and os.getpgid(process.pid) == process.pid:
                return int(process.pid)
        return None

    def _process(self) -> Any:
        """Return the kernel's process as jupyter_client holds it, if it does."""
        return getattr(getattr(self.client.km, "provisioner", None), "process", None)

    def _no_kernel(self, error: Exception) -> str:
        """Say in one line why there is no kernel."""
        from jupyter_client.kernelspec import KernelSpecManager, NoSuchKernel

        if isinstance(error, NoSuchKernel):
            there = ", ".join(sorted(KernelSpecManager().find_kernel_specs())) or "none"
            return self.plugin.no_kernel(self.job.kernel, there)
        return f"the kernel '{self.job.kernel}' did not start: {_one_line(str(error))}; install it again"

    def _cells(self) -> None:
        """Run the cells until one fails; note what the checks record."""
        for index, cell in enumerate(self.notebook.cells):
            self._report({"cell": index})
            failure = None
            exercise, check = exercise_of(cell), check_of(cell)
            if exercise in self.job.answers:
                failure = self._try(index, str(exercise))
            failure = failure or self._cell(index, self.notebook.cells[index])
            if failure is None and check is not None:
                told = _recorded(self.notebook.cells[index])
                if told is None:
                    failure = Failure(index, "", "the check records no answer; see 'Add a lesson'")
                else:
                    self.outcome.answers[check] = told
            if failure is not None:
                self.outcome.failure = failure
                return

    def _try(self, index: int, exercise: str) -> Failure | None:
        """Try answers to an exercise whose cell, at ``index``, comes next; it is in none of the figures."""
        import nbformat

        check = next((cell.source for cell in self.notebook.cells if check_of(cell) == exercise), "")
        order = {"exercise": exercise, "check": check, "answers": self.job.answers[exercise]}
        order["solution"] = self.notebook.cells[index].source
        order["cheaper"] = self.plugin.cheaper
        file = Path(self.job.notebook).with_name("trials.json")
        file.write_text(json.dumps(order), encoding="utf-8")
        call = f'__import__("lessonkit.tried_answers", fromlist=["run"]).run({str(file)!r})'
        began, kept = self._spent(), self.notebook.cells[index]
        self.watch.paused = True
        try:
            cell = nbformat.v4.new_code_cell(call)  # type: ignore[no-untyped-call]
            failure = self._cell(index, cell)
        finally:
            self.watch.paused = False
            self.notebook.cells[index] = kept
            self.trying += self._spent() - began
        if failure is None:
            done = json.loads(file.read_text(encoding="utf-8"))
            self.outcome.tried[exercise] = {name: Told(**told) for name, told in done["results"].items()}
            self.outcome.trial_seconds += done["cpu_seconds"]
        return failure

    def _cell(self, index: int, cell: Any) -> Failure | None:
        """Run one cell and return what went wrong."""
        from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError

        try:
            if self._left() <= 0:
                return Failure(index, "", self._too_long())
            self.printed = 0
            self.client.execute_cell(cell, index)
        except CellExecutionError as error:
            return Failure(index, error.ename or "Error", _exception_line(error.ename, error.evalue))
        except CellTimeoutError:
            return Failure(index, "", self._too_long())
        except DeadKernelError:
            return Failure(index, "", self._death())
        if self.printed > LARGEST_OUTPUT:
            most = LARGEST_OUTPUT // MEGABYTE
            return Failure(
                index, "", f"it prints {self.printed / MEGABYTE:.0f} MB, at most {most}; show less"
            )
        return None

    def _left(self) -> float:
        """Return the seconds that are left."""
        return self.limit - self._spent()

    def _spent(self) -> float:
        """Return the seconds that went by, without those in which it was stopped or answers were tried."""
        return time.monotonic() - self.begun - self.meter.stopped_seconds - self.trying

    def _too_long(self) -> str:
        return f"stopped after {self.limit:.0f} s; make it shorter or raise --timeout"

    def _death(self) -> str:
        """Say in one line how the kernel ended."""
        process = self._process()
        status = process.poll() if process is not None else None
        if status == -signal.SIGKILL:
            return "the kernel was killed, most likely out of memory; free memory or make the lesson smaller"
        if status is not None and status < 0:
            return f"the kernel crashed ({signal.Signals(-status).name}); run this cell alone to see why"
        return f"the kernel ended with status {status}; a lesson must not exit"

    def _account(self, peak: int) -> None:
        """Note time and memory; every process has been waited for, so the system's books are closed."""
        books = resource.getrusage(resource.RUSAGE_CHILDREN)
        spent = books.ru_utime + books.ru_stime
        self.outcome.cpu_seconds = round(spent - self.outcome.trial_seconds, 3)
        # The system's maximum may be that of an answer that was tried.
        largest = 0 if self.job.answers else books.ru_maxrss * 1024
        self.outcome.peak_rss_mb = round(max(peak, largest) / MEGABYTE, 1)
        self.outcome.seconds = round(self.outcome.seconds or self._spent(), 3)

    def _report(self, line: dict[str, Any]) -> None:
        self.reports.write(json.dumps(line) + "\n")
        self.reports.flush()


def _recorded(cell: Any) -> Told | None:
    """Return what an executed check cell recorded."""
    for output in reversed(cell.get("outputs", [])):
        record = output.get("data", {}).get(MIME)
        if record is not None:
            return Told(record["answer"], record["message"], record["error"])
    return None


def _exception_line(name: str | None, value: str | None) -> str:
    """Return the line that Python would print for an exception."""
    text = _one_line(value or "")
    line = f"{name}: {text}" if text else f"{name}"
    if "Network is unreachable" in line or "name resolution" in line:
        line += " (lessons run with the network cut)"
    return line


def _one_line(text: str) -> str:
    """Return the first line that says something, cut to a readable length."""
    line = next((line.strip() for line in text.splitlines() if line.strip()), "")
    return line if len(line) <= LONGEST_LINE else line[: LONGEST_LINE - 1] + "…"


def _end(_number: int, _frame: types.FrameType | None) -> None:
    """Take everything along that this process started, and the folder that a dead runner left."""
    end_descendants()
    if _folder.name.startswith(SCRATCH):
        shutil.rmtree(_folder, ignore_errors=True)
    os._exit(1)


def _end_with(runner: IO[str]) -> None:
    """End this process when the other end of a pipe, which the runner holds, is gone."""
    runner.read()
    os.kill(os.getpid(), signal.SIGTERM)


def main() -> None:
    """Run one notebook."""
    global _folder
    file, descriptor, how = Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
    os.set_inheritable(descriptor, False)
    _folder = file.parent
    signal.signal(signal.SIGTERM, _end)
    signal.signal(signal.SIGALRM, _end)
    threading.Thread(target=_end_with, args=[sys.stdin], daemon=True).start()
    if how == network.NAMESPACE:
        network.start_loopback()
    job = Job(**json.loads(file.read_text(encoding="utf-8")))
    plugin_named(job.plugin).begin_worker()
    os.environ.update(job.environment)
    with os.fdopen(descriptor, "w", encoding="utf-8") as reports:
        outcome = Run(job, reports, how).go()
        # The runner has the folder from here on.
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        reports.write(json.dumps({"outcome": asdict(outcome)}) + "\n")


if __name__ == "__main__":
    main()
