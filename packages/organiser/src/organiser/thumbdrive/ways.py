"""How each kind of computer comes to the workshop: one file, three steps, perhaps another way."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from html import escape
from pathlib import Path, PurePosixPath
from string import Template
from urllib.parse import quote

from organiser.thumbdrive.names import LOCAL
from organiser.thumbdrive.stick import Stick

FIGURES = Path(__file__).with_name("figures")
START_PAGE = "http://localhost:8082/"


@dataclass(frozen=True)
class Step:
    """One step; its texts are HTML."""

    title: str
    picture: str
    text: str
    link: str = ""


@dataclass(frozen=True)
class Way:
    """Three steps at most."""

    title: str
    when: str
    """For whom it is, where it is not the first way."""
    steps: tuple[Step, ...]
    file: str = ""
    """The one file that the reader needs."""
    after: str = ""
    """What to do where a step cannot be done."""
    needs_network: bool = False
    trouble: tuple[tuple[str, str], ...] = ()
    """What one sees when a step failed, and what to do; HTML."""
    leave: str = ""
    """How to shut down, and how to come back; HTML."""


def picture(name: str, **words: str) -> str:
    """Return a drawing as SVG, coloured by the page's own style, with these words in it."""
    return _drawing(name).substitute({word: escape(text) for word, text in words.items()})


def terminal(title: str, window: str, first: str, second: str, third: str = "") -> str:
    """Return the drawing of a terminal: the line that is typed, and two that answer."""
    return picture("terminal", title=title, window=window, first=first, second=second, third=third)


@cache
def _drawing(name: str) -> Template:
    return Template((FIGURES / f"{name}.svg").read_text(encoding="utf-8").strip())


def link(name: str) -> str:
    """Return a link to a file of the stick."""
    return f'<a class="button" href="{quote(name)}">{escape(PurePosixPath(name).name)}</a>'


def _typed(command: str) -> str:
    """Return a short command, which is not broken where it has a hyphen."""
    return f'<code class="short">{command}</code>'


def quoted(maker: str, name: str) -> str:
    """Return a file's name as it is typed in a terminal of this maker's system."""
    if maker != "windows":
        return shlex.quote(name)
    return name if re.fullmatch(r"[\w./-]+", name, re.ASCII) else f'"{name}"'


def ways_for(system: str, stick: Stick) -> list[Way]:
    """Return what this stick offers to a system, the way to try first first."""
    found = [way for way in (make(system, stick) for make in _WAYS[system]) if way]
    # The sort is stable: what needs no network comes first, and for the rest the order in the table counts.
    return sorted(found, key=lambda way: way.needs_network) if system == "macos-arm" else found


def _opened(how_to_log_in: str) -> Step:
    return Step(
        "Open the workshop",
        picture("open"),
        f"The page opens about a minute after the machine starts. {how_to_log_in}",
        f'<a class="button" href="{START_PAGE}">{START_PAGE.removeprefix("http://").rstrip("/")}</a>',
    )


IN_ITS_WINDOW = "Jupyter asks for a code once. The machine's window shows it."
NO_ANSWER = (
    "<em>This site can't be reached</em>, or <em>Unable to connect</em>",
    "Wait two minutes and reload the page. If another copy of the workshop is running, shut it down: both "
    "need the ports 8080 to 8082.",
)
WRONG_CODE = (
    "<em>That is not the code of this machine</em>",
    "Look at the machine's window again: it shows a new code after each use.",
)
USED_LINK = (
    "<em>… or the link was used already</em>",
    "Type <code>workshop open</code> in the workshop's window to get another link.",
)
VIRTUALBOX_TROUBLE = (
    (
        "<em>Could not create the imported medium</em>",
        "The disk is full or the copy is incomplete. Free 12 GB, copy the file again and import the copy.",
    ),
    (
        "<em>VT-x is disabled</em> or <em>AMD-V is disabled</em>",
        "Restart the computer and press the key for the firmware settings (F2, F10, F12, Del or Esc). Switch "
        "on <em>virtualisation</em> (VT-x, AMD-V, SVM).",
    ),
    ("The machine's window stays black", "Wait two minutes, then choose <em>Machine, Reset</em>."),
    NO_ANSWER,
    WRONG_CODE,
)
HYPERVISOR = (
    "<em>VT-x is not available</em>, or a green turtle below the machine's window",
    "Windows' own hypervisor is on. If this page offers WSL, use WSL.",
)
UTM_TROUBLE = (
    (
        "<em>UTM is damaged</em>, or macOS moves it to the bin",
        "See <em>If macOS blocks a file</em>, then open it again.",
    ),
    (
        "<em>Your system has run out of application memory</em>",
        "Quit browsers and other programs. The machine needs 2 GB.",
    ),
    NO_ANSWER,
    WRONG_CODE,
)
WSL_TROUBLE = (
    (
        "<em>Virtual Machine Platform</em>, or <code>0x80370102</code>",
        "Open Terminal as administrator, type <code>wsl --install --no-distribution</code>, and restart "
        "Windows. If that does not help, switch on virtualisation (VT-x, AMD-V, SVM) in the firmware "
        "settings.",
    ),
    (
        "<em>A distribution with the supplied name already exists</em>",
        "An older workshop has this name. See the section below the steps.",
    ),
    (
        "<em>This site can't be reached</em> after a while",
        "The window was closed. Open <em>deep-learning-workshop</em> in the start menu and leave it open.",
    ),
    USED_LINK,
)
LOCAL_TROUBLE = (
    (
        "<em>sudo: a password is required</em>",
        "Type your own password. If your account may not use sudo, ask the owner of the computer.",
    ),
    NO_ANSWER,
    USED_LINK,
)


def _virtualbox(system: str, stick: Stick) -> Way | None:
    file = stick.machine("ova", arm=system == "macos-arm")
    if not file:
        return None
    installer = stick.virtualbox(system)
    texts = {
        "windows": (
            picture("windows-installer"),
            "Open it and press <em>Next</em> until it is installed. When Windows asks, press <em>Yes</em>.",
        ),
        "linux": (
            terminal(
                "A terminal: sudo sh and the name of VirtualBox's installer are typed.",
                "Terminal",
                "$ sudo sh VirtualBox-….run",
                "Installing VirtualBox …",
                "VirtualBox has been installed.",
            ),
            "In a terminal in this stick's folder: "
            f"<code>sudo sh {escape(quoted(system, installer))}</code>. "
            "Or install the VirtualBox package of your distribution.",
        ),
    }
    figure, text = texts.get(
        system,
        (
            picture("macos-installer"),
            "Open it, then double-click <em>VirtualBox.pkg</em>. macOS asks for your password.",
        ),
    )
    if not installer:
        text = (
            "It is not on this stick. <strong>Only this step needs a network</strong>: get VirtualBox 7.1 or "
            "later from <em>virtualbox.org</em>, or ask your organiser for it."
        )
    steps = (
        Step("Install VirtualBox", figure, text, link(installer) if installer else ""),
        Step(
            "Import the machine",
            picture("import"),
            "If your disk has room, copy the file to it first. Open it, press <em>Finish</em> and wait. Then "
            "select the machine and press <em>Start</em>.",
            link(file),
        ),
        _opened(IN_ITS_WINDOW),
    )
    when = "if you cannot install UTM" if system == "macos-arm" else ""
    leave = (
        "In the machine's window choose <em>Machine, ACPI Shutdown</em>. To come back, select the machine "
        "in VirtualBox and press <em>Start</em>. Your notebooks are in the machine."
    )
    trouble = (*((HYPERVISOR,) if system == "windows" else ()), *VIRTUALBOX_TROUBLE)
    return Way("VirtualBox", when, steps, file, "", not installer, trouble, leave)


def _utm(_: str, stick: Stick) -> Way | None:
    file = stick.machine("utm", arm=True)
    if not file:
        return None
    app = stick.utm()
    text = (
        "Open it and drag UTM onto <em>Applications</em>. If macOS does not open it, see <em>If macOS blocks "
        "a file</em>."
    )
    if not app:
        text = (
            "It is not on this stick. <strong>Only this step needs a network</strong>: get UTM from "
            f"<em>mac.getutm.app</em>, or ask your organiser for it. {text}"
        )
    steps = (
        Step("Install UTM", picture("utm-installer"), text, link(app) if app else ""),
        Step(
            "Unpack the machine",
            picture("unpack"),
            "Copy the file to your disk and double-click it to unpack a machine whose name ends in "
            "<em>.utm</em>. "
            "Double-click the machine; in UTM press the large arrow. If macOS blocks one of them, see "
            "<em>If macOS blocks a file</em>.",
            link(file),
        ),
        _opened(IN_ITS_WINDOW),
    )
    leave = (
        "In the machine's window press the power button and choose <em>Request power down</em>. To come "
        "back, press the large arrow in UTM. Your notebooks are in the machine."
    )
    when = "if you cannot install VirtualBox"
    return Way("UTM", when, steps, file, "", not app, UTM_TROUBLE, leave)


def _wsl(system: str, stick: Stick) -> Way | None:
    arm = system == "windows-arm"
    file = stick.machine("wsl", arm=arm)
    if not file:
        return None
    installer = stick.wsl_installer(arm=arm)
    ask = (
        f"Open <em>Terminal</em> from the start menu and type {_typed('wsl --version')}. If it shows "
        "2.4.4 or newer, continue. Otherwise "
    )
    if installer:
        text = f"{ask}open the file above, then restart Windows if asked."
    else:
        text = (
            f"{ask}type {_typed('wsl --update')}, which <strong>needs a network</strong>. Without one, "
            f"see below "
            "the steps."
        )
    steps = (
        Step(
            "Is WSL new enough?",
            terminal(
                "A terminal in Windows: the command wsl --version shows 2.4.4 or newer.",
                "Terminal",
                "> wsl --version",
                "WSL version: 2.4.4.0",
                "Kernel version: 5.15.167.4-1",
            ),
            text,
            link(installer) if installer else "",
        ),
        Step(
            "Install the machine",
            picture("wsl"),
            "Copy the file to your disk and double-click it. A window opens, sets everything up, then shows "
            "the addresses and a link that logs you in to Jupyter. <strong>Leave the window open</strong>: "
            "WSL stops the workshop when you close it. If Windows warns you, see <em>If Windows blocks "
            "a file</em>.",
            link(file),
        ),
        _opened("To log in to Jupyter, open the link in that window. It works once."),
    )
    when = "if WSL 2, Hyper-V or Docker Desktop is on, or VirtualBox is not allowed"
    after = _next_to_another(file) + _older_wsl(file)
    leave = (
        "Save your work and close the window. The workshop stops a few seconds later. To come back, open "
        "<em>deep-learning-workshop</em> in the start menu. Your notebooks are in it."
    )
    return Way("WSL", when, steps, file, after, not installer, WSL_TROUBLE, leave)


def _next_to_another(file: str) -> str:
    """Tell how to install it where an older one has the name that a double click gives it."""
    name = escape(quoted("windows", PurePosixPath(file).name))
    return (
        "<h3>If an older workshop is installed in WSL</h3>"
        "<p>The double-click reports that the name is taken. Download the notebooks of the older workshop. "
        "Then type in a Terminal, in the folder of your copy:</p>"
        "<pre>wsl --terminate deep-learning-workshop\n"
        f"wsl --install --from-file {name} --name workshop-2</pre>"
    )


def _older_wsl(file: str) -> str:
    """Tell how to do without the double click."""
    name = escape(quoted("windows", PurePosixPath(file).name))
    return (
        "<h3>With a WSL older than 2.4.4 and no network</h3>"
        "<p>Use three commands instead of the double-click. Open the stick's folder "
        f"<em>{escape(str(PurePosixPath(file).parent))}</em>, type <code>cmd</code> into its address bar, "
        "press Enter, and type in the black window:</p>"
        f"<pre>wsl --import deep-learning-workshop %USERPROFILE%\\workshop {name}\n"
        "wsl -d deep-learning-workshop -u root /usr/lib/wsl/first-start\n"
        "wsl -d deep-learning-workshop -u workshop</pre>"
        "<p>Leave the last window open: WSL stops the workshop when you close it.</p>"
        '<p class="quiet">Where WSL was never installed, it needs a network, or your organiser\'s '
        "help.</p>"
    )


def _local(system: str, stick: Stick) -> Way | None:
    """Tell how to do without a virtual machine, if the stick has what that needs."""
    machine, processor = ("aarch64", "arm64") if system == "linux-arm" else ("x86_64", "amd64")
    if not stick.has_local():
        return None
    offline = stick.has_packages(machine)
    packages = (
        "On Debian 13 the system's packages come from the stick too; on other systems they need a network."
        if stick.has_debs(processor)
        else "The system's packages (C++ compiler, OpenBLAS, Python 3.11) need a network."
    )
    command = f"bash {LOCAL}"
    typed = f"In that terminal{', without a network' if offline else ''}: <code>{command}</code>. {packages}"
    steps = (
        Step(
            "Open a terminal here",
            terminal(
                "A terminal in the stick's folder, where ls shows set-up-from-stick.bash.",
                "Terminal",
                "$ ls",
                "0_START_HERE.html  verify.sh",
                LOCAL,
            ),
            "In your file manager right-click this stick's folder, then choose <em>Open in "
            "Terminal</em>. This "
            "works on Debian 12 and 13, Ubuntu, Enterprise Linux and Fedora.",
        ),
        Step(
            "Set it up",
            terminal(
                f"The terminal: {command} is typed.",
                "Terminal",
                f"$ {command}",
                "Set up the workshop …",
                "It asks for your sudo password.",
            ),
            typed,
        ),
        _opened("Jupyter opens by itself. To open it again, type <code>workshop open</code>."),
    )
    when = "install the workshop on this computer itself"
    leave = (
        "The workshop starts and stops with the computer. To come back, open the start page "
        f"<code>{START_PAGE.removeprefix('http://').rstrip('/')}</code>."
    )
    return Way("no virtual machine", when, steps, "", "", not offline, LOCAL_TROUBLE, leave)


def _tablet(_: str, stick: Stick) -> Way:
    """Send people who cannot install anything to the classroom."""
    address = stick.classroom
    where = f'<a class="button" href="{escape(address)}">{escape(address)}</a>' if address else ""
    first = (
        Step("Join the room's network", picture("network"), "Use the Wi-Fi that the speaker names.")
        if address
        else Step(
            "Ask the speaker",
            picture("ask"),
            "Is there a classroom, and what is its address? If there is none, share a neighbour's "
            "computer for "
            "the lessons.",
        )
    )
    steps = (
        first,
        Step(
            "Open the classroom",
            picture("classroom"),
            "Type its address into your browser. If the browser warns about the certificate, compare the "
            "certificate with your card, then continue.",
            where,
        ),
        Step(
            "Take your seat",
            picture("card"),
            "Type the seat and the code from your card. From then on everything runs in the browser.",
        ),
    )
    trouble = (
        (
            "<em>This site can't be reached</em>",
            "Is your device on the room's network? Does the address start with <code>https://</code>?",
        ),
        (
            "<em>The seat or the code is wrong</em>",
            "Type both as printed on your card. The speaker's card is a different one.",
        ),
    )
    leave = (
        "Save your work and close the page. To come back, type the same seat and code. At the end of the "
        "class, download your notebooks from the start page."
    )
    return Way("the classroom", "", steps, trouble=trouble, leave=leave)


_WAYS: dict[str, tuple[Callable[[str, Stick], Way | None], ...]] = {
    "windows": (_virtualbox, _wsl),
    "windows-arm": (_wsl,),
    "macos-arm": (_utm, _virtualbox),
    "macos-intel": (_virtualbox,),
    "linux": (_virtualbox, _local),
    "linux-arm": (_local,),
    "tablet": (_tablet,),
}
