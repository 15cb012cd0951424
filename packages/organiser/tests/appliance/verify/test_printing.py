"""What is printed of a hostile file is one plain line on whatever there is, and never a traceback."""

from __future__ import annotations

import io
import json
import re
import shutil
import sys
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from organiser.appliance import cli
from organiser.appliance.verify import alone, checks
from organiser.appliance.verify.printing import LONGEST, fit, shortened
from workshop.system import command

HOSTILE = "secret\udcff\x1b[2J\x9b1m\u202egnp.avo\u2028x\r\u2066é"


@given(st.text() | st.text(st.characters(categories=("Cc", "Cf", "Cs", "Zl", "Zp", "Co"))))
def test_no_letter_that_a_terminal_obeys_is_left(text: str) -> None:
    for encoding in ("utf-8", "cp1252", "ascii", None):
        found = fit(text, encoding)
        assert found.isprintable()
        assert not any(unicodedata.category(letter)[0] == "C" for letter in found)
        found.encode(encoding or "utf-8")
    assert len(shortened(text * 100)) <= LONGEST + 1


def test_a_check_gives_plain_lines_and_not_too_many() -> None:
    stage: checks.Stage[str] = checks.Stage()
    stage.check("a", "why")(lambda subject: (f"{subject}{n}" for n in range(10**9)))
    (result,) = stage.run(HOSTILE)
    assert len(result.faults) == checks.MOST_FAULTS + 1
    assert all(fault.isprintable() for fault in result.faults)


@pytest.mark.parametrize(
    "error", [MemoryError(), RecursionError(), OverflowError("x\ny"), KeyError("a"), ValueError()]
)
def test_what_cannot_be_read_is_a_fault(error: Exception) -> None:
    def find(_: str) -> list[str]:
        raise error

    stage: checks.Stage[str] = checks.Stage()
    stage.check("a", "why", gate=True)(find)
    stage.check("b", "why")(lambda _: ())
    (result,) = stage.run("")
    assert re.fullmatch(r"it cannot be read: .+", *result.faults)


@pytest.mark.parametrize("encoding", ["utf-8", "cp1252", "ascii"])
def test_the_commands_print_hostile_names(
    encoding: str, ova: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / f"{HOSTILE}.ova"
    shutil.copy(ova, path)
    for judge in (
        lambda: alone.main([str(path)]),
        lambda: cli.verify(path, json=False),
        lambda: cli.verify(path, json=True),
    ):
        out = io.TextIOWrapper(io.BytesIO(), encoding)
        monkeypatch.setattr(sys, "stdout", out)
        monkeypatch.setattr(cli, "console", Console(file=out, soft_wrap=True))
        monkeypatch.setattr(command, "_printed", False)
        judge()
        out.flush()
        said = out.buffer.getvalue().decode(encoding)  # type: ignore[attr-defined]
        if said.startswith("{"):
            assert json.loads(said)["file"] == str(path)
        else:
            assert r"secret\xff\x1b[2J\x9b1m\u202egnp.avo\u2028x\x0d\u2066" in said
            assert all(line.isprintable() for line in said.splitlines())
            assert "sound, an OVA for amd64" in said
