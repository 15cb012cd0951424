"""The manual and READMEs: their links lead somewhere, their commands exist, their messages are real."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer.main
import yaml

from organiser.image import layout, running
from workshop.core.command import CAPABILITIES, ORGANISERS, program
from workshop.site.server import THEME

ROOT = Path(__file__).resolve().parents[1]
sys.path.append(str(ROOT / "tools"))
import manual_pages  # noqa: E402  # in tools/

DOCS = sorted(path for path in (ROOT / "docs").rglob("*.md") if "generated" not in path.parts)
NAMES = [str(path.relative_to(ROOT / "docs")) for path in DOCS]
SOURCES = (
    "local/*.bash",
    "tools/*.bash",
    "library/*.py",
    "module_utils/*.py",
    "roles/**/*.yml",
    "playbooks/**/*.yml",
    "playbooks/**/*.py",
    "roles/*/library/*.py",
    "roles/*/templates/*.j2",
    "packages/*/src/**/*.py",
    "packages/organiser/src/organiser/image/start",
    "packages/organiser/src/organiser/appliance/wsl/first-start",
)
OWN_SECTIONS = ("Set-up stops", "Data", "Handing out")
"""Sections whose messages are all our own; elsewhere "(ours)" follows one that is."""
TROUBLES = "".join(
    path.read_text(encoding="utf-8")
    for path in (ROOT / "docs/troubleshooting.md", *sorted((ROOT / "docs/troubleshooting").glob("*.md")))
)


@pytest.mark.network
def test_the_manual_is_built_without_a_warning(tmp_path: Path) -> None:
    done = subprocess.run(
        [str(ROOT / "tools/docs.bash"), str(tmp_path)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    # Browsers refuse to fetch from file://, so the index comes as a script.
    assert (tmp_path / "searchindex.js").read_text(encoding="utf-8").startswith("Search.setIndex(")
    for page in tmp_path.rglob("*.html"):
        text = page.read_text(encoding="utf-8")
        loaded = re.findall(r"<(?:script|img|link)[^>]+(?:src|href)=\"(https?:[^\"]+)", text)
        assert not loaded, f"{page.name} loads {loaded}"
        for script in re.findall(r"<script>(.*?)</script>", text, re.DOTALL):
            digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
            assert f"'sha256-{digest}'" == THEME, f"the server forbids the script in {page.name}"
    again = subprocess.run(
        [str(ROOT / "tools/docs.bash"), "--check", str(tmp_path)], capture_output=True, text=True, check=True
    )
    assert not again.stdout


@pytest.mark.parametrize("path", DOCS, ids=NAMES)
def test_links_lead_somewhere(path: Path) -> None:
    words = re.sub(r"`[^`\n]*`", "", path.read_text(encoding="utf-8"))
    for target in re.findall(r"\]\(([^)#]+)", words):
        if not target.startswith("http"):
            assert (path.parent / target).exists(), target


def test_the_glossary_names_lessons_in_the_order_of_the_alphabet() -> None:
    text = (ROOT / "docs/reference/glossary.md").read_text(encoding="utf-8").partition("\n## ")[0]
    rows = [line.strip("| ").split(" | ") for line in text.splitlines() if line.startswith("| ")][1:]
    titles = {
        json.loads(path.read_text(encoding="utf-8"))["metadata"]["lessonkit"].get("title")
        for path in ROOT.glob("notebooks/[0-9]*/*.ipynb")
    }
    assert len(rows) >= 30
    for term, _, lesson in rows:
        assert lesson.strip("*") in titles, f"{term}: there is no lesson {lesson}"
    terms = [term.lower() for term, *_ in rows]
    assert terms == sorted(terms)


def test_every_lesson_role_and_setting_is_on_a_generated_page(tmp_path: Path) -> None:
    manual_pages.write(tmp_path)
    lessons, variables = ((tmp_path / f"{name}.md").read_text("utf-8") for name in ("lessons", "variables"))
    for path in ROOT.glob("notebooks/[0-9]*/*.ipynb"):
        assert f"`{path.relative_to(ROOT / 'notebooks')}`" in lessons, path
    for path in ROOT.glob("roles/*/meta/argument_specs.yml"):
        assert f"\n## {path.parents[1].name}\n" in f"\n{variables}"
        for name in yaml.safe_load(path.read_text("utf-8"))["argument_specs"]["main"]["options"]:
            assert f"`{name}`" in variables, f"{path.parents[1].name} has {name}"
    shown = (tmp_path / "commands.md").read_text("utf-8")
    for word in (*CAPABILITIES, *ORGANISERS):
        assert f"`workshop {word}`" in shown, word


@pytest.mark.parametrize("path", DOCS, ids=NAMES)
def test_files_that_are_named_exist(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    named = re.findall(r"(?<![\w/.-])(?:tools|local|playbooks|roles|docs|\.ci)/[a-z0-9_./-]*[a-z0-9]", text)
    for name in named:
        assert (ROOT / name).exists(), name


READMES = [
    ROOT / "README.md",
    *sorted(ROOT.glob("roles/*/README.md")),
    *sorted(ROOT.glob("packages/*/README.md")),
]
FENCED = re.compile(r"(?ms)^ *```[^\n]*\n(.*?)^ *```")
ENDS = ("|", ">", "&&", ";")
PLACES = {"N": "7"}
"""What stands for a number."""
NO_FAULTS = ("MissingParameter", "NoArgsIsHelpError")
"""What the parser calls a command of which prose says no more than the name."""


def commands(path: Path) -> Iterator[list[str]]:
    """Yield the words of each command of ours that a text quotes, behind ``workshop``."""
    text = path.read_text(encoding="utf-8")
    lines = [line for block in FENCED.findall(text) for line in block.replace("\\\n", " ").splitlines()]
    lines += [" ".join(quoted.split()) for quoted in re.findall(r"`([^`]+)`", FENCED.sub("", text))]
    for line in lines:
        if "workshop " not in line:
            continue
        words = shlex.split(line, comments=True)
        for place, word in enumerate(words[:-1]):
            if word.rpartition("/")[2] == "workshop" and words[place + 1] in (*CAPABILITIES, *ORGANISERS):
                found = words[place + 1 :]
                end = next((number for number, each in enumerate(found) if each in ENDS), len(found))
                yield [PLACES.get(each, each.strip("[]")) for each in found[:end] if each != "…"]
                break


def parse(words: list[str]) -> None:
    """Parse a command as the program does, and run nothing; raises what the parser does of wrong usage."""
    command, context = typer.main.get_command(program()), None
    while True:
        context = command.make_context(command.name or "workshop", list(words), parent=context)
        words = [*getattr(context, "_protected_args", ()), *context.args]
        if not words or not hasattr(command, "resolve_command"):
            return
        _, command, words = command.resolve_command(context, words)


@pytest.mark.parametrize("path", [*DOCS, *READMES], ids=lambda path: str(path.relative_to(ROOT)))
def test_commands_are_those_of_today(path: Path) -> None:
    """Their words and options; a file that is named need not be there."""
    for words in commands(path):
        try:
            parse(words)
        except SystemExit as end:
            assert not end.code, words
        except Exception as error:
            said = getattr(error, "format_message", lambda error=error: str(error))()
            is_fault = type(error).__name__ not in (*NO_FAULTS, "Exit") and "does not exist" not in said
            assert not is_fault, f"workshop {' '.join(words)}: {said}"


def test_wrong_usage_would_be_seen() -> None:
    for words in ("thumbdrive check x", "image run --foldr x", "sync --form x", "appliance build --arch"):
        with pytest.raises((Exception, SystemExit)) as caught:
            parse(words.split())
        assert type(caught.value).__name__ not in (*NO_FAULTS, "Exit"), words


def test_the_command_without_ours_has_the_same_names() -> None:
    """Whoever goes from one to the other finds the notebooks there."""
    text = (ROOT / "docs/howto/container.md").read_text(encoding="utf-8")
    (command,) = re.findall(r"(?m)^docker run --detach .*$", text)
    assert f"--name {running.CONTAINER} " in command
    assert f"-v {running.VOLUME}:/{layout.HOME} " in command
    assert command.endswith(f" {layout.NAME}")
    # It is typed in a terminal of Windows, too.
    assert not re.search(r"[$`'\\]", command)


def section(title: str) -> str:
    """Return a section of the pages on troubles."""
    return {part.partition("\n")[0]: part for part in TROUBLES.split("\n## ")}[title]


def messages() -> list[str]:
    """Return the messages that the pages on troubles say are ours."""
    marked = re.findall(r"`([^`]+)`(?:\*\*)?\s\(ours\)", TROUBLES)
    assert len(marked) == TROUBLES.count("(ours)") - TROUBLES.count("*(ours)*")
    whole = [found for name in OWN_SECTIONS for found in re.findall(r"\*\*`([^`]+)`", section(name))]
    return whole + marked


def own_words() -> str:
    """Return what our programs say, ``…`` in the place of values."""
    code = " ".join(
        path.read_text(encoding="utf-8")
        for pattern in SOURCES
        for path in ROOT.glob(pattern)
        if path.is_file()
    )
    code = re.sub(r"[\"']?\s*\n\s*f?[\"']?", " ", code)
    values = r"\{\{[^{}]*\}\}|\$?\{[^{}]{1,80}\}|\$[a-z_]+"
    return " ".join(re.sub(values, "…", code).split())


def test_messages_are_found_in_the_code() -> None:
    code = own_words()
    ours = [m for m in messages() if not m.startswith(("Validation of", "port 8080"))]
    assert len(ours) >= 30
    for message in ours:
        pieces = [piece.strip(" ,;:()?-'\"") for piece in " ".join(message.split()).split("…")]
        for piece in pieces:
            assert piece in code, f"{message!r}: {piece!r} is said nowhere"


def test_the_ten_things_that_go_wrong_on_macs_and_windows_each_quote_a_message() -> None:
    table = section("Macs with Apple Silicon, and WSL on Windows")
    rows = [line.split(" | ") for line in table.splitlines() if line.startswith("| ")][1:]
    assert len(rows) == 10
    for seen, *_ in rows:
        assert re.search(r"`[^`]*[^`\W][^`]* [^`]+`", seen), f"{seen!r} quotes nothing"
    for topic in (
        "virtualisation is off",
        "own hypervisor",
        "WSL is too old",
        "another program is using port",
        "8 GB",
        "proxy",
    ):
        assert any(topic in meaning for _, meaning, *_ in rows), topic


def test_what_is_said_of_a_machines_screen_and_firmware_is_what_its_file_sets() -> None:
    appliance = ROOT / "packages/organiser/src/organiser/appliance"
    x86, arm = (
        (appliance / name).read_text(encoding="utf-8") for name in ("appliance.ovf", "appliance-arm64.ovf")
    )
    said = " ".join(section("Starting the virtual machine").split())
    for text, words in ((x86, "`{}` in a machine for Intel and AMD"), (arm, "`{}` in one for Arm")):
        (controller,) = re.findall(r'<Display controller="(\w+)"', text)
        assert words.format(controller) in said
    assert 'Firmware type="EFI"' in arm
    assert 'Firmware type="EFI"' not in x86
    assert "A machine for Arm (`-arm64.ova`) boots only with EFI: leave it on." in said


def test_switching_windows_hypervisor_off_is_nowhere_advised_without_saying_that_wsl_stops() -> None:
    for path in [*DOCS, ROOT / "README.md"]:
        for paragraph in path.read_text(encoding="utf-8").split("\n\n"):
            if "hypervisorlaunchtype off" in paragraph:
                words = " ".join(paragraph.split())
                assert "WSL and Docker Desktop do not start" in words
                assert words.index(".wsl`") < words.index("hypervisorlaunchtype off")
