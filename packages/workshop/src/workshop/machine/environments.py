"""What set-up made: the environments, their kernels, the compile cache, the notebooks and the data."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path

from workshop.core import kernels as kernel_table
from workshop.core.programs import last_line
from workshop.core.settings import Settings
from workshop.machine.lines import Line, green, making, red, yellow

SET_UP = "run ./local/setup.bash"
AGAIN = "run set-up again (it repairs what is missing)"
WANTED = {
    "jupyter": ("jupyterlab", "notebook", "tensorboard", "workshop"),
    "theano": ("numpy", "theano", "lasagne", "matplotlib", "ipykernel", "workshop"),
    "pytorch": ("numpy", "torch", "matplotlib", "ipykernel", "workshop"),
    "tensorflow": ("numpy", "tensorflow", "keras", "tensorboard", "matplotlib", "ipykernel", "workshop"),
}
BUSY = "did not answer in time"
# Packages are looked up, not imported: importing Theano and TensorFlow takes seconds, and it is the
# lessons' own tests that prove they work. NumPy is imported: its C parts fail first when a system
# library is missing.
PROBE = """
import importlib.util, json, sys
names = sys.argv[1:]
missing = [name for name in names if importlib.util.find_spec(name) is None]
if "numpy" in names and "numpy" not in missing:
    import numpy
print(json.dumps({"python": sys.version.split()[0], "missing": missing}))
"""
SECONDS = 15.0
COMPILED_LEAST = 20
"""Compiled functions that even the smallest lesson leaves in the cache."""


def python(settings: Settings) -> Line:
    """Before set-up: say where its Python 3.11 will come from."""
    found = shutil.which("python3.11")
    if found:
        return green("Python 3.11", found)
    return yellow("Python 3.11", "not installed", "set-up installs it (needs root or sudo)")


def environment(settings: Settings, name: str, thorough: bool = False) -> Line:
    """Say whether a virtual environment runs and holds what it should.

    thorough: also import what the environment is for, which may take half a minute.
    """
    check = f"environment {name}"
    if settings.prefix is None:
        return yellow(check, "not set up", SET_UP)
    if name in settings.lacking.split():
        return yellow(check, "its packages could not be had at set-up", f"connect to a network and {SET_UP}")
    interpreter = settings.prefix / "venvs" / name / "bin/python"
    if not interpreter.exists():
        return red(check, f"{interpreter} is missing", AGAIN)
    answer = _ask(settings, interpreter, PROBE, WANTED[name], SECONDS)
    if answer == BUSY:
        return yellow(check, BUSY, "run the doctor again when the machine is idle")
    if isinstance(answer, str):
        return red(check, answer, AGAIN)
    if answer["missing"]:
        return red(check, f"lacks {', '.join(answer['missing'])}", AGAIN)
    if thorough and (failure := _import_all(settings, interpreter, name)):
        return red(check, failure, f"{AGAIN}; see docs/troubleshooting.md")
    return green(check, f"Python {answer['python']}, {len(WANTED[name])} packages found")


def _import_all(settings: Settings, interpreter: Path, name: str) -> str:
    """Import what an environment is for; return what went wrong, or nothing."""
    extra = ["theano.tensor.signal.downsample"] if name == "theano" else []
    code = f"import {', '.join([*WANTED[name], *extra])}; print('{{}}')"
    answer = _ask(settings, interpreter, code, (), seconds=120)
    return answer if isinstance(answer, str) else ""


def _ask(
    settings: Settings, interpreter: Path, code: str, arguments: tuple[str, ...], seconds: float
) -> dict[str, list[str]] | str:
    """Run code that prints a JSON object as its last line; return it, or one line on what failed."""
    prefix = settings.prefix or Path()
    try:
        ran = subprocess.run(
            [str(interpreter), "-P", "-c", code, *arguments],
            env={**os.environ, "THEANORC": str(prefix / "etc/theanorc"), "OPENBLAS_NUM_THREADS": "1"},
            cwd="/",
            capture_output=True,
            text=True,
            timeout=seconds,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return BUSY
    except OSError as error:
        return f"does not run: {error.strerror}"
    if ran.returncode:
        return f"fails: {last_line(ran.stderr) or f'exit status {ran.returncode}'}"
    last = last_line(ran.stdout) or "said nothing"
    try:
        answer: dict[str, list[str]] = json.loads(last)
    except ValueError:
        return f"answers with: {last[:80]}"
    return answer


def kernels(settings: Settings) -> Line:
    """Say whether JupyterLab will offer the workshop's kernels and can start them."""
    if settings.prefix is None:
        return yellow("kernels", "not set up", SET_UP)
    folder = settings.prefix / "venvs/jupyter/share/jupyter/kernels"
    wanted = [
        name
        for name, environment in kernel_table.ENVIRONMENTS.items()
        if environment not in settings.left_out.split()
    ]
    broken = [name for name in wanted if not _kernel_starts(folder / name / "kernel.json")]
    if broken:
        return red("kernels", f"{', '.join(broken)}: missing or pointing nowhere", AGAIN)
    return green("kernels", ", ".join(wanted))


def _kernel_starts(specification: Path) -> bool:
    """Tell whether a kernel's specification names a program that exists."""
    try:
        command = json.loads(specification.read_text(encoding="utf-8"))["argv"][0]
    except (OSError, ValueError, KeyError, IndexError):
        return False
    # For a bare `python` Jupyter takes the Python that it runs on, whatever PATH says.
    return command in ("python", "python3") or shutil.which(command) is not None


def compile_cache(settings: Settings) -> Line:
    """Say whether Theano's compiled functions are there for this machine."""
    if settings.prefix is None:
        return yellow("compile cache", "not set up", SET_UP)
    folder = settings.prefix / "theano"
    compiled = sum(1 for _ in folder.glob("compiledir_*/*/*.so"))
    text = f"{compiled} compiled functions"
    lessons, warm, now = _warming(folder)
    if lessons:
        text += f", {warm} of {lessons} lessons are compiled"
    if now:
        text += f", {now} is at work; lessons run meanwhile, and compile first"
        return making("compile cache", text, warm / max(1, lessons))
    if compiled < COMPILED_LEAST or warm < lessons:
        return yellow(
            "compile cache",
            text,
            "the first run of a lesson compiles for a minute; or run: workshop lessons warm",
        )
    return green("compile cache", text)


def _warming(folder: Path) -> tuple[int, int, str]:
    """Return how many lessons there are, how many the cache is warm for, and which one is at work now.

    All of them are zero and empty where nothing was warmed; a process that was killed is not at work.
    """
    try:
        told = json.loads((folder / "warming.json").read_text(encoding="utf-8"))
        lessons, warm, now = int(told["lessons"]), int(told["warm"]), str(told["now"])
        process = Path("/proc", str(int(told["process"])), "cmdline")
    except (OSError, ValueError, KeyError, TypeError):
        return 0, 0, ""
    try:
        at_work = b"warm" in process.read_bytes().split(b"\0")
    except OSError:
        at_work = False
    return lessons, warm, now if at_work else ""


def notebooks(settings: Settings) -> Line:
    """Say whether the participant's folder is there, can be written and holds the lessons."""
    folder = settings.notebooks
    if settings.prefix is None:
        return yellow("notebooks", f"will be laid down in {folder}", SET_UP)
    if not folder.is_dir():
        return red("notebooks", f"{folder} is missing", AGAIN)
    if not os.access(folder, os.W_OK | os.X_OK):
        return red(
            "notebooks", f"{folder} cannot be written by you", f"run: sudo chown -R \"$USER\" '{folder}'"
        )
    lessons = sum(1 for path in folder.rglob("*.ipynb") if ".ipynb_checkpoints" not in path.parts)
    if not lessons:
        return red("notebooks", f"{folder} holds no lesson", AGAIN)
    return green("notebooks", f"{lessons} notebooks in {folder}")


def data(settings: Settings) -> Line:
    """Say which data sets of the catalogue are there and right.

    Red is what today's schedule needs and lacks; what is merely not here is yellow.
    """
    from workshop.datasets.catalogue import Dataset, load_catalogue
    from workshop.datasets.store import Store
    from workshop.machine.needed_data import goes_on, stops_without, todays_parts

    store = Store(settings.data)
    catalogue = load_catalogue().values()
    missing: list[Dataset] = [
        dataset for dataset in catalogue if not all(store.has(dataset, file) for file in dataset.files)
    ]
    text = f"{len(catalogue) - len(missing)} of {len(catalogue)} sets in {settings.data}"
    if not missing:
        return green("data", text)
    names = ", ".join(dataset.name for dataset in missing)
    if settings.prefix is None:
        return yellow("data", f"{text}; missing: {names}", SET_UP)
    parts = todays_parts(settings)
    stopped = {dataset.name: found for dataset in missing if (found := stops_without(dataset, parts))}
    if stopped:
        needed = "; ".join(f"{name} (for {', '.join(found)})" for name, found in stopped.items())
        return red(
            "data",
            f"{text}; missing: {needed}, needed today",
            f"run: workshop data fetch {' '.join(stopped)}",
        )
    without = "; ".join(f"{dataset.name}: {goes_on(dataset)}" for dataset in missing)
    return yellow(
        "data",
        f"{text}; today needs no more; missing: {names}",
        f"{without}. What can be had from this network: workshop data fetch",
    )
