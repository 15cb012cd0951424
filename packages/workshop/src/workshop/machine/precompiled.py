"""A precompiled header for the modules that Theano compiles.

Each of them begins with the same includes, which are half of g++'s work. Behind them the header has what
each module says again and again (``shorter``). ``theano_patches`` lays a copy of this file into Theano's
package and lets the C linker call :func:`compile_str`; of ours it imports only what lies beside it there.

Beside the header is a library without contents that is called like C++'s own: who links with it notes that
the module needs C++'s, and does not read its many thousand names, which takes longer than all else that the
linker does. When a module is loaded, its names are looked up in the true one.

Set-up makes one for the whole machine (``workshop.machine.prepare``), which lies beside this file, and
which nobody but the owner of the environment can change. Where that one is for another compiler or other
flags, as on a machine that was copied to another processor, an account makes its own when it compiles a
module, which pays after four modules. It lies among the compiled modules, and no other account, least of
all root, reads it. The name of its folder holds a digest of all that it depends on.

It can only save time. Where a module has other flags, g++ itself takes the text instead; and whatever goes
wrong, the module is compiled as if there were no header. Theano's key for a module knows nothing of it.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol

from workshop.machine.shorter import DECLARED, DEFINED, shorten

# What DynamicModule and TensorType include, in their order; but instead of iostream what else comes with it.
INCLUDES = """\
#define PY_ARRAY_UNIQUE_SYMBOL theano_array_api
#ifndef THEANO_SERVES
#define NO_IMPORT_ARRAY
#define import_array() { if (theano_import() < 0) return NULL; }
#endif
#include <Python.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <utility>
#include "theano_mod_helper.h"
#include <math.h>
#include <numpy/arrayobject.h>
#include <numpy/arrayscalars.h>
"""
HEADER = INCLUDES + DECLARED
NAME = "theano.h"
SERVES, SERVICE = "#define THEANO_SERVES\n" + HEADER + DEFINED, "theano.o"
"""What modules call, and where it lies compiled."""
LIBRARY, NEEDED = "libstdc++.so", "libstdc++.so.6"
"""The library without contents, and what a module that is linked with it needs when it is loaded."""
FOLDER = "precompiled-"
# As in CLinker.compile_args and in compile_str. A few operations have flags of their own. With -O1 g++ takes
# 40 % less for a convolutional network, but then a rectifier's gradient takes nine times as long, a sum four
# times, a convolution 1.7 times; with -ftree-loop-vectorize besides, convolutions and pooling 1.3 to 2 times.
BEFORE = ("-g", "-O3", "-fno-math-errno")
AFTER = ("-fvisibility=hidden",)
LINKING = ("-Wl,--no-as-needed",)
"""Else the linker of some distributions leaves out a library of which it uses nothing."""
OLDER = ("-std=gnu++11",)
"""Theano's C++ is from before 2011. By a newer standard the library's headers hold a fifth more, which takes
g++ a sixth more time for each module."""

MACHINE = Path(__file__).resolve().parent
"""In a folder there, whose name begins with the next, is what was made for the machine."""
PREPARED = "prepared-"

# Folders of headers that this process does without.
_useless: set[Path] = set()


class Compiler(Protocol):
    """What is used of Theano's ``GCC_compiler``."""

    def compile_args(self) -> list[str]:
        """Return the flags that all modules are compiled with."""

    def compile_str(self, *, preargs: list[str], **given: Any) -> Any:
        """Compile a module and import it."""


def compile_str(
    compiler: Compiler,
    program: str,
    includes: Sequence[str],
    compiled: str,
    *,
    preargs: list[str],
    **given: Any,
) -> Any:
    """Compile and import a module as ``compiler.compile_str`` does, with the header where there can be one.

    Args:
        compiler: Theano's.
        program: The command that it calls.
        includes: Where it looks for headers.
        compiled: The folder of all compiled modules; the caller holds its lock.
        preargs: The flags for this module.
        given: What else ``compiler.compile_str`` takes.
    """
    header = find_or_make(program, flags_of(compiler, includes), Path(compiled))
    if header is None:
        return compiler.compile_str(preargs=preargs, **given)
    try:
        flags = [*preargs, *OLDER, *LINKING, str(header.with_name(SERVICE)), "-include", str(header)]
        return compiler.compile_str(preargs=flags, **_with(header, given))
    except Exception:
        module = compiler.compile_str(preargs=preargs, **given)
    # So it was not the code: g++ could not read the header. An account's is made anew by its next process.
    give_up(header.parent)
    return module


def _with(header: Path, given: dict[str, Any]) -> dict[str, Any]:
    """Return what ``compile_str`` is given: the text that goes with a header, and the library there first."""
    return {
        **given,
        "src_code": shorten(given["src_code"]),
        "lib_dirs": [str(header.parent), *(given.get("lib_dirs") or [])],
    }


def make_in(program: str, flags: Sequence[str], place: Path) -> None:
    """Make the header for a compiler and flags in a folder of others'; raises what is wrong."""
    _make(program, flags, place / f"{FOLDER}{_digest(program, flags)}")


def flags_of(compiler: Compiler, includes: Sequence[str]) -> list[str]:
    """Return all flags of a module that count for the header."""
    return [*BEFORE, *compiler.compile_args(), *OLDER, *AFTER, *(f"-I{folder}" for folder in includes)]


def find_or_make(program: str, flags: Sequence[str], compiled: Path) -> Path | None:
    """Return the header that belongs to this compiler and these flags; None when there can be none."""
    try:
        name = f"{FOLDER}{_digest(program, flags)}"
    except OSError:
        return None
    for place in MACHINE.glob(f"{PREPARED}*"):
        if _is_whole(place / name):
            _remove_from(compiled)
            return place / name / NAME
    folder = compiled / name
    if folder in _useless:
        return None
    if not _is_whole(folder):
        try:
            _make(program, flags, folder)
        except (OSError, subprocess.SubprocessError):
            give_up(folder)
            return None
    return folder / NAME


def _is_whole(folder: Path) -> bool:
    """Tell whether a header is there, and this process does not do without it."""
    return folder not in _useless and all(
        (folder / name).is_file() for name in (NAME, f"{NAME}.gch", LIBRARY, SERVICE)
    )


def give_up(folder: Path) -> None:
    """Do without a header for as long as this process lives; remove it, unless it is the machine's."""
    _useless.add(folder)
    if MACHINE not in folder.parents:
        shutil.rmtree(folder, ignore_errors=True)


def _remove_from(compiled: Path) -> None:
    """Remove an account's headers: 19 MB each."""
    for folder in compiled.glob(f"{FOLDER}*"):
        shutil.rmtree(folder, ignore_errors=True)


def _digest(program: str, flags: Sequence[str]) -> str:
    """Return what tells one header from another: text, flags, Python, NumPy and the compiler's own file."""
    import numpy as np

    path = Path(shutil.which(program) or program).resolve()
    state = path.stat()
    parts = (SERVES, *flags, sys.version, np.__version__, f"{path} {state.st_size} {state.st_mtime_ns}")
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:16]


def _make(program: str, flags: Sequence[str], folder: Path) -> None:
    """Make the header beside its place and rename it; the one for another compiler or other flags goes."""
    _remove_from(folder.parent)
    with tempfile.TemporaryDirectory(prefix=FOLDER, dir=folder.parent, ignore_cleanup_errors=True) as beside:
        making = Path(beside, "new")
        making.mkdir()
        text, binary = making / NAME, making / f"{NAME}.gch"
        text.write_text(HEADER, encoding="utf-8")
        library, nothing = making / LIBRARY, Path(beside, "nothing.cpp")
        nothing.touch()
        service, served = making / SERVICE, Path(beside, "service.cpp")
        served.write_text(SERVES, encoding="utf-8")
        linking = ("-shared", "-nostdlib", f"-Wl,-soname,{NEEDED}")
        for command in (
            [program, *flags, "-x", "c++-header", str(text), "-o", str(binary)],
            [program, *flags, *linking, str(nothing), "-o", str(library)],
            [program, *flags, "-fPIC", "-c", str(served), "-o", str(service)],
        ):
            subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, check=True)
        for path in (binary, library, service, text):
            with path.open("rb") as file:
                os.fsync(file.fileno())
        making.rename(folder)
