"""``0_START_HERE.html``: big steps for each system, with links to what is on this stick and nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from pathlib import Path, PurePosixPath
from string import Template
from urllib.parse import quote, urlsplit

from organiser.thumbdrive.contents import Part
from organiser.thumbdrive.names import LOCAL, SITE
from organiser.thumbdrive.stick import Stick
from organiser.thumbdrive.ways import Step, Way, picture, ways_for

TEMPLATE = Path(__file__).with_name("start.html")
SYSTEMS = {
    "windows": "Windows, Intel or AMD",
    "windows-arm": "Windows on Arm",
    "macos-arm": "Mac with Apple chip",
    "macos-intel": "Mac with Intel",
    "linux": "Linux, Intel or AMD",
    "linux-arm": "Linux on Arm",
    "tablet": "Tablet, phone or Chromebook",
}
WSL_FIRST = "windows-wsl"
"""The panel that the check of the computer opens where Windows' own hypervisor is on."""
QUESTIONS = {
    "ask-mac": (
        "Apple chip or Intel?",
        "Your browser cannot tell which one you have. Open <em>Apple menu, About This Mac</em>.",
        "about-mac",
        {"macos-arm": ("Apple chip", "Apple M and a number"), "macos-intel": ("Intel", "the word Intel")},
    ),
    "ask-windows": (
        "Intel, AMD or Arm?",
        "Your browser cannot tell which one you have. Open <em>Settings, System, About</em> and read "
        "<em>System type</em>.",
        "about-windows",
        {"windows": ("Intel or AMD", "x64-based"), "windows-arm": ("Arm", "ARM-based")},
    ),
}
"""What is asked where a browser names only the maker of the system; the likelier answer first."""
NOTHING = Step(
    "Nothing to install",
    picture("ask"),
    "This stick has no virtual machine for this computer. Share a neighbour's computer for the lessons; "
    "demos and slides are below.",
)
ARM = Step(
    "Read this first",
    picture("ask"),
    "An Arm processor runs only virtual machines made for Arm, and this stick has none. Copy nothing. Share "
    "a neighbour's computer for the lessons; the demos and slides below work on yours.",
)
LINUX_ARM = Step(
    "Ask for another stick",
    picture("ask"),
    f"On Linux with an Arm processor, <code>{LOCAL}</code> installs the workshop on the computer itself, but "
    "this stick lacks that file. Ask your organiser for a stick that has it. The demos and slides below "
    "work.",
)
NONE = {"windows-arm": ARM, "macos-arm": ARM, "linux-arm": LINUX_ARM}
"""What is said where the stick has nothing for a system; ``NOTHING`` to all others."""
FORBIDDEN = {
    "windows": (
        "smartscreen",
        "If Windows blocks a file",
        "<p><em>Windows protected your PC</em> means that Windows does not know the publisher. Press "
        "<em>More "
        "info</em>, then <em>Run anyway</em>.</p>",
    ),
    "macos": (
        "gatekeeper",
        "If macOS blocks a file",
        "<ul><li><strong>macOS 15 and later:</strong> press <em>Done</em>, not <em>Move to Trash</em>. Open "
        "<em>System Settings, Privacy &amp; Security</em>, scroll down, press <em>Open Anyway</em> "
        "and confirm.</li>"
        "<li><strong>macOS 14 and earlier:</strong> right-click the file, choose <em>Open</em>, and press "
        "<em>Open</em> again.</li>"
        "<li><strong>An unpacked machine, or a file that still does not open:</strong> in Terminal type "
        "<code>xattr -dr com.apple.quarantine</code> and a space, drag the file into that window and press "
        "Return.</li></ul>",
    ),
}
"""The way past what a system says of files that nobody signed for it: picture, title, text."""
CHECKS = {
    "windows": ("verify.cmd", "double-click", "", (".cmd", ".bat", ".ps1")),
    "macos": ("verify.command", "double-click", "", (".command",)),
    "linux": ("verify.sh", "in a terminal type", "sh ", (".sh", ".bash")),
}
"""For each maker: what verifies the stick, how it is started, and how names of programs end that it starts.

They are named and not linked: a browser would copy them away from what they read beside them.
"""


def require_address(text: str) -> str:
    """Return the address of a classroom, which a browser opens; ValueError tells what is wrong."""
    try:
        address = urlsplit(text)
        port = address.port
    except ValueError as error:
        raise ValueError(f"{text!r} is not an address: {error}") from error
    if address.scheme not in ("http", "https") or not address.hostname or port == 0:
        raise ValueError(
            f"{text!r} is not an address; an address begins with https:// or http:// and names a server"
        )
    if any(char.isspace() or not char.isprintable() for char in text) or "\\" in text:
        raise ValueError(f"{text!r} is not an address: it contains a character that addresses do not have")
    if "@" in address.netloc:
        raise ValueError("remove the password from the address: it would be on every stick")
    return text


def render(parts: Sequence[Part], names: Sequence[str], classroom: str = "") -> str:
    """Return the page for a stick that has these files; nothing is linked that is not there."""
    stick = Stick(parts, frozenset(names), classroom)
    return Template(TEMPLATE.read_text(encoding="utf-8")).substitute(
        buttons="\n".join(
            f'<a class="system" href="#{system}" data-system="{system}">{title}</a>'
            for system, title in SYSTEMS.items()
        ),
        panels="\n".join([*map(_question, QUESTIONS), *_panels(stick)]),
        more=_more(stick),
    )


def _question(name: str) -> str:
    title, text, figure, answers = QUESTIONS[name]
    choices = "".join(
        f'<a class="answer" href="#{system}" data-system="{system}"><strong>{short}</strong> '
        f"<span>it shows <em>{sign}</em></span></a>"
        for system, (short, sign) in answers.items()
    )
    return (
        f'<section class="panel question" id="{name}" hidden><h2>{title}</h2><p>{text}</p>'
        f'<div class="asked"><figure>{picture(figure)}</figure><div class="answers">{choices}</div></div>'
        "</section>"
    )


def _panels(stick: Stick) -> list[str]:
    """Return a panel for each system, and one more where Windows has two ways (``WSL_FIRST``)."""
    found = []
    for system in SYSTEMS:
        ways = ways_for(system, stick)
        found.append(_panel(system, system, ways, stick))
        if system == "windows" and len(ways) > 1:
            found.append(_panel(WSL_FIRST, system, ways[::-1], stick))
    return found


def _panel(name: str, system: str, ways: Sequence[Way], stick: Stick) -> str:
    maker = system.partition("-")[0]
    first, *others = ways or [Way("", "", (NONE.get(system, NOTHING),))]
    lines = [
        f'<section class="panel" id="{name}">',
        f"<h2>{SYSTEMS[system]}{f': {first.title}' if others else ''}</h2>",
        *(_NOTHING_TO_INSTALL if system == "tablet" else ()),
        _checker(maker, stick),
        _which(name, others),
        _file(first),
        _steps(first),
        first.after,
        _trouble(first),
        _leave(first),
        _forbidden(maker, stick, first),
        *(_instead(way) for way in others),
        _older(first),
        _verifier(maker, stick),
        _classroom(system, stick),
        "</section>",
    ]
    return "\n".join(line for line in lines if line)


def _which(name: str, others: Sequence[Way]) -> str:
    """Tell when to take Windows' other way."""
    if not name.startswith("windows") or not others:
        return ""
    if name == WSL_FIRST:
        return (
            "<p>If this computer uses none of WSL, Hyper-V and Docker Desktop, use "
            '<a href="#windows" data-system="windows">VirtualBox</a>.</p>'
        )
    return (
        f'<p>If WSL 2, Hyper-V or Docker Desktop is active on this computer, use <a href="#{WSL_FIRST}" '
        f'data-system="{WSL_FIRST}">WSL</a>: VirtualBox is slow or fails there.</p>'
    )


def _trouble(way: Way) -> str:
    """Return what can be seen when a step failed, folded."""
    if not way.trouble:
        return ""
    rows = "".join(f"<dt>{seen}</dt><dd>{remedy}</dd>" for seen, remedy in way.trouble)
    return f'<details class="instead"><summary>If a step fails</summary><dl>{rows}</dl></details>'


def _leave(way: Way) -> str:
    return f"<p><strong>Shut down and come back.</strong> {way.leave}</p>" if way.leave else ""


_NOTHING_TO_INSTALL = (
    '<p class="file">You need not install anything.</p>'
    "<p>If there is a classroom, the lessons run on the organiser's server. Demos and slides on this stick "
    "open here, too.</p>",
)


def _file(way: Way) -> str:
    return f'<p class="file">Your file: <code>{escape(way.file)}</code></p>' if way.file else ""


def _steps(way: Way) -> str:
    items = "\n".join(
        f"<li><figure>{step.picture}</figure><h3>{step.title}</h3>"
        f"{f'<p>{step.link}</p>' if step.link else ''}<p>{step.text}</p></li>"
        for step in way.steps
    )
    return f'<ol class="steps">\n{items}\n</ol>'


def _instead(way: Way) -> str:
    """Return another way, folded: whoever does both has two machines that want the same addresses."""
    title = ", ".join(filter(None, (way.title, way.when)))
    return (
        f'<details class="instead"><summary>Or instead: {title}</summary>'
        "<p><strong>Do one or the other, never both:</strong> both use the ports 8080 to 8082, so the second "
        f"one cannot start.</p>{_file(way)}{_steps(way)}{way.after}{_trouble(way)}{_leave(way)}"
        "</details>"
    )


def _older(way: Way) -> str:
    """Tell who has an older version how its notebooks come along, before it is in the new one's way."""
    if not way.file:
        return ""
    return (
        '<p class="quiet"><strong>Is an older workshop on this computer?</strong> Start it first, open '
        "<code>localhost:8080/workshop/updates</code>, press <em>Download my notebooks</em> and shut it "
        "down, "
        "because both use the same ports. In the new workshop, press <em>Bring them here</em> on that page. "
        "Then delete the old one.</p>"
    )


def _checker(maker: str, stick: Stick) -> str:
    if maker not in CHECKS or not (name := stick.preflight(CHECKS[maker][-1])):
        return ""
    how = _start(maker, name)
    return f"<p>Before you begin: {how} It checks this computer and opens the right section of this page.</p>"


def _start(maker: str, name: str) -> str:
    """Tell how to start a program that lies on the stick."""
    _, how, shell, _ = CHECKS[maker]
    return f'in this stick\'s folder, {how} <code class="program">{shell}{escape(name)}</code>.'


def _forbidden(maker: str, stick: Stick, way: Way) -> str:
    if maker not in FORBIDDEN or not (way.file or CHECKS[maker][0] in stick.names):
        return ""
    figure, title, text = FORBIDDEN[maker]
    return f'<div class="past"><figure>{picture(figure)}</figure><div><h3>{title}</h3>{text}</div></div>'


def _verifier(maker: str, stick: Stick) -> str:
    if maker not in CHECKS:
        return ""
    script = CHECKS[maker][0]
    if script not in stick.names:
        return ""
    line = f"To check that this stick is complete, {_start(maker, script)} It takes a few minutes."
    return f'<p class="quiet">{line}</p>'


def _classroom(system: str, stick: Stick) -> str:
    if system == "tablet" or not stick.classroom:
        return ""
    address = escape(stick.classroom)
    return (
        f'<p class="quiet">If none of this works, use <a href="#tablet" data-system="tablet">the '
        f"classroom</a> at {address}. It needs only a browser.</p>"
    )


def _more(stick: Stick) -> str:
    links = []
    if f"{SITE}/index.html" in stick.names:
        links.append((f"{SITE}/index.html", "Start page, with demos and slides"))
    if f"{SITE}/docs/index.html" in stick.names:
        links.append((f"{SITE}/docs/index.html", "The manual, with search"))
    links += [(name, f"Slides: {PurePosixPath(name).parent.name}") for name in stick.slides()]
    return "\n".join(f'<li><a href="{quote(name)}">{escape(title)}</a></li>' for name, title in links)
