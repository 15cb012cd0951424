"""The server ends when it is asked to, whatever it does at that moment."""

from __future__ import annotations

from pathlib import Path

import pytest
from asked_to_end import IN_THE_MIDDLE_OF_A_LINE
from waiting import alive, wait_until

from .serving import jupyter


def test_a_server_that_is_asked_to_end_while_it_writes_its_log_ends(tmp_path: Path) -> None:
    notebooks = tmp_path / "notebooks"
    notebooks.mkdir()
    with jupyter(tmp_path / "own", notebooks, more=IN_THE_MIDDLE_OF_A_LINE) as server:
        with pytest.raises(OSError, match="404"):
            server.ask("GET", "contents/nobody-has-this")
        wait_until(lambda: not alive(server.process), 10, "the server ended")
        assert "reentrant" not in server.log.read_text()
