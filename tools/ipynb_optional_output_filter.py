#!/usr/bin/env python3
"""Keep outputs and execution counts of Jupyter notebooks out of git: the filter ``dropoutput_ipynb``.

One file, standard library only, Python 3.9 or newer: copy it into any repository, then

    python3 ipynb_optional_output_filter.py --install      # this repository, or --install --global
    python3 ipynb_optional_output_filter.py --status       # exit 0: active, 1: not
    python3 ipynb_optional_output_filter.py --uninstall

What git stores of a notebook then has ``[]`` for outputs, ``null`` for execution counts, and no saved state
of widgets; the file that you work with keeps them. Every other byte stays: order of keys, spelling of
numbers and escapes, indentation, line ends, byte order mark, last newline.

Two exceptions: the notebook's metadata ``{"git": {"suppress_outputs": false}}`` stores it as it is, and the
tag ``keep_output`` stores that cell as it is (and the state of widgets, which its output may show).

What is no notebook (empty, broken, another format than nbformat 3 or 4) is stored as it is, with one
warning on stderr. A filter that fails would stop the commit.

git itself runs the file in one of these ways; without an argument it cleans stdin:

    clean [NAME] | smudge [NAME]      one notebook, stdin to stdout
    process                           many notebooks through one process (long-running filter protocol 2)
    textconv FILE                     what ``git diff`` and ``git log -p`` compare
"""

from __future__ import annotations

# Every git command that meets a notebook starts this file, so it imports no more than filtering needs:
# what administration needs is imported there; pathlib too, which ruff would have instead of os.
# ruff: noqa: PTH103, PTH105, PTH120, PTH123
import codecs
import errno
import json
import os
import re
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import BinaryIO

DRIVER = "dropoutput_ipynb"
ATTRIBUTES = f"*.ipynb filter={DRIVER} diff={DRIVER}"
KEEP_TAG = "keep_output"
WIDGET_STATE = "application/vnd.jupyter.widget-state+json"


class NotANotebookError(ValueError):
    """The text is no notebook of nbformat 3 or 4; the message says why."""


class Edit:
    """One replacement: ``text[start:end]`` becomes ``new``; ``what`` names it for a reader."""

    __slots__ = ("end", "new", "start", "what")

    def __init__(self, start: int, end: int, new: str, what: str) -> None:
        """Note the replacement; nothing is replaced yet."""
        self.start, self.end, self.new, self.what = start, end, new, what


# ---------------------------------------------------------------- notebooks


def clean(data: bytes) -> bytes:
    """Return a notebook's bytes without outputs, counts and widget state; the same object when it has none.

    Raises NotANotebookError.
    """
    edits = find_outputs(decode(data))
    if not edits:
        return data
    pieces, at = [], 0
    for edit in edits:
        pieces += [data[at : edit.start], edit.new.encode()]
        at = edit.end
    pieces.append(data[at:])
    return b"".join(pieces)


def decode(data: bytes) -> str:
    """Return a file's bytes as a text with one character a byte; raises NotANotebookError if it is not UTF-8.

    All that JSON gives a meaning to is ASCII, which is the same in Latin-1 and UTF-8, so that places in the
    text are places in the file. A long text of wider characters would take several times the time.
    """
    check = codecs.getincrementaldecoder("utf-8")().decode
    try:
        for at in range(0, len(data), _PIECE):
            check(data[at : at + _PIECE])
        check(b"", True)
    except UnicodeDecodeError:
        raise NotANotebookError("it is not UTF-8") from None
    return data.decode("latin-1")


_PIECE = 1 << 14
"""Bytes that are decoded at once to check them: few enough to stay in the processor's cache."""


def find_outputs(text: str) -> list[Edit]:
    """Return the replacements that clean a notebook, in the order of the text; none for a clean one.

    Only the levels that matter are read key by key; everything between goes through the C decoder of
    ``json``, so that the whole text is known to be JSON. Raises NotANotebookError.
    """
    try:
        return _Notebook(text).edits()
    except RecursionError:
        raise NotANotebookError("it is nested too deeply") from None
    except json.JSONDecodeError as error:
        raise NotANotebookError(f"line {error.lineno} column {error.colno}: {error.msg}") from None


def _refuse_constant(name: str) -> None:
    """Refuse NaN and Infinity, which Python reads and JSON does not have."""
    raise NotANotebookError(f"it has {name}, which is not JSON")


# Numbers stay text: nobody counts with them, and Python refuses to read very long ones.
_DECODE = json.JSONDecoder(parse_int=str, parse_float=str, parse_constant=_refuse_constant).raw_decode
_MARK = codecs.BOM_UTF8.decode("latin-1")
_BLANKS = re.compile(r"[ \t\n\r]*")
# A key without escapes, up to its value; the decoder reads any other.
_KEY = re.compile(r'[ \t\n\r]*"([^"\\\x00-\x1f]*)"[ \t\n\r]*:[ \t\n\r]*')


class _Reader:
    """A cursor on a JSON text that reads values whole, or objects and arrays member by member."""

    def __init__(self, text: str, at: int = 0) -> None:
        self.text = text
        self.at = at

    def peek(self) -> str:
        """Skip blanks; return the next character, or "" at the end."""
        at = _BLANKS.match(self.text, self.at).end()  # type: ignore[union-attr]  # it matches no blanks too
        self.at = at
        return self.text[at : at + 1]

    def value(self) -> object:
        """Read the value that begins at the cursor."""
        value, self.at = _DECODE(self.text, self.at)
        return value

    def members(self) -> Iterator[str]:
        """Yield the keys of the object at the cursor; the caller reads each value before the next key."""
        seen: set[str] = set()
        self._take("{")
        more = not self._ends("}")
        while more:
            key = self._key()
            if key in seen and key.isascii():  # two spellings of other characters may look alike here
                raise NotANotebookError(f"an object has the key {json.dumps(key)} twice")
            seen.add(key)
            yield key
            more = self._goes_on("}")

    def items(self) -> Iterator[None]:
        """Yield before each value of the array at the cursor; the caller reads it."""
        self._take("[")
        more = not self._ends("]")
        while more:
            self.peek()
            yield
            more = self._goes_on("]")

    def fail(self, message: str) -> None:
        """Raise JSONDecodeError for the cursor's place."""
        raise json.JSONDecodeError(message, self.text, self.at)

    def _key(self) -> str:
        """Read a key and its colon, up to the value."""
        found = _KEY.match(self.text, self.at)
        if found:
            self.at = found.end()
            return found[1]
        if self.peek() != '"':
            self.fail("Expecting a key in double quotes")
        key = self.value()
        self._take(":")
        self.peek()
        return str(key)

    def _ends(self, last: str) -> bool:
        """Take the end of an object or array, if it is here."""
        found = self.peek() == last
        self.at += found
        return found

    def _goes_on(self, last: str) -> bool:
        """Take a comma, or the end; tell whether it was a comma."""
        if self._ends(last):
            return False
        self._take(",")
        return True

    def _take(self, character: str) -> None:
        if self.peek() != character:
            self.fail(f"Expecting '{character}'")
        self.at += 1


class _Notebook:
    """The parts of one notebook that decide what is cleaned."""

    def __init__(self, text: str) -> None:
        """Read the text; raises NotANotebookError, JSONDecodeError or RecursionError."""
        self.reader = reader = _Reader(text, at=3 if text.startswith(_MARK) else 0)
        self.keys: set[str] = set()
        self.format = ""
        self.metadata: dict[str, object] = {}
        self.metadata_at = 0
        self.cells: list[Edit] = []
        self.kept = False
        self.number = 0
        if reader.peek() not in ("{", ""):
            raise NotANotebookError("it is not a JSON object")
        for key in reader.members():
            self.keys.add(key)
            self._member(key)
        if reader.peek():
            reader.fail("Extra data")
        self._check()

    def edits(self) -> list[Edit]:
        """Return the replacements, in the order of the text."""
        git = self.metadata.get("git")
        if isinstance(git, dict) and git.get("suppress_outputs") is False:
            return []
        widgets = self.metadata.get("widgets")
        found = self.cells
        if isinstance(widgets, dict) and WIDGET_STATE in widgets and not self.kept:
            found = [*found, _removal(self.reader.text, self.metadata_at, "widgets")]
        return sorted(found, key=lambda edit: edit.start)

    def _member(self, key: str) -> None:
        """Read one member of the notebook."""
        reader = self.reader
        start = reader.at
        if key == "cells":
            self._cells("execution_count")
        elif key == "worksheets":
            self._worksheets()
        elif key == "metadata":
            value = reader.value()
            if not isinstance(value, dict):
                raise NotANotebookError("its metadata is not an object")
            self.metadata, self.metadata_at = value, start
        else:
            reader.value()
            if key == "nbformat":
                self.format = reader.text[start : reader.at]

    def _check(self) -> None:
        """Hold the notebook against its own number of format."""
        wanted = {"3": "worksheets", "4": "cells"}
        if "nbformat" not in self.keys:
            raise NotANotebookError("it names no nbformat")
        if self.format not in wanted:
            raise NotANotebookError(f"its nbformat is {_short(self.format)}, not 3 or 4")
        if wanted[self.format] not in self.keys:
            raise NotANotebookError(f"it has no {wanted[self.format]}")
        other = {"3": "cells", "4": "worksheets"}[self.format]
        if other in self.keys:
            raise NotANotebookError(f"it has {other}, which nbformat {self.format} does not know")

    def _worksheets(self) -> None:
        """Read the worksheets of nbformat 3."""
        reader = self.reader
        if reader.peek() != "[":
            raise NotANotebookError("its worksheets are not a list")
        for _ in reader.items():
            if reader.peek() != "{":
                raise NotANotebookError("a worksheet is not an object")
            for key in reader.members():
                if key == "cells":
                    self._cells("prompt_number")
                else:
                    reader.value()

    def _cells(self, count: str) -> None:
        """Read a list of cells, whose counts are called ``count``."""
        reader = self.reader
        if reader.peek() != "[":
            raise NotANotebookError("its cells are not a list")
        for _ in reader.items():
            self.number += 1
            if reader.peek() != "{":
                raise NotANotebookError(f"cell {self.number} is not an object")
            self._cell(count)

    def _cell(self, count: str) -> None:
        """Read one cell and note what of it is to be replaced."""
        reader = self.reader
        edits: list[Edit] = []
        kept = False
        for key in reader.members():
            start = reader.at
            value = reader.value()
            if key == "outputs":
                if not isinstance(value, list):
                    raise NotANotebookError(f"the outputs of cell {self.number} are not a list")
                if value:
                    edits.append(Edit(start, reader.at, "[]", f"cell {self.number} has outputs"))
            elif key == count and value is not None:
                # A number was read as text; a string begins with a quotation mark.
                if not isinstance(value, str) or not value.lstrip("-").isdigit() or reader.text[start] == '"':
                    raise NotANotebookError(f"the {count} of cell {self.number} is not a whole number")
                edits.append(Edit(start, reader.at, "null", f"cell {self.number} has an execution count"))
            elif key == "metadata":
                tags = value.get("tags") if isinstance(value, dict) else None
                kept = isinstance(tags, list) and KEEP_TAG in tags
        self.kept = self.kept or kept
        if not kept:
            self.cells += edits


def _removal(text: str, start: int, unwanted: str) -> Edit:
    """Return the edit that takes one member, with one of its commas, out of the object at ``start``."""
    reader = _Reader(text, start)
    before = start + 1
    first = True
    for key in reader.members():
        reader.value()
        if key == unwanted:
            break
        before, first = reader.at, False
    end = reader.at
    if first:  # its comma is the one behind it, if there is one; before "}" the blanks go too
        end = reader.at + 1 if reader.peek() == "," else reader.at
    return Edit(before, end, "", "the notebook has the state of widgets")


def _short(text: str) -> str:
    """Return a text that fits into a line of a message."""
    text = " ".join(text.split())
    return text if len(text) <= 20 else text[:20] + "…"


# ---------------------------------------------------------------- filtering


class ProtocolError(Exception):
    """What came from git was not the protocol; the message says what."""


def say(message: str) -> None:
    """Write one line to stderr, where git shows it; a closed stderr is no reason to fail."""
    line = "".join(each if each.isprintable() else ascii(each)[1:-1] for each in message)
    try:
        if sys.stderr is not None:
            print(f"{DRIVER}: {line}", file=sys.stderr, flush=True)
    except (OSError, ValueError):
        pass


def cleaned(data: bytes, name: str) -> bytes:
    """Return what git stores: the clean notebook, or with a warning the very same bytes."""
    try:
        return clean(data)
    except NotANotebookError as error:
        say(f"{name}: stored as it is, because it is no notebook: {error}")
    except Exception as error:  # whatever it is, the file must reach the commit
        say(f"{name}: stored as it is, because the filter failed: {type(error).__name__}: {error}")
    return data


def smudged(data: bytes, name: str) -> bytes:
    """Return what a checkout writes: what git stored."""
    return data


def converted(data: bytes) -> bytes:
    """Return what a diff compares: the clean notebook; anything else as it is, without a word."""
    try:
        return clean(data)
    except NotANotebookError:
        return data


COMMANDS: dict[bytes, Callable[[bytes, str], bytes]] = {b"clean": cleaned, b"smudge": smudged}
LONGEST = 65516
"""Bytes that one packet can carry."""
_FLUSH = b"0000"
_CUT_OFF = "git closed the pipe in the middle of a file"


def process(source: BinaryIO, sink: BinaryIO) -> None:
    """Serve git's long-running filter protocol, version 2, until git closes the pipe.

    Delayed answers are not offered: there is nothing to wait for. Raises ProtocolError.
    """
    _welcome(source, sink)
    while (headers := _read_list(source, may_end=True)) is not None:
        fields = dict(header.partition(b"=")[::2] for header in headers)
        content = _read_content(source)
        run = COMMANDS.get(fields.get(b"command", b""))
        if run is None:
            _send(sink, _packet(b"status=abort\n"), _FLUSH)
            continue
        name = fields.get(b"pathname", b"a notebook").decode("utf-8", "backslashreplace")
        try:
            answer = run(content, name)
            packets = [_packet(answer[at : at + LONGEST]) for at in range(0, len(answer), LONGEST)]
        except MemoryError:
            say(f"{name}: there is not enough memory to filter it")
            _send(sink, _packet(b"status=error\n"), _FLUSH)
            continue
        # The empty list at the end confirms the status at the beginning.
        _send(sink, _packet(b"status=success\n"), _FLUSH, *packets, _FLUSH, _FLUSH)


def _welcome(source: BinaryIO, sink: BinaryIO) -> None:
    """Agree on the version and on what this filter can do."""
    hello = _read_list(source) or []
    if hello[:1] != [b"git-filter-client"] or b"version=2" not in hello:
        raise ProtocolError("expected git's filter protocol, version 2; git runs this command itself")
    _send(sink, _packet(b"git-filter-server\n"), _packet(b"version=2\n"), _FLUSH)
    offered = _read_list(source) or []
    known = [b"capability=" + name for name in COMMANDS]
    _send(sink, *[_packet(each + b"\n") for each in known if each in offered], _FLUSH)


def _read_list(source: BinaryIO, may_end: bool = False) -> list[bytes] | None:
    """Return the lines up to a flush; None when the pipe was closed before the first and may be."""
    lines: list[bytes] = []
    while (length := _read_length(source, may_end and not lines)) != _AT_FLUSH:
        if length == _AT_END:
            return None
        lines.append(_read_exactly(source, length).rstrip(b"\n"))
    return lines


def _read_content(source: BinaryIO) -> bytes:
    """Return the bytes up to a flush."""
    packets: list[bytes] = []
    while (length := _read_length(source)) != _AT_FLUSH:
        packets.append(_read_exactly(source, length))
    return b"".join(packets)


_AT_FLUSH, _AT_END = -1, -2


def _read_length(source: BinaryIO, may_end: bool = False) -> int:
    """Return the bytes that the next packet carries, or that there is a flush, or the end if it may be."""
    digits = source.read(4)
    if not digits and may_end:
        return _AT_END
    if len(digits) < 4:
        raise ProtocolError(_CUT_OFF)
    try:
        length = int(digits, 16) if digits.isalnum() else 1
    except ValueError:
        length = 1
    if length == 0:
        return _AT_FLUSH
    if not 4 <= length <= LONGEST + 4:
        raise ProtocolError(f"{digits!r} is not the length of a packet")
    return length - 4


def _read_exactly(source: BinaryIO, length: int) -> bytes:
    content = source.read(length)
    if len(content) < length:
        raise ProtocolError(_CUT_OFF)
    return content


def _packet(content: bytes) -> bytes:
    return b"%04x" % (len(content) + 4) + content


def _send(sink: BinaryIO, *packets: bytes) -> None:
    sink.write(b"".join(packets))
    sink.flush()


# ---------------------------------------------------------------- administration


class InstallError(Exception):
    """What keeps the filter from being installed; the message says what to do."""


class MissingGitError(InstallError):
    """There is no git."""


class _Place:
    """Where the filter is installed: in one repository, or for one user in all of them."""

    def __init__(self, scope: str) -> None:
        """Find the folders; ``scope`` is ``--local`` or ``--global``. Raises InstallError."""
        import shlex
        from pathlib import Path

        self.scope = scope
        name = Path(__file__).name
        if scope == "--local":
            self.words = "in this repository"
            # All worktrees share this folder, and no checkout of an older commit takes the copy away.
            try:
                folder = Path(_git("rev-parse", "--git-common-dir")).resolve()
                self.top = Path(_git("rev-parse", "--show-toplevel"))
            except MissingGitError:
                raise
            except InstallError as error:
                raise InstallError(f"{error}; run this in a repository's folder, or with --global") from None
            self.attributes = folder / "info" / "attributes"
            # Asked for when it is needed, so that the repository may be moved.
            script = f'"$(git rev-parse --git-common-dir)"/{DRIVER}/{shlex.quote(name)}'
        else:
            self.words = "for this user, in every repository"
            home = os.environ.get("HOME") or str(Path.home())
            folder = Path(os.environ.get("XDG_CONFIG_HOME") or Path(home) / ".config") / "git"
            chosen = _git("config", "--global", "--type=path", "core.attributesFile", may_fail=True)
            self.attributes = Path(chosen) if chosen else folder / "attributes"
            script = shlex.quote((folder / DRIVER / name).as_posix())
        self.copy = folder / DRIVER / name
        self.run = f"{shlex.quote(_interpreter())} -I -S {script}"

    def settings(self) -> dict[str, str]:
        """Return git's settings; ``required`` comes last, so that half an installation blocks nothing."""
        one = self.run.replace("%", "%%")
        return {
            f"diff.{DRIVER}.textconv": f"{self.run} textconv",
            f"filter.{DRIVER}.clean": f"{one} clean %f",
            f"filter.{DRIVER}.smudge": f"{one} smudge %f",
            f"filter.{DRIVER}.process": f"{self.run} process",
            f"filter.{DRIVER}.required": "true",
        }

    def missing(self) -> list[str]:
        """Return what of an installation is not there, in words."""
        found = [name for name in self.settings() if not self._setting(name)]
        if not self.copy.is_file():
            found.append(str(self.copy))
        return found

    def stale(self) -> bool:
        """Tell whether the installed copy is another version than this file."""
        return self.copy.is_file() and self.copy.read_bytes() != _own_bytes()

    def install(self) -> None:
        """Copy this file, set git's settings, name the attributes; safe to run again."""
        self._refuse_other_filters()
        _replace(self.copy, _own_bytes())
        for name, value in self.settings().items():
            _git("config", self.scope, "--replace-all", name, value)
        if self.scope == "--global" or not self._attributes_are_set():
            lines = self._lines()
            if ATTRIBUTES not in map(str.strip, lines):
                gap = "\n" if lines and not lines[-1].endswith("\n") else ""
                self._write_lines([*lines, f"{gap}{ATTRIBUTES}\n"])

    def uninstall(self) -> bool:
        """Undo ``install``; return whether anything was there."""
        import shutil

        lines = self._lines()
        rest = [line for line in lines if line.strip() != ATTRIBUTES]
        there = rest != lines or self.copy.parent.exists()
        if rest != lines:
            self._write_lines(rest)
        for section in ("filter", "diff"):
            if any(self._setting(name) for name in self.settings() if name.startswith(section)):
                there = True
                _git("config", self.scope, "--remove-section", f"{section}.{DRIVER}")
        shutil.rmtree(self.copy.parent, ignore_errors=True)
        return there

    def _setting(self, name: str) -> str:
        return _git("config", self.scope, "--get-all", name, may_fail=True)

    def _lines(self) -> list[str]:
        """Return the lines of the file of attributes, with their ends."""
        if not self.attributes.is_file():
            return []
        return os.fsdecode(self.attributes.read_bytes()).splitlines(keepends=True)

    def _write_lines(self, lines: list[str]) -> None:
        """Write the file of attributes; an empty one goes away."""
        if lines:
            _replace(self.attributes, os.fsencode("".join(lines)))
        else:
            self.attributes.unlink()

    def _attributes_are_set(self) -> bool:
        """Tell whether git would filter and convert a notebook of this repository."""
        told = _git("check-attr", "filter", "diff", "--", "notebook.ipynb", folder=self.top).splitlines()
        return len(told) == 2 and all(line.endswith(f": {DRIVER}") for line in told)

    def _refuse_other_filters(self) -> None:
        """Raise InstallError when notebooks go through another filter already: git runs one only."""
        if self.scope == "--global":
            others = [
                word[len("filter=") :]
                for line in self._lines()
                if line.split()[:1] == ["*.ipynb"]
                for word in line.split()
                if word.startswith("filter=")
            ]
        else:
            listed = _git("ls-files", "-z", "--", "*.ipynb", folder=self.top)
            names = f"notebook.ipynb\0{listed}"
            told = _git("check-attr", "-z", "--stdin", "filter", folder=self.top, given=names)
            others = told.split("\0")[2::3]
        for other in others:
            if other not in ("unspecified", "unset", DRIVER):
                raise InstallError(
                    f"notebooks already go through the filter '{other}'; take its attribute away first"
                )


def _interpreter() -> str:
    """Return the Python that git is to run: the one that runs this, or what its virtual environment is of."""
    base = getattr(sys, "_base_executable", None)
    found = base if sys.prefix != sys.base_prefix and base else sys.executable
    if not found:
        raise InstallError("this Python does not know its own path; run the file as: python3 FILE --install")
    return found.replace("\\", "/") if os.name == "nt" else found


def _own_bytes() -> bytes:
    with open(__file__, "rb") as file:
        return file.read()


def _replace(path: os.PathLike[str], data: bytes) -> None:
    """Write a file beside and rename it, so that nobody ever reads half of it."""
    target = os.path.realpath(path)  # a link, as to a dotfile, stays one
    os.makedirs(os.path.dirname(target), exist_ok=True)
    beside = f"{target}.{os.getpid()}"
    with open(beside, "wb") as file:
        file.write(data)
    os.replace(beside, target)


def _git(
    *words: str, folder: os.PathLike[str] | None = None, given: str | None = None, may_fail: bool = False
) -> str:
    """Return what git prints, without the last newline; raises InstallError with git's last line."""
    import subprocess

    try:
        done = subprocess.run(
            ["git", *words],
            cwd=folder,
            input=os.fsencode(given) if given is not None else None,
            stdin=subprocess.DEVNULL if given is None else None,
            capture_output=True,
            check=False,
        )
    except FileNotFoundError:
        raise MissingGitError("git is not installed, or not on PATH") from None
    if done.returncode and not may_fail:
        last = os.fsdecode(done.stderr).strip().splitlines()[-1:] or ["it said nothing"]
        raise InstallError(f"git {words[0]}: {last[0]}")
    return "" if done.returncode else os.fsdecode(done.stdout).rstrip("\n")


_PROBE = (
    '{"cells": [{"cell_type": "code", "execution_count": %s, "id": "a", "metadata": {}, "outputs": %s,'
    ' "source": "1"}], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}\n'
)


def _probe(folder: os.PathLike[str]) -> str:
    """Let git itself filter a notebook; return "" when that worked, else why not."""
    name = "--path=notebook.ipynb"
    try:
        ran = _PROBE % (1, '[{"name": "stdout", "output_type": "stream", "text": "1"}]')
        got = _git("hash-object", "--stdin", name, folder=folder, given=ran)
        wanted = _git("hash-object", "--stdin", "--no-filters", folder=folder, given=_PROBE % ("null", "[]"))
    except InstallError as fault:
        return str(fault)
    return "" if got == wanted else "git stores a notebook with its outputs"


def install(scope: str) -> int:
    """Install the filter; returns the exit status."""
    place = _Place(scope)
    place.install()
    trouble = _probe(place.top) if scope == "--local" else ""
    if trouble:
        raise InstallError(f"installed, but it does not work: {trouble}")
    print(f"{DRIVER} is installed {place.words}")
    print("notebooks that were committed with outputs are stored without them after: git add --renormalize .")
    return 0


def uninstall(scope: str) -> int:
    """Remove the filter; returns the exit status."""
    place = _Place(scope)
    there = place.uninstall()
    print(f"{DRIVER} is removed {place.words}" if there else f"{DRIVER} was not installed {place.words}")
    return 0


def status(scope: str | None) -> int:
    """Say where the filter is installed and whether it works here; returns 0 when it does."""
    places: list[_Place] = []
    for each in [scope] if scope else ["--local", "--global"]:
        try:
            places.append(_Place(each))
        except InstallError as fault:
            if scope:
                raise
            print(f"{each[2:]}: {fault}")
    complete = False
    for place in places:
        missing = place.missing()
        complete = complete or not missing
        if not missing:
            old = "; its copy is another version than this file, so run --install again" * place.stale()
            print(f"{place.scope[2:]}: installed{old}")
        elif len(missing) > len(place.settings()):
            print(f"{place.scope[2:]}: not installed")
        else:
            print(f"{place.scope[2:]}: installed in part; run --install again; missing: {', '.join(missing)}")
    here = [place for place in places if place.scope == "--local"]
    if complete and here:
        trouble = _probe(here[0].top)
        print(
            f"here: not active: {trouble}" if trouble else "here: active, git stores no outputs of notebooks"
        )
        complete = not trouble
    return 0 if complete else 1


def administer(words: list[str]) -> int:
    """Do what the options ask for; returns the exit status."""
    import argparse

    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter, allow_abbrev=False
    )
    verb = parser.add_mutually_exclusive_group(required=True)
    verb.add_argument("--install", action="store_true", help="set git up to use this filter; safe to repeat")
    verb.add_argument("--status", action="store_true", help="say whether it is installed and works here")
    verb.add_argument("--uninstall", action="store_true", help="undo --install")
    scope = parser.add_mutually_exclusive_group()
    for word, text in (
        ("--local", "this repository and its worktrees (the default)"),
        ("--global", "all of this user's"),
    ):
        scope.add_argument(word, dest="scope", action="store_const", const=word, help=text)
    chosen = parser.parse_args(words)
    try:
        if chosen.install:
            return install(chosen.scope or "--local")
        if chosen.uninstall:
            return uninstall(chosen.scope or "--local")
        return status(chosen.scope)
    except InstallError as fault:
        say(str(fault))
    return 1


# ---------------------------------------------------------------- the command


def _one_shot(words: list[str]) -> int | None:
    """Filter one file, or serve git; returns the exit status, or None when the words mean something else."""
    verb = words[0].lstrip("-") if words else "clean"
    if verb not in ("clean", "smudge", "process", "textconv"):
        return None
    if sys.stdin is None or sys.stdout is None:
        return 1  # closed: there is nobody to answer
    if verb == "textconv" and len(words) == 2:
        with open(words[1], "rb") as file:
            _send(sys.stdout.buffer, converted(file.read()))
    elif verb == "process" and len(words) == 1:
        process(sys.stdin.buffer, sys.stdout.buffer)
    elif verb.encode() in COMMANDS and len(words) <= 2 and (words or not sys.stdin.isatty()):
        _send(
            sys.stdout.buffer, COMMANDS[verb.encode()](sys.stdin.buffer.read(), (words[1:] or ["stdin"])[0])
        )
    else:
        return None
    return 0


def _abandon_stdout() -> None:
    """Let Python's last flush of a broken stdout go nowhere, so that it says nothing."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)


def main() -> int:
    """Run one command; returns the exit status: 0 done, 1 it could not, 2 wrong usage."""
    words = sys.argv[1:]
    try:
        try:
            done = _one_shot(words)
            if done is None:
                done = administer(words or ["--help"])
        except SystemExit as end:  # argparse, after its help or a usage error
            done = end.code
        if sys.stdout is not None:
            sys.stdout.flush()
        return done
    except KeyboardInterrupt:
        return 130
    except ProtocolError as error:
        say(str(error))
    except MemoryError:
        say("there is not enough memory to filter this file")
    except OSError as error:
        _abandon_stdout()
        # Windows reports a reader that has gone as EINVAL.
        if error.errno not in (errno.EPIPE, errno.EINVAL):
            where = f"{error.filename}: " if error.filename else ""
            say(f"{where}{error.strerror}")
    return 1


if __name__ == "__main__":
    sys.exit(main())
