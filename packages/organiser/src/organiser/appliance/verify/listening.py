"""On which address the workshop's services would listen, by all that says it: units, drop-ins and settings.

Under WSL it must be the loopback one. In a mirrored network every other one is Windows' own in the room.
"""

from __future__ import annotations

import re
import shlex
import tomllib
from collections.abc import Iterator

from organiser.appliance.verify import documents, units
from organiser.appliance.verify import tree as trees
from organiser.appliance.verify.tree import Tree
from organiser.appliance.wsl import layout

JUPYTER = "workshop-jupyter.service"
JUPYTER_SETTINGS = "opt/workshop/etc/jupyter/jupyter_server_config.py"
SETTINGS, VARIABLES = "opt/workshop/etc/workshop.toml", "opt/workshop/etc/pull-variables.json"
OPTION = re.compile(
    r"--(?:\w+[.-])*(?:address|host|ip|bind|bind_all|bind_address|listen)(?:=(.*))?", re.DOTALL
)
"""By which a program is told where to listen."""
JUPYTERS_OWN = f'c.ServerApp.ip = "{layout.LOOPBACK}"'
WORD = re.compile(r"\bip\b")
ANYWHERE = re.compile(r"(?<![\d.])(0\.0\.0\.0|\[?::\]?(?=[\s:\"']|$))")
ADDRESS = re.compile(
    r"(?<![\w.:])(?:\d{1,3}(?:\.\d{1,3}){3}|(?=[^\s\"',\]]*:[^\s\"',\]]*:)[0-9a-fA-F:]{2,39})(?![\w.:])"
)


def faults(tree: Tree) -> Iterator[str]:
    """Yield what has something listen elsewhere than on the loopback address."""
    for unit in sorted(_services(tree)):
        yield from _of_service(tree, unit)
    yield from _of_jupyter(tree)
    said = tomllib.loads(trees.text(tree, SETTINGS) or "")
    if said.get("bind_address") != layout.LOOPBACK:
        yield f"/{SETTINGS} has something listen on {said.get('bind_address')!r}"
    variables = documents.loads((trees.text(tree, VARIABLES) or "{}").encode())
    told = documents.mapping(variables).get("workshop_bind_address", layout.LOOPBACK)
    if told != layout.LOOPBACK:
        yield f"/{VARIABLES} has something listen on {told!r}"
    for pattern in layout.LISTENING:
        for path in trees.find(tree, pattern):
            for line in (trees.text(tree, path) or "").splitlines():
                if not line.lstrip().startswith("#") and (found := ANYWHERE.search(line)):
                    yield f"/{path} has something listen on {found[1]}"


def _services(tree: Tree) -> set[str]:
    """Return the names of the workshop's services, wherever a unit of one is."""
    found = set()
    for folder in units.FOLDERS:
        found |= {path.rpartition("/")[2] for path in trees.find(tree, f"{folder}/workshop-*.service")}
    return found


def _of_service(tree: Tree, unit: str) -> Iterator[str]:
    told = False
    for path in units.files_of(tree, unit):
        for key, value in units.settings(trees.text(tree, path) or ""):
            if key == "EnvironmentFile" or (key == "Environment" and _moves_settings(value)):
                yield f"/{path} has the service read other settings: {value}"
            if not key.startswith("Exec"):
                continue
            try:
                words = shlex.split(value)
            except ValueError as error:
                yield f"/{path} has a command that is none: {error}"
                continue
            addresses = list(_addresses(words))
            told = told or bool(addresses)
            for address in addresses:
                if address != layout.LOOPBACK:
                    yield f"/{path} has something listen on {address!r}"
    if not told and unit != JUPYTER:
        yield f"{unit} does not say on which address it listens"


def _moves_settings(value: str) -> bool:
    """Whether a variable leads a service to settings that are not looked at."""
    for word in value.replace('"', " ").replace("'", " ").split():
        name, _, content = word.partition("=")
        if name == "JUPYTER_CONFIG_DIR" and content != f"/{JUPYTER_SETTINGS.rpartition('/')[0]}":
            return True
        if name == "WORKSHOP_CONFIG" and content != f"/{SETTINGS}":
            return True
        if name in ("JUPYTER_CONFIG_PATH", "IPYTHONDIR") or name.startswith(("LD_", "PYTHON")):
            return True
    return False


def _addresses(words: list[str]) -> Iterator[str]:
    """Yield the addresses in a command: what its options say, and whatever looks like one."""
    for word, following in zip(words, [*words[1:], ""], strict=True):
        if named := OPTION.fullmatch(word):
            yield following if named[1] is None else named[1]
        else:
            yield from ADDRESS.findall(word)


def _of_jupyter(tree: Tree) -> Iterator[str]:
    """Judge Jupyter's own settings, a program: the address is in it once, as our role writes it."""
    lines = (trees.text(tree, JUPYTER_SETTINGS) or "").splitlines()
    naming = [line for line in lines if not line.lstrip().startswith("#") and WORD.search(line)]
    if naming.count(JUPYTERS_OWN) != 1:
        yield f"/{JUPYTER_SETTINGS} does not say once: {JUPYTERS_OWN}"
    for line in naming:
        if line != JUPYTERS_OWN:
            yield f"/{JUPYTER_SETTINGS} has something listen elsewhere: {line.strip()}"
