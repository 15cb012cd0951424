"""``0_START_HERE.html``: big steps for each system, with links to what is on this stick and nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from pathlib import Path, PurePosixPath
from string import Template
from urllib.parse import quote

from organiser.thumbdrive.contents import Part
from organiser.thumbdrive.kinds import SUFFIXES
from organiser.thumbdrive.layout import DATA, DEBS, SITE, WHEELS

TEMPLATE = Path(__file__).with_name("start.html")
PREFLIGHT = "check-my-computer"
LOCAL = "set-up-from-stick.bash"
SYSTEMS = {
    "windows": "Windows",
    "windows-arm": "Windows on Arm",
    "macos-intel": "Mac with Intel processor",
    "macos-arm": "Mac with Apple processor",
    "linux": "Linux",
}
INSTALL = {
    "windows": "Open it and press <em>Next</em> until it is done. Windows asks once: say <em>Yes</em>.",
    "macos-intel": "Open it, then open <em>VirtualBox.pkg</em> in it. macOS asks for your password.",
    "macos-arm": "Open it, then open <em>VirtualBox.pkg</em> in it. macOS asks for your password.",
    "linux": "In a terminal: <code>sudo sh {name}</code>, or take VirtualBox of your distribution.",
}
ARM = (
    "On an Arm processor only machines made for Arm run; this one is for Intel and AMD. "
    "Share a neighbour's computer for the lessons; demos and slides below work on yours."
)
ARM_SYSTEMS = ("macos-arm", "windows-arm")
UTM_APP = (
    "Open it and drag UTM into <em>Applications</em>. If macOS does not open UTM: <em>System Settings, "
    "Privacy &amp; Security, Open Anyway</em>."
)
UTM_MACHINE = (
    "Copy it to your disk and open it: a folder that ends in <em>.utm</em> comes out. Open that in UTM and "
    "press the large arrow."
)
WSL = (
    "Copy it to your disk and double-click it. If Windows warns: <em>More info, Run anyway</em>. If it asks "
    "how to open it, run <code>wsl --update</code> in a Terminal first. The window that opens shows "
    "addresses and the token."
)
INSTEAD = "Where VirtualBox is forbidden or slow, Windows itself runs this one; it needs no VirtualBox."
IMPORT = (
    "Copy it to your disk first if there is room. Open it: VirtualBox shows what it will import. Press "
    "<em>Finish</em>, wait, then select the machine and press <em>Start</em>."
)
OPEN = "A minute after the start this page answers. The machine's own window shows the token for Jupyter."
CHECKS = {
    "windows": ("verify.cmd", "Double-click"),
    "windows-arm": ("verify.cmd", "Double-click"),
    "macos-intel": ("verify.command", "Double-click, or with the right button <em>Open</em>:"),
    "macos-arm": ("verify.command", "Double-click, or with the right button <em>Open</em>:"),
    "linux": ("verify.sh", "In a terminal: <code>sh verify.sh</code>."),
}
CHECKERS = {
    "windows": (".cmd", ".bat", ".ps1"),
    "windows-arm": (".cmd", ".bat", ".ps1"),
    "macos-intel": (".command",),
    "macos-arm": (".command",),
    "linux": (".sh", ".bash"),
}
"""How the names of programs end that a person of this system can open."""


def render(parts: Sequence[Part], names: Sequence[str]) -> str:
    """Return the page for a stick that has these files; a step whose files are not there is left out."""
    here = set(names)
    return Template(TEMPLATE.read_text(encoding="utf-8")).substitute(
        buttons="\n".join(
            f'<a class="system" href="#{system}" data-system="{system}">{title}</a>'
            for system, title in SYSTEMS.items()
        ),
        panels="\n".join(_panel(system, parts, here) for system in SYSTEMS),
        more=_more(here),
    )


def _panel(system: str, parts: Sequence[Part], here: set[str]) -> str:
    steps = [
        _program(system, parts, here),
        _machine(system, here),
        _browser(system, here),
    ]
    items = [step for step in steps if step] or [_step("Nothing to install", "Demos and slides are below.")]
    lines = [
        f'<section class="panel" id="{system}">',
        f"<h2>{SYSTEMS[system]}</h2>",
        _checker(system, here),
        '<ol class="steps">',
        *items,
        "</ol>",
        _verifier(system, here),
        _local(here) if system == "linux" else "",
        "</section>",
    ]
    return "\n".join(line for line in lines if line)


def _step(title: str, text: str, link: str = "") -> str:
    return f"<li><h3>{title}</h3>{f'<p>{link}</p>' if link else ''}<p>{text}</p></li>"


def _checker(system: str, here: set[str]) -> str:
    for name in sorted(here):
        if name.startswith(f"{PREFLIGHT}/") and name.endswith(CHECKERS[system]):
            return f"<p>Before you begin: {_link(name)} says whether this computer can do it.</p>"
    return ""


def _machine_of(system: str, here: set[str]) -> tuple[str, str]:
    """Return form and name of the machine for a system that is on the stick; nothing where there is none."""
    wanted = {
        "macos-arm": (("utm", True), ("ova", True)),
        "windows-arm": (("wsl", True),),
        "windows": (("ova", False), ("wsl", False)),
    }.get(system, (("ova", False),))
    for form, arm in wanted:
        if name := _file(form, arm, here):
            return form, name
    return "", ""


def _file(form: str, arm: bool, here: set[str]) -> str:
    found = (name for name in sorted(here) if name.endswith(SUFFIXES[form]) and ("-arm64" in name) == arm)
    return next(found, "")


def _program(system: str, parts: Sequence[Part], here: set[str]) -> str:
    """Tell what runs the machine, and that there is none for this processor before anything is copied."""
    form, _ = _machine_of(system, here)
    if not form and system in ARM_SYSTEMS:
        return _step("Read this first", ARM)
    if form == "utm":
        app = next((name for name in sorted(here) if name.endswith("/UTM.dmg")), "")
        return (
            _step("Install UTM", UTM_APP, _link(app)) if app else _step("Install UTM", "From mac.getutm.app.")
        )
    if form == "wsl":
        return ""
    for part in parts:
        for file in part.more.get("files", ()):
            name = f"{part.into}/{file['name']}"
            if file.get("system") == system and name in here:
                return _step("Install VirtualBox", INSTALL[system].format(name=escape(name)), _link(name))
    return ""


def _machine(system: str, here: set[str]) -> str:
    form, name = _machine_of(system, here)
    if not form:
        return ""
    texts = {
        "ova": ("Import the machine", IMPORT),
        "utm": ("Open the machine", UTM_MACHINE),
        "wsl": ("Install it", WSL),
    }
    title, text = texts[form]
    other = _file("wsl", False, here) if system == "windows" and form == "ova" else ""
    return _step(title, text, _link(name)) + (
        _step("Or instead", f"{INSTEAD} {WSL}", _link(other)) if other else ""
    )


def _browser(system: str, here: set[str]) -> str:
    if not _machine_of(system, here)[0]:
        return ""
    return _step("Open the workshop", OPEN, '<a href="http://127.0.0.1:8082/">127.0.0.1:8082</a>')


def _verifier(system: str, here: set[str]) -> str:
    script, how = CHECKS[system]
    if script not in here:
        return ""
    return f'<p class="quiet">Is this stick whole? {how} {_link(script)} It takes some minutes.</p>'


def _local(here: set[str]) -> str:
    """Tell how to do without a virtual machine, if the stick has what that needs."""
    if not {LOCAL, "workshop.bundle"} <= here:
        return ""
    offline = all(any(name.startswith(f"{folder}/") for name in here) for folder in (WHEELS, DATA))
    debian = (
        "On Debian 13 the system's packages come from the stick too; on other systems they need a network."
    )
    if f"{DEBS}/preferences" not in here:
        debian = "The system's packages (C++ compiler, OpenBLAS, Python 3.11) need a network."
    network = ", without a network" if offline else ""
    return (
        "<h3>Or without a virtual machine</h3><p>On Debian 12 or 13, Ubuntu, Enterprise Linux or Fedora, "
        f"in a terminal in this folder{network}: <code>bash {LOCAL}</code></p>"
        f'<p class="quiet">{debian}</p>'
    )


def _more(here: set[str]) -> str:
    links = []
    if f"{SITE}/index.html" in here:
        links.append((f"{SITE}/index.html", "Start page, with demos and slides"))
    slides = sorted(
        name for name in here if name.startswith(f"{SITE}/slides/") and name.endswith("index.html")
    )
    links += [(name, f"Slides: {PurePosixPath(name).parent.name}") for name in slides]
    return "\n".join(f'<li><a href="{quote(name)}">{escape(title)}</a></li>' for name, title in links)


def _link(name: str) -> str:
    return f'<a class="button" href="{quote(name)}">{escape(name.rpartition("/")[2])}</a>'
