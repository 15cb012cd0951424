"""The memory line: what this kernel uses, what the machine has left, and a way to get more.

At the top of a lesson the line with its minutes comes before it.
"""

from __future__ import annotations

import html
import re
import resource
import sys
from pathlib import Path

import psutil

from workshop.core.servers import Server
from workshop.teach import kernels, minutes


def used_mb() -> int:
    """Return the memory that this kernel holds now, in MB (10⁶ bytes)."""
    return int(psutil.Process().memory_info().rss // 1_000_000)


def peak_mb() -> int:
    """Return the most memory that this kernel has held so far, in MB."""
    if sys.platform == "darwin":
        return max(used_mb(), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1_000_000)
    # On Linux ru_maxrss begins with the memory of the process that this one was forked from.
    most = re.search(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text())
    return max(used_mb(), int(most[1]) * 1024 // 1_000_000 if most else 0)


def line() -> str:
    """Return one line about memory: this kernel's and the machine's."""
    machine = psutil.virtual_memory()
    return (
        f"Memory: this kernel uses {used_mb():,} MB (at most {peak_mb():,} so far); "
        f"the machine has {machine.available // 1_000_000:,} of {machine.total // 1_000_000:,} MB left."
    )


_opened = False
"""Whether this kernel has shown how long the lesson takes."""


def show() -> None:
    """Print the memory line, the first time below the minutes that the lesson takes here.

    Where other kernels run, put a button beside it that ends them.
    """
    global _opened
    if not _opened and (time_needed := minutes.line()):
        print(time_needed)
    _opened = True
    print(line())
    of = kernels.server()
    if of is None:
        return
    own = kernels.own_identity()
    try:
        found = kernels.others(of, own)
    except (OSError, ValueError):
        return
    if found:
        _button(of, own, found)


def _button(of: Server, own: str, found: list[kernels.Kernel]) -> None:
    """Show a button that ends all kernels but this one."""
    import ipywidgets
    from IPython.display import display

    names = ", ".join(map(str, found))
    # A label of many names is broken into lines, and a button is as wide as its words.
    text = html.escape(f"Other kernels: {names}. They lose what they have computed.")
    label = ipywidgets.HTML(text, layout=ipywidgets.Layout(flex="1 1 0%"))
    wide = ipywidgets.Layout(width="max-content", flex="0 0 auto")
    button = ipywidgets.Button(description="End other kernels", icon="trash", layout=wide)

    def pressed(_: object) -> None:
        button.disabled = True
        label.value = html.escape(end_others(of, own))

    button.on_click(pressed)
    display(ipywidgets.HBox([button, label]))  # type: ignore[no-untyped-call]


def end_others(of: Server, own: str) -> str:
    """End every kernel of the server but ``own``; return a line that says how it went."""
    try:
        found = kernels.others(of, own)
        for kernel in found:
            kernels.end(of, kernel)
    except (OSError, ValueError) as error:
        return f"Jupyter did not end them ({error}); use its list of running kernels."
    if not found:
        return f"No other kernel runs any more. {line()}"
    freed = sum(kernel.megabytes for kernel in found)
    ended = "Ended 1 other kernel" if len(found) == 1 else f"Ended {len(found)} other kernels"
    return f"{ended}{f', {freed:,} MB' if freed else ''}. {line()}"
