from pathlib import Path

import pytest

from workshop.core.errors import WorkshopError
from workshop.core.settings import Settings
from workshop.sync.request import own_request, own_state
from workshop.sync.updates import Updates

SETTINGS = Settings(prefix=Path("/opt/workshop"), notebooks=Path("/home/me/notebooks"))
UPDATES = Updates("https://example.org/w.git", "class", "lessons", Path("/opt/workshop/etc/keys"))


def test_the_machines_own_address_branch_and_keys() -> None:
    request = own_request(SETTINGS, UPDATES)
    assert (request.source, request.branch, request.subdir) == (UPDATES.url, "class", "lessons")
    assert (request.into, request.state) == (SETTINGS.notebooks, Path("/opt/workshop/state"))
    assert request.signers == UPDATES.signers


def test_a_stick_has_no_branch_of_the_address_but_needs_the_same_keys() -> None:
    request = own_request(SETTINGS, UPDATES, "/media/stick")
    assert (request.source, request.branch, request.signers) == ("/media/stick", None, UPDATES.signers)


def test_what_is_missing_is_said() -> None:
    with pytest.raises(WorkshopError, match="--from"):
        own_request(SETTINGS, Updates())
    with pytest.raises(WorkshopError, match="not set up"):
        own_state(Settings())
