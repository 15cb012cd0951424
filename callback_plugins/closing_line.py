"""Ansible callback: says at the very end, in one line, what failed; writes timings when asked."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path
from typing import Any

from ansible.plugins.callback import CallbackBase

DOCUMENTATION = r"""
name: closing_line
type: aggregate
short_description: Say at the very end, in one line, what failed
description:
  - Ansible's own output shows a failure where it happened, above all that other machines and handlers say.
    This prints for each failed task one line with the machine, the task and the reason, as the last thing
    that a person sees.
  - With the environment variable WORKSHOP_TIMINGS writes the seconds of each task there as JSON.
"""


def one_line(result: dict[str, Any]) -> str:
    """Return the most telling part of a failed task's result."""
    if isinstance(result.get("results"), list):
        failed = [item for item in result["results"] if isinstance(item, dict) and item.get("failed")]
        if failed:
            result = failed[0]
    errors = result.get("argument_errors")
    text = "; ".join(errors) if errors else None
    # A command tells on its standard error why it gave up; Ansible only that it did.
    if not text and result.get("rc"):
        text = str(result.get("stderr") or result.get("module_stderr") or "").strip().rpartition("\n")[2]
    hidden = "its output may hold a secret and is not shown" if result.get("censored") else ""
    text = text or str(result.get("msg") or hidden or "no reason given")
    return " ".join(text.split())


class CallbackModule(CallbackBase):
    """Collects failures and durations while the play runs."""

    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "aggregate"
    CALLBACK_NAME = "closing_line"

    def __init__(self) -> None:
        """Start with nothing seen."""
        super().__init__()
        self.failures: list[str] = []
        self.items: dict[str, str] = {}
        self.timings: list[dict[str, Any]] = []
        self.started = 0.0

    def _finish_task(self) -> None:
        if self.timings and "seconds" not in self.timings[-1]:
            self.timings[-1]["seconds"] = round(time.monotonic() - self.started, 3)

    def v2_playbook_on_task_start(self, task: Any, is_conditional: bool) -> None:
        """Note when a task starts, and so when the one before ended."""
        self._finish_task()
        role, _, name = task.get_name().rpartition(" : ")
        self.timings.append({"role": role, "task": name})
        self.started = time.monotonic()
        self.items.clear()

    def v2_playbook_on_handler_task_start(self, task: Any) -> None:
        """Treat a handler like any task."""
        self.v2_playbook_on_task_start(task, False)

    def v2_runner_item_on_failed(self, result: Any) -> None:
        """Keep the reason of a loop's first failed item; newer Ansible leaves it out of the loop's result."""
        self.items.setdefault(result.host.get_name(), one_line(result.result))

    def v2_runner_on_failed(self, result: Any, ignore_errors: bool = False) -> None:
        """Keep the reason of a failure."""
        if not ignore_errors:
            host = result.host.get_name()
            reason = self.items.get(host) or one_line(result.result)
            self.failures.append(f"{host}: {result.task.get_name()}: {reason}")

    def v2_runner_on_unreachable(self, result: Any) -> None:
        """Keep the reason why a machine could not be reached."""
        self.v2_runner_on_failed(result)

    def v2_playbook_on_stats(self, stats: Any) -> None:
        """Say what failed, as the last thing on the screen; a rescued failure is none."""
        self._finish_task()
        broken = any(
            stats.summarize(h)["failures"] or stats.summarize(h)["unreachable"] for h in stats.processed
        )
        for line in self.failures if broken else []:
            self._display.display(line, color="red")
        if target := os.environ.get("WORKSHOP_TIMINGS"):
            Path(target).write_text(json.dumps(self.timings, indent=2), encoding="utf-8")
