"""The bytecode of environments into which their users cannot write: what they share is compiled once."""

import contextlib
import os
import struct
import subprocess
import threading
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Union

# How bytecode begins: a magic number, flags, time and size of its source; with flags, a hash (PEP 552).
HEAD = 16


class Bytecode:
    """What a set-up compiles for environments of one Python, which share a third of their packages.

    The first of them to come upon a module compiles it. What it makes of it is good for the others, too:
    Python puts the name of the file that it has found into what it loads.
    """

    def __init__(self) -> None:
        """Begin with nothing compiled."""
        self._lock = threading.Lock()
        self._first: dict[str, tuple[str, Future[None]]] = {}

    def compile(self, interpreter: Path, library: Path, pass_fds: list[int]) -> None:
        """Compile what may be imported, on all cores; what cannot be compiled is no module.

        uv would compile tests as well, look at all files again each time, and give up on a slow machine.

        Args:
            interpreter: The environment's.
            library: Its folder of packages.
            pass_fds: What the compilers inherit.
        """
        done: Future[None] = Future()
        files = {os.path.relpath(file, library): file for file in modules_below(library)}
        with self._lock:
            firsts = {name: self._first.setdefault(name, (file, done)) for name, file in files.items()}
        try:
            _compile(interpreter, [files[name] for name in files if firsts[name][1] is done], pass_fds)
        finally:
            done.set_result(None)
        left, tag = [], tag_of(interpreter)
        for name, (first, ready) in firsts.items():
            if ready is not done:
                ready.result()
                if not take(first, files[name], tag):
                    left.append(files[name])
        _compile(interpreter, left, pass_fds)


def modules_below(folder: Union[str, Path]) -> Iterator[str]:  # noqa: UP007 - for Python 3.9
    """Yield the path of each module but those of packages' own tests."""
    for place, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if name not in ("tests", "__pycache__")]
        yield from (os.path.join(place, name) for name in names if name.endswith(".py"))  # noqa: PTH118


def tag_of(interpreter: Path) -> str:
    """Return the word by which an interpreter's bytecode is told from that of others (PEP 3147)."""
    ask = [str(interpreter), "-I", "-S", "-c", "import sys; print(sys.implementation.cache_tag)"]
    return subprocess.run(ask, capture_output=True, text=True, check=False).stdout.strip()


def take(first: str, module: str, tag: str) -> bool:
    """Give a module the bytecode of another one with the same text; return whether it has it now.

    What was left for an older text of the other one is not taken, nor is what knows its text by a hash.
    """
    with contextlib.suppress(OSError):
        made, mine = _bytecode_of(first, tag), _bytecode_of(module, tag)
        if _is_for(mine, module):
            return True  # an earlier set-up's; a link to it could not take its place
        if not Path(first).samefile(module) and Path(first).read_bytes() != Path(module).read_bytes():
            return False
        if not _is_for(made, first):
            return False
        with contextlib.suppress(FileExistsError):
            mine.parent.mkdir()
            mine.parent.chmod(0o755)
        # Python trips over half a file; a run that was killed may have left one beside it.
        part = mine.with_name(f"{mine.name}.part")
        part.unlink(missing_ok=True)
        if _moment_and_size(first) == _moment_and_size(module):
            os.link(made, part)
        else:
            code = made.read_bytes()
            with part.open("xb") as file:
                file.write(code[: HEAD - 8] + _moment_and_size(module) + code[HEAD:])
                os.fchmod(file.fileno(), 0o644)
        part.replace(mine)
        return True
    return False


def _bytecode_of(module: str, tag: str) -> Path:
    """Return where an interpreter keeps a module's bytecode."""
    file = Path(module)
    return file.parent / "__pycache__" / f"{file.stem}.{tag}.pyc"


def _is_for(bytecode: Path, module: str) -> bool:
    """Tell whether bytecode is there and is for a module's text as it is now, as Python tells that."""
    try:
        with bytecode.open("rb") as file:
            return file.read(HEAD)[4:] == bytes(4) + _moment_and_size(module)
    except OSError:
        return False


def _moment_and_size(module: str) -> bytes:
    """Return by what Python tells that bytecode belongs to a module."""
    found = Path(module).stat()
    return struct.pack("<LL", int(found.st_mtime) & 0xFFFFFFFF, found.st_size & 0xFFFFFFFF)


def _compile(interpreter: Path, files: list[str], pass_fds: list[int]) -> None:
    """Compile files on all cores."""
    cores = len(os.sched_getaffinity(0))

    def work(share: list[str]) -> None:
        subprocess.run(
            [str(interpreter), "-I", "-m", "compileall", "-qq", "-i", "-"],
            input="\n".join(share),
            cwd="/",
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            text=True,
            check=False,
            pass_fds=pass_fds,
            umask=0o022,
        )

    with ThreadPoolExecutor() as pool:
        list(pool.map(work, filter(None, (files[number::cores] for number in range(cores)))))
