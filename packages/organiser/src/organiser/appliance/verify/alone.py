"""``verify`` as one file that needs nothing but Python: for a participant, on the stick, on any computer.

``python3 -I verify-appliance.pyz FILE…``. It is the same code as the command's, put into a zip application.
"""

from __future__ import annotations

import argparse
import ast
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import organiser
import workshop

NAME = "verify-appliance.pyz"
OLDEST = (3, 11)
ENTRY = "organiser.appliance.verify.alone"
DATE = (1980, 1, 1, 0, 0, 0)
MAIN = f"""\
import sys

if sys.version_info < {OLDEST}:
    sys.exit("verify-appliance: needs Python {OLDEST[0]}.{OLDEST[1]} or newer, this is " +
    sys.version.split()[0])
from {ENTRY} import main

sys.exit(main())
"""


def main(words: list[str] | None = None) -> int:
    """Judge files; return 0 only when all of them are sound."""
    from organiser.appliance.verify.printing import say
    from organiser.appliance.verify.run import verify
    from workshop.errors import WorkshopError

    parser = argparse.ArgumentParser(
        prog="verify-appliance",
        description="Check files of the workshop (.ova, .utm.zip, .wsl, .oci.tar) before they are imported.",
    )
    parser.add_argument("files", nargs="+", metavar="FILE", help="what was copied from the stick")
    parser.add_argument(
        "--thorough", action="store_true", help="also inflate every piece of the disk; takes minutes"
    )
    chosen = parser.parse_args(words)
    sound = True
    for name in chosen.files:
        try:
            report = verify(Path(name), thorough=chosen.thorough)
        except OSError as error:
            say(f"{name}: cannot be read: {error.strerror}", sys.stderr)
            sound = False
            continue
        except WorkshopError as error:
            say(f"{name}: cannot be judged: {error}", sys.stderr)
            sound = False
            continue
        for check, fault in report.faults:
            say(f"FAIL  {check}: {fault}")
        say(f"{name}: {report.verdict if report.ok else 'not sound'}")
        if report.ok:
            for line in (*report.told, report.updates):
                say(line)
        sound = sound and report.ok
    return 0 if sound else 1


def write(target: Path) -> None:
    """Write the one file; the same code gives the same bytes."""
    with zipfile.ZipFile(target, "w") as archive:
        for name, data in (("__main__.py", MAIN.encode()), *sorted(_sources().items())):
            info = zipfile.ZipInfo(name, DATE)
            info.compress_type = zipfile.ZIP_DEFLATED
            info.external_attr = 0o100644 << 16
            archive.writestr(info, data)


def _sources() -> dict[str, bytes]:
    """Return the files of the modules that are imported, by their names in the zip file."""
    found: dict[str, bytes] = {}
    waiting = [ENTRY]
    while waiting:
        module = waiting.pop()
        path = _file_of(module)
        if path is None or (name := _name_of(module, path)) in found:
            continue
        found[name] = path.read_bytes()
        parent = module.rpartition(".")[0]
        waiting += [*_imported(path, entry=module == ENTRY), *([parent] if parent else [])]
    return found


def _file_of(module: str) -> Path | None:
    package, _, rest = module.partition(".")
    known = {"organiser": organiser, "workshop": workshop}.get(package)
    if known is None or known.__file__ is None:
        return None
    path = Path(known.__file__).parent.joinpath(*filter(None, rest.split(".")))
    for candidate in (path / "__init__.py", path.with_suffix(".py")):
        if candidate.is_file():
            return candidate
    return None


def _name_of(module: str, path: Path) -> str:
    return module.replace(".", "/") + ("/__init__.py" if path.name == "__init__.py" else ".py")


def _imported(path: Path, *, entry: bool) -> Iterator[str]:
    """Yield the modules that a file imports when it is imported; the entry's functions count, too."""
    tree = ast.parse(path.read_bytes())
    nodes = ast.walk(tree) if entry else tree.body
    for node in nodes:
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def beside(folder: Path) -> Path:
    """Write the one file into a folder, whole or not at all; return it."""
    target, partial = folder / NAME, folder / f".{NAME}.partial"
    write(partial)
    partial.replace(target)
    return target
