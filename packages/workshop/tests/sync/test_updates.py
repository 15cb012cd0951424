"""Where a machine's updates come from, as set-up wrote it down."""

import json
from pathlib import Path

import pytest

from workshop.core.errors import WorkshopError
from workshop.core.settings import Settings
from workshop.sync.updates import Updates, load_updates, require_signers, silence, valid_until


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


DAY = 24 * 3600.0
NOW = 20_000 * DAY
"""The fourth of October 2024."""


@pytest.mark.parametrize(
    ("age", "until", "news_days", "told"),
    [
        (1, "", 400, ""),
        (399, "2024-10-04", 400, ""),
        (401, "", 400, "newest revision here is of 2023"),
        (31, "", 30, "newest revision here is of 2024"),
        (1, "2024-10-03", 400, "was to be renewed by 2024-10-03"),
        (-3, "", 400, "which is to come"),
    ],
)
def test_a_machine_says_that_nothing_new_comes(
    tmp_path: Path, age: int, until: str, news_days: int, told: str
) -> None:
    (tmp_path / "etc").mkdir()
    choice = f'url = "https://example.org/w"\nsigners = "{tmp_path}/keys"\nnews_days = {news_days}\n'
    (tmp_path / "etc/updates.toml").write_text(choice)
    (tmp_path / "keys").write_text(f"# valid-until: {until}\n")
    for name, date in (("pull", NOW - age * DAY), ("state", NOW - 5000 * DAY)):
        (tmp_path / name).mkdir()
        (tmp_path / name / "trust.json").write_text(json.dumps({"date": date, "keys": []}))
    said = silence(Settings(prefix=tmp_path), NOW)
    assert told in said and bool(said) == bool(told)
    assert not silence(Settings()) and not silence(Settings(prefix=tmp_path / "none"), NOW)


def test_a_machine_that_never_took_anything_counts_from_its_set_up(tmp_path: Path) -> None:
    (tmp_path / "etc").mkdir()
    file = tmp_path / "etc/updates.toml"
    file.write_text('url = "https://example.org/w"\nsigners = "/keys"\n')
    begin = file.stat().st_mtime
    (tmp_path / "state").mkdir()
    (tmp_path / "state/trust.json").symlink_to("/dev/zero")
    assert not silence(Settings(prefix=tmp_path), begin + 399 * DAY)
    assert silence(Settings(prefix=tmp_path), begin + 401 * DAY)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("# valid-until: 2030-01-02", "2030-01-02"),
        ("x\n#Valid-Until:2030-01-02\n# valid-until: 2029-12-31\n", "2029-12-31"),
        ("# valid-until: 2030-02-31", ""),
        ("# valid-until: soon\nvalid-until: 2030-01-01", ""),
    ],
)
def test_the_day_of_a_list_is_one_that_exists_and_of_several_the_first(text: str, day: str) -> None:
    assert valid_until(text) == day
