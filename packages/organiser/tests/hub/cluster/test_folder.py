"""A classroom's folder: made once, kept after that, and private."""

from __future__ import annotations

import base64
import json
import re
from pathlib import Path

import pytest
import yaml

from organiser.hub.cluster.folder import SECRET_BYTES, Classroom, load, prepare
from organiser.hub.codes import typed
from organiser.hub.door import Admitted, Door
from workshop.core.errors import WorkshopError


@pytest.fixture
def room(tmp_path: Path) -> Classroom:
    return Classroom(tmp_path / "room", "class", "https://class.example.org")


def codes(room: Classroom) -> list[str]:
    """Return the codes on all cards."""
    pages = sorted((room.folder / "cards").glob("*.html"))
    return [typed(each) for page in pages for each in re.findall(r"<code>(.*?)</code>", page.read_text())]


def secret(room: Classroom) -> dict[str, str]:
    manifest = yaml.safe_load((room.private / "classroom-seats.yaml").read_text())
    assert (manifest["kind"], manifest["metadata"]["namespace"]) == ("Secret", "class")
    return {name: base64.b64decode(value).decode() for name, value in manifest["data"].items()}


def test_the_code_of_a_card_opens_the_door_that_is_made_of_the_secret(
    room: Classroom, tmp_path: Path
) -> None:
    prepare(room, 3)
    (tmp_path / "seats.json").write_text(secret(room)["seats.json"])
    door = Door(bytes.fromhex(secret(room)["key"]), tmp_path / "seats.json", tmp_path / "bindings.json")
    _, second, _ = codes(room)
    assert isinstance(door.admit("2", second, lambda name: None, "192.0.2.1"), Admitted)
    assert not isinstance(door.admit("3", second, lambda name: None, "192.0.2.1"), Admitted)


def test_a_second_time_changes_nothing_and_more_seats_leave_those_that_are_there(room: Classroom) -> None:
    assert prepare(room, 2).new == ["001", "002"]
    before = secret(room)
    assert prepare(room, 2).changed == []
    assert prepare(room, 3).new == ["003"]
    after = secret(room)
    assert (after["key"], after["cli-token"]) == (before["key"], before["cli-token"])
    old, new = (json.loads(each["seats.json"])["seats"] for each in (before, after))
    assert {number: new[number] for number in old} == old
    # Fewer seats take none away: somebody may sit there.
    assert prepare(room, 1).seats == 3


def test_nobody_else_reads_what_is_secret(room: Classroom) -> None:
    prepare(room, 1)
    for folder in (room.private, room.folder / "cards"):
        assert folder.stat().st_mode & 0o077 == 0
    public = [file.read_text() for file in room.folder.glob("*") if file.is_file()]
    for hidden in (*codes(room), *(room.secret(name) for name in ("key", "cli-token"))):
        assert not any(hidden in text for text in public)


def test_more_than_a_secret_holds_is_refused(room: Classroom) -> None:
    prepare(room, 1)
    listed = json.loads(room.seats_file.read_text())
    listed["seats"]["001"]["name"] = "x" * SECRET_BYTES
    room.seats_file.write_text(json.dumps(listed))
    with pytest.raises(WorkshopError, match="two classrooms"):
        room.manifest()


def test_the_folder_says_which_classroom_it_is(room: Classroom, tmp_path: Path) -> None:
    prepare(room, 1)
    assert load(room.folder) == room
    client = load(room.folder).client()
    assert (client.api, client.token) == ("https://class.example.org/hub/api", room.secret("cli-token"))
    assert "kubectl --namespace class" in client.hint
    with pytest.raises(WorkshopError, match="not a classroom's folder"):
        load(tmp_path)
    (room.private / "key").unlink()
    with pytest.raises(WorkshopError, match="key cannot be read"):
        room.seats()
