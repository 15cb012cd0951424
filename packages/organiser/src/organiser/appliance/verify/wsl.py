"""What is particular to a distribution for WSL, after Microsoft's validator of distributions."""

from __future__ import annotations

from collections.abc import Iterator
from configparser import ConfigParser

from organiser.appliance.files import Files
from organiser.appliance.wsl import layout


def settings(files: Files) -> Iterator[str]:
    """Yield what WSL would not start by, or do otherwise than is meant."""
    said = ConfigParser()
    said.read_string(files.read(layout.DISTRIBUTION) + files.read(layout.CONFIGURATION))
    for section, key, wanted in (
        ("oobe", "command", f"/{layout.COMMAND}"),
        ("oobe", "defaultUid", str(layout.UID)),
        ("oobe", "defaultName", layout.NAME),
        ("shortcut", "icon", f"/{layout.ICON}"),
        ("boot", "systemd", "true"),
    ):
        if (value := said.get(section, key, fallback="")) != wanted:
            yield f"{section}.{key} is {value!r}, not {wanted!r}"
    for fields in (line.split(":") for line in files.read("etc/passwd").splitlines()):
        if fields[2] == str(layout.UID):
            yield f"the account {fields[0]} has the number that the first start gives away"
    for unit in layout.MASKED:
        if not any(node.link == "/dev/null" for node in files.find(f"etc/systemd/system/{unit}").values()):
            yield f"the unit {unit} is not masked"
    if files.read(layout.DROP_IN) != layout.WAITING:
        yield f"/{layout.DROP_IN} does not have the services wait for the account"
    if files.find("etc/resolv.conf"):
        yield "/etc/resolv.conf is there, which WSL writes"


def loopback(files: Files) -> Iterator[str]:
    """Yield what listens on every address; in a mirrored network these are Windows' own, open to the room."""
    for pattern in layout.LISTENING:
        for path in files.find(pattern):
            if layout.EVERYWHERE in files.read(path):
                yield f"/{path} has something listen on {layout.EVERYWHERE}"
