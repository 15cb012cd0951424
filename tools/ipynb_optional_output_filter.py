#!/usr/bin/env python3
"""Keep outputs and execution counts of Jupyter notebooks out of git: the filter ``dropoutput_ipynb``.

    python3 tools/ipynb_optional_output_filter.py --install      # this clone and its worktrees

sets git up; ``.gitattributes`` says which files go through the filter: ``*.ipynb filter=dropoutput_ipynb``.
What git stores of a notebook then has no outputs, no execution counts and no saved state of widgets, and is
written as Jupyter writes it. The file that you work with keeps them.

Two exceptions: the notebook's metadata ``{"git": {"suppress_outputs": false}}`` stores it as it is, and the
tag ``keep_output`` keeps the outputs of that cell (and the state of widgets, which they may show).

What is no notebook is stored as it is, with one line on stderr.

One file, standard library only, Python 3.9 or newer. git runs it with the word ``process``, once for all
notebooks of a command; without a word it cleans stdin.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any, BinaryIO

DRIVER = "dropoutput_ipynb"
KEEP_TAG = "keep_output"
COPY = f"{DRIVER}/ipynb_optional_output_filter.py"
"""Where the filter is below ``.git``: a branch that is checked out neither takes it away nor changes it."""
FLUSH = b"0000"
"""The packet that ends a list of packets, in git's protocol."""
LARGEST = 65516
"""Bytes that one packet can carry."""


# ---------------------------------------------------------------- notebooks


def clean(data: bytes) -> bytes:
    """Return what git stores of a notebook; raises whatever what is none makes it stumble over."""
    notebook = json.loads(data.decode())
    if not isinstance(notebook, dict) or not ("cells" in notebook or "worksheets" in notebook):
        raise ValueError("it has no cells")
    metadata = notebook.get("metadata", {})
    if metadata.get("git", {}).get("suppress_outputs") is False:
        return data
    cells = cells_of(notebook)
    for cell in cells:
        if not is_kept(cell):
            remove_outputs(cell)
    if not any(is_kept(cell) for cell in cells):
        metadata.pop("widgets", None)
    # As nbformat writes it, and so Jupyter.
    return (json.dumps(notebook, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode()


def cells_of(notebook: dict[str, Any]) -> list[dict[str, Any]]:
    """Return all cells; nbformat 3 has them in worksheets."""
    if "cells" in notebook:
        return list(notebook["cells"])
    return [cell for sheet in notebook["worksheets"] for cell in sheet["cells"]]


def is_kept(cell: dict[str, Any]) -> bool:
    """Tell whether a cell's outputs are to be stored."""
    return KEEP_TAG in cell.get("metadata", {}).get("tags", [])


def remove_outputs(cell: dict[str, Any]) -> None:
    """Empty what running a cell leaves in it; ``prompt_number`` is nbformat 3's execution count."""
    if "outputs" in cell:
        cell["outputs"] = []
    for count in ("execution_count", "prompt_number"):
        if count in cell:
            cell[count] = None


def cleaned(data: bytes, name: str) -> bytes:
    """Return the clean notebook, or with a line on stderr the very same bytes."""
    try:
        return clean(data)
    except Exception as error:  # whatever is wrong with it, the file must reach the commit
        print(f"{DRIVER}: {name!r} is stored as it is, because it is no notebook: {error}", file=sys.stderr)
        return data


# ---------------------------------------------------------------- git's long-running filter protocol


def process(source: BinaryIO, sink: BinaryIO) -> None:
    """Serve git one file after the other, by version 2; raises EOFError when git has closed the pipe."""
    receive(source)  # git-filter-client, version=2
    send(sink, b"git-filter-server\n", b"version=2\n")
    receive(source)  # what git can do
    send(sink, b"capability=clean\n", b"capability=smudge\n")
    while True:
        fields = dict(line.rstrip(b"\n").split(b"=", 1) for line in receive(source))
        data = b"".join(receive(source))
        if fields[b"command"] == b"clean":
            data = cleaned(data, fields[b"pathname"].decode(errors="backslashreplace"))
        send(sink, b"status=success\n")
        send(sink, *(data[start : start + LARGEST] for start in range(0, len(data), LARGEST)))
        send(sink)  # no other status after the content


def receive(source: BinaryIO) -> list[bytes]:
    """Return the packets up to a flush packet."""
    packets = []
    while (length := source.read(4)) != FLUSH:
        if not length:
            raise EOFError
        packets.append(source.read(int(length, 16) - 4))
    return packets


def send(sink: BinaryIO, *packets: bytes) -> None:
    """Write the packets and a flush packet."""
    for packet in packets:
        sink.write(b"%04x" % (len(packet) + 4) + packet)
    sink.write(FLUSH)
    sink.flush()


# ---------------------------------------------------------------- the command


def install() -> None:
    """Copy this file below ``.git`` and tell git to run the copy; raises CalledProcessError."""
    ask = ["git", "rev-parse", "--git-common-dir"]
    folder = subprocess.run(ask, check=True, stdout=subprocess.PIPE, text=True).stdout.rstrip("\n")
    copy = Path(folder) / COPY
    copy.parent.mkdir(exist_ok=True)
    shutil.copyfile(__file__, copy)
    for section in ("filter", "diff"):  # an earlier version set more; git complains where there is nothing
        unset = ["git", "config", "--remove-section", f"{section}.{DRIVER}"]
        subprocess.run(unset, check=False, stderr=subprocess.DEVNULL)
    # git asks for the folder each time, so that the clone may be moved.
    run = f'python3 -I "$({" ".join(ask)})/{COPY}" process'
    # What cannot be filtered stops the command, so that no output gets into git unseen.
    for name, value in (("process", run), ("required", "true")):
        subprocess.run(["git", "config", f"filter.{DRIVER}.{name}", value], check=True)


def main() -> int:
    """Run one command; returns the exit status."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("word", nargs="?", choices=("clean", "process"), default="clean")
    parser.add_argument(
        "--install", action="store_true", help="set git up to use this filter; safe to repeat"
    )
    chosen = parser.parse_args()
    try:
        if chosen.install:
            install()
        elif chosen.word == "process":
            process(sys.stdin.buffer, sys.stdout.buffer)
        else:
            sys.stdout.buffer.write(cleaned(sys.stdin.buffer.read(), "stdin"))
    except subprocess.CalledProcessError as error:
        return error.returncode
    except (EOFError, KeyboardInterrupt):
        pass  # git has no more files, or was stopped
    return 0


if __name__ == "__main__":
    sys.exit(main())
