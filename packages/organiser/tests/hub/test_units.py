from __future__ import annotations

import asyncio
import subprocess
from pathlib import Path

import pytest

from organiser.hub.units import Manager, quoted, write_environment
from workshop.core.errors import WorkshopError

NASTY = """a "quoted" \\ $HOME `id` it's é"""


def test_an_environment_file_reads_back_what_was_written(tmp_path: Path) -> None:
    (tmp_path / "017.env").write_text("OLD=1\n" * 100)
    write_environment("017", {"B": NASTY, "A": ""}, tmp_path)
    text = (tmp_path / "017.env").read_text()
    assert text.splitlines()[0] == 'A=""'
    # systemd's quotes in double quotes are the shell's.
    done = subprocess.run(
        ["sh", "-c", '. "$1"; printf %s "$B"', "sh", tmp_path / "017.env"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == NASTY


@pytest.mark.parametrize("value", ["a\nB=evil", "a\0b", "\x1b"])
def test_no_value_begins_another_line(value: str) -> None:
    with pytest.raises(WorkshopError, match="cannot hold"):
        quoted(value)


def test_a_seat_that_was_not_made_is_named_and_no_link_is_followed(tmp_path: Path) -> None:
    with pytest.raises(WorkshopError, match="seat 17 is not ready"):
        write_environment("017", {}, tmp_path)
    (tmp_path / "elsewhere").write_text("kept")
    (tmp_path / "017.env").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(WorkshopError, match="not ready"):
        write_environment("017", {"A": "b"}, tmp_path)
    assert (tmp_path / "elsewhere").read_text() == "kept"


@pytest.fixture
def systemctl(tmp_path: Path) -> Path:
    """A systemctl that writes down how it was called."""
    program = tmp_path / "systemctl"
    program.write_text(
        f"""#!/bin/sh
echo "$*" >>{tmp_path}/calls
case $* in
  *list-units*) echo "classroom-seat@001.service loaded active running x" ;;
  *show*) echo oom-kill ;;
  *restart*@009*) echo "Access denied" >&2; exit 4 ;;
esac
"""
    )
    program.chmod(0o755)
    return program


def test_systemds_words_reach_the_organiser(systemctl: Path) -> None:
    with pytest.raises(WorkshopError, match="Access denied"):
        asyncio.run(Manager(str(systemctl)).start("009"))


def test_a_look_that_began_before_a_seat_ran_does_not_count_afterwards(tmp_path: Path) -> None:
    program, running, looks, hold = (tmp_path / name for name in ("systemctl", "running", "looks", "hold"))
    running.mkdir()
    hold.touch()
    program.write_text(
        f"""#!/bin/sh
case $* in
  *list-units*)
    seen=$(ls {running})
    echo look >>{looks}
    while [ -e {hold} ]; do sleep 0.01; done
    for each in $seen; do echo "$each loaded active running x"; done ;;
  *restart*) touch {running}/classroom-seat@002.service ;;
esac
"""
    )
    program.chmod(0o755)

    async def story() -> None:
        manager = Manager(str(program))
        early = asyncio.create_task(manager.active())
        while not looks.exists():
            await asyncio.sleep(0.01)
        await manager.start("002")
        hold.unlink()
        assert await early == frozenset()
        assert await manager.active() == {"002"}

    asyncio.run(story())
