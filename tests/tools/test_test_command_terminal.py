"""The test command on a terminal: live lines below, which leave nothing behind."""

from __future__ import annotations

import os
import pty
import re
import struct
import subprocess
import termios
from fcntl import ioctl

import pytest
from fakeparts import FakeParts
from waiting import patience

from tools.testrun.display import shorten

WIDTH, HEIGHT = 60, 12
SEQUENCES = re.compile(r"\x1b\[(\?25[lh]|\d*A|[JK]|[\d;]*m)")


class Screen:
    """A terminal that understands what the display writes, and complains of anything else."""

    def __init__(self) -> None:
        self.lines, self.row, self.column, self.cursor = [""], 0, 0, True
        self.widest = 0

    def write(self, text: str) -> None:
        position = 0
        while position < len(text):
            if text[position] == "\x1b":
                found = SEQUENCES.match(text, position)
                assert found, f"garbage: {text[position : position + 10]!r}"
                self._obey(found[1])
                position = found.end()
            else:
                self._put(text[position])
                position += 1

    def _obey(self, what: str) -> None:
        if what.startswith("?25"):
            self.cursor = what.endswith("h")
        elif what.endswith("A"):
            self.row -= int(what[:-1])
            assert self.row >= 0
        elif what == "K":
            self.lines[self.row] = self.lines[self.row][: self.column]
        elif what == "J":
            self.lines[self.row :] = [self.lines[self.row][: self.column]]

    def _put(self, letter: str) -> None:
        if letter == "\r":
            self.column = 0
        elif letter == "\n":
            self.row += 1
            self.lines += [""] * (self.row + 1 - len(self.lines))
        else:
            assert letter.isprintable()
            line = self.lines[self.row].ljust(self.column)
            self.lines[self.row] = line[: self.column] + letter + line[self.column + 1 :]
            self.column += 1


def on_terminal(fake: FakeParts, *words: str, **settings: str) -> str:
    """Run on a terminal of its own; return the bytes that came."""
    ours, theirs = pty.openpty()
    ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", HEIGHT, WIDTH, 0, 0))
    settings = {"TERM": "xterm", "NO_COLOR": ""} | settings
    run = subprocess.Popen(
        ["bash", fake.root / "tools/test.bash", *words],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        env=fake.environment(**settings),
        start_new_session=True,
    )
    os.close(theirs)
    said = b""
    while True:
        try:
            piece = os.read(ours, 65536)
        except OSError:
            break  # so a terminal says that nobody has its other end any more
        if not piece:
            break
        said += piece
    os.close(ours)
    run.wait(timeout=patience(60))
    return said.decode()


@pytest.fixture
def busy(fake: FakeParts) -> FakeParts:
    fake.parts(
        cores=0,
        # Ends second, however late each of them begins.
        unit="source tools/test-parts/lib.bash\n"
        "late() { for _ in $(seq 600); do [ ! -e failed ] || break; sleep 0.1; done; sleep 2; }\n"
        "step 'a step with a very long name indeed, which fits nowhere' late",
        vm="printf 'progress\\rover\\033[31m and over\\n'; sleep 0.5; touch failed; exit 1",
    )
    return fake


def test_live_lines_are_redrawn_in_place_and_vanish(busy: FakeParts) -> None:
    said = on_terminal(busy)
    assert "0 of 2 jobs done" in said and "1 of 2 jobs done, 1 failed" in said
    live = [line for line in re.split(r"\r?\n", said) if line.endswith("\x1b[K")]
    assert any("unit.run" in line and "indeed, which fits nowhere" in line for line in live)
    assert all(len(SEQUENCES.sub("", line)) < WIDTH for line in live)
    screen = Screen()
    screen.write(said)
    assert screen.cursor
    left = "\n".join(screen.lines)
    assert "jobs done" not in left
    assert "== vm.run: failed" in left and "   over and over" in left
    assert "== unit.run: passed" in left
    assert left.rstrip().endswith("parts: 1 passed, 1 failed, 0 skipped")


def test_colours_follow_the_terminal_and_the_user(busy: FakeParts) -> None:
    assert "\x1b[31mfailed" in on_terminal(busy)
    colourless = on_terminal(busy, NO_COLOR="1")
    assert "jobs done" in colourless and not re.search(r"\x1b\[[\d;]*m", colourless)
    assert "\x1b" not in on_terminal(busy, TERM="dumb")


def test_the_cursor_comes_back_after_ctrl_c(fake: FakeParts) -> None:
    fake.parts(unit='sleep 0.6; kill -INT "$(cut -d " " -f 4 "/proc/$$/stat")"; sleep 600')
    screen = Screen()
    screen.write(on_terminal(fake))
    assert screen.cursor
    assert "parts: 0 passed, 1 failed, 0 skipped" in screen.lines


@pytest.mark.parametrize("width", [3, 4, 5, 6, 20, 79, 80])
@pytest.mark.parametrize("colour", ["", "\x1b[31m"])
def test_a_line_is_cut_in_its_middle_to_the_width(width: int, colour: str) -> None:
    for length in (0, 1, width - 1, width, width + 1, width + 2, 10 * width):
        line = "".join(chr(ord("a") + number % 26) for number in range(length))
        cut = shorten(f"{colour}{line}", width)
        if length <= width:
            assert cut == f"{colour}{line}"
        else:
            begin, _, end = cut.partition("…")
            assert len(cut) == width
            assert line.startswith(begin) and line.endswith(end)
            # A test's name is at the end: it gets no less room than the beginning.
            assert 1 <= len(begin) <= len(end)
