"""Where a machine's updates come from, as set-up wrote it down."""

from pathlib import Path

import pytest

from workshop.errors import WorkshopError
from workshop.settings import Settings
from workshop.updates import Updates, load_updates, require_signers


def test_a_machine_that_chose_nothing_asks_nobody(tmp_path: Path) -> None:
    assert load_updates(Settings()) == Updates()
    assert load_updates(Settings(prefix=tmp_path)) == Updates()
    assert not Updates().check_online
    with pytest.raises(WorkshopError, match="notebook_sync_allowed_signers"):
        require_signers(Updates())


def test_the_choice_is_read_and_a_wrong_one_is_named(tmp_path: Path) -> None:
    file = tmp_path / "etc/updates.toml"
    file.parent.mkdir()
    file.write_text('url = "https://example.org/w"\nsigners = "/keys"\nbranch = ""\ncheck_online = true\n')
    found = load_updates(Settings(prefix=tmp_path))
    assert found == Updates("https://example.org/w", signers=Path("/keys"), check_online=True)
    file.write_text("check_online = 1\n")
    with pytest.raises(WorkshopError, match="check_online must be bool"):
        load_updates(Settings(prefix=tmp_path))
