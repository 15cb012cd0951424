"""Make once, when a machine is set up, what everybody's first lesson would else compile for itself.

Those are the three parts of Theano itself and the precompiled header (``workshop.machine.prepared`` and
``precompiled``, of which Theano's package has copies). They lie in that package, so they belong to whoever
owns the environment, on most machines root, and all others can only read them. They are compiled in a folder
of their own: nobody's compile cache is read.

``theano_patches --prepare FLAGS`` calls it, with the Python of the environment.
"""

from __future__ import annotations

import hashlib
import importlib.metadata
import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from workshop.machine import precompiled, prepared
from workshop.system.files import write_whole
from workshop.system.programs import last_line

RECORD = "made.json"
MAKING = "making-"
MARCH = {"x86_64": "-march=x86-64", "aarch64": "-march=armv8-a"}
"""The parts of Theano are for every processor of the kind: they compute nothing."""
PARTS_FLAGS = "-w -g0 -O2"
SETTINGS = "device=cpu,floatX=float32,blas.ldflags=-lopenblas,cxx=g++"
# The header is made beside the part that takes longest. g++ is asked about the processor only where no flag
# names one.
# Cython's text of scan_perform is long and calls Python all the time: with -O1 it runs as fast, and g++ takes
# half the time for it.
PROGRAM = """\
import concurrent.futures, pathlib, sys
import theano
from theano.gof import cmodule, precompiled

folder, flags, generic = sys.argv[1:]
theano.config.gcc.cxxflags, cmodule.GCC_compiler.march_flags = flags, None
given = precompiled.flags_of(cmodule.GCC_compiler, cmodule.std_include_dirs())
pool = concurrent.futures.ThreadPoolExecutor()
header = pool.submit(precompiled.make_in, theano.config.cxx, given, pathlib.Path(folder))
theano.config.gcc.cxxflags, cmodule.GCC_compiler.march_flags = generic, []
import theano.gof.cutils
theano.config.gcc.cxxflags += " -O1"
import theano.scan_module.scan_perform_ext
header.result()
"""


def prepare(theano: Path, flags: str, *, check: bool = False) -> bool:
    """Make what is missing or was made for something else; return whether there was anything to do.

    Where it cannot be made, nothing is: whoever compiles then does it all, and says what is wrong.

    Args:
        theano: The folder of the installed package, patched.
        flags: What set-up's ``theanorc`` hands to g++ (``gcc.cxxflags``).
        check: Only look.
    """
    place = prepared.folder(theano, importlib.metadata.version("numpy"))
    wanted = _state(flags)
    if _is_made(place, wanted):
        return False
    if check:
        return True
    for left in (theano / "gof").glob(f"{MAKING}*"):  # by a set-up that was killed
        shutil.rmtree(left, ignore_errors=True)
    with tempfile.TemporaryDirectory(prefix=MAKING, dir=theano / "gof") as making:
        new = Path(making, "new")
        new.mkdir()
        if not _make(theano, Path(making, "compiled"), new, flags):
            return False
        write_whole(new / RECORD, json.dumps({"for": wanted, "files": _sizes(new)}, indent=1) + "\n")
        for path in (new, *new.rglob("*")):  # whatever the umask: everybody reads it
            path.chmod(0o755 if path.is_dir() else 0o644)
        for old in (theano / "gof").glob(f"{prepared.FOLDER}*"):
            shutil.rmtree(old, ignore_errors=True)
        new.rename(place)
    return True


def _state(flags: str) -> str:
    """Return a digest of all that decides what is made, as far as it can be found out without Theano."""
    program = Path(shutil.which("g++") or "g++").resolve()
    try:
        state = program.stat()
        compiler = f"{program} {state.st_size} {state.st_mtime_ns}"
    except OSError:
        compiler = "none"
    here = (sys.version, importlib.metadata.version("numpy"), compiler, flags)
    how = (
        PROGRAM,
        PARTS_FLAGS,
        SETTINGS,
        precompiled.SERVES,
        *precompiled.BEFORE,
        *precompiled.OLDER,
        *precompiled.AFTER,
    )
    processor = "" if "-march=" in flags else _processor()
    return hashlib.sha256("\0".join((*here, *how, processor)).encode()).hexdigest()


def _processor() -> str:
    """Return what tells this processor from another one."""
    try:
        lines = (
            Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace").split("\n\n")[0].splitlines()
        )
    except OSError:
        return ""
    return "\n".join(line for line in lines if line.startswith(("model name", "flags", "CPU", "Features")))


def _is_made(place: Path, wanted: str) -> bool:
    """Tell whether all is there, as large as it was when it was made, and made for the same."""
    try:
        made: dict[str, Any] = json.loads((place / RECORD).read_text(encoding="utf-8"))
        return bool(made["for"] == wanted and made["files"] == _sizes(place))
    except (OSError, ValueError, LookupError, TypeError):
        return False


def _sizes(place: Path) -> dict[str, int]:
    """Return the size of each file, but for the record and what Python itself compiled."""
    files = (path for path in place.rglob("*") if path.is_file() and path.suffix != ".pyc")
    return {
        str(path.relative_to(place)): path.stat().st_size for path in sorted(files) if path.name != RECORD
    }


def _make(theano: Path, compiled: Path, place: Path, flags: str) -> bool:
    """Compile the parts and the header, and lay them into a folder; return whether that worked."""
    generic = " ".join(filter(None, (PARTS_FLAGS, MARCH.get(platform.machine(), ""))))
    command = [sys.executable, "-P", "-c", PROGRAM, str(place), flags, generic]
    environment = {
        **os.environ,
        "PYTHONPATH": str(theano.parent),
        "THEANO_FLAGS": f"{SETTINGS},base_compiledir={compiled},gcc.cxxflags={generic}",
        "THEANORC": os.devnull,
        prepared.ANEW: "1",
    }
    try:
        subprocess.run(command, env=environment, cwd="/", capture_output=True, text=True, check=True)
        for name in prepared.PARTS:
            (found,) = compiled.glob(f"*/{name}")
            shutil.copytree(found, place / name, ignore=shutil.ignore_patterns("*.cpp", "__pycache__"))
    except subprocess.CalledProcessError as error:
        print(f"theano_patches: nothing made for the machine: {last_line(error.stderr)}", file=sys.stderr)
        return False
    except (OSError, ValueError, shutil.Error) as error:
        print(f"theano_patches: nothing made for the machine: {error}", file=sys.stderr)
        return False
    return True
