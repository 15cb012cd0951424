"""``workshop sync``: parse, call, print.

Timers, buttons and playbooks call this word often, and mostly there is nothing to do: so it starts
with the standard library alone, in a tenth of a second.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shlex
import shutil
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import asdict, fields, replace
from pathlib import Path
from typing import Any

from workshop.errors import WorkshopError
from workshop.settings import load_settings
from workshop.sync.decision import Action
from workshop.sync.engine import Outcome, Report, Rest
from workshop.sync.files import only_one, reason, shown, write_own
from workshop.sync.light import END, MOST_NOTED, NOTE, fingerprint, key_of, prefix, say
from workshop.sync.request import Request, own_request, own_state, perform, request_from
from workshop.sync.source import PACKED
from workshop.sync.state import SETTLED_NS
from workshop.system.account import hand_over, who_can_change
from workshop.updates import load_updates

EPILOG = """\
Without --into and --state it is about this machine's own notebooks. Their newest version comes from the
organiser's address, or from what --from names; set-up noted the address and the organiser's keys.

exit 0: done, or offline and nothing to be done; 1: refused or failed, a line says why; 2: wrong usage"""
ORDER = [
    (Action.MERGED, "Merged: the new version and what you changed are both in"),
    (Action.BESIDE, "Beside yours lies a new version of"),
    (Action.DEFERRED, "Waiting"),
    (Action.KEPT, "Left as you have it"),
    (Action.RESTORED, "Restored"),
    (Action.BACKED_UP, "Moved to the backup"),
    (Action.REFUSED, "Not delivered"),
]
NBDIFF_WEB = "nbdiff-web"
NAMES = {each.name for each in fields(Request)}
"""Options of these names are what a request says."""


def parser() -> argparse.ArgumentParser:
    """Return the parser of the command's words."""
    words = argparse.ArgumentParser(
        "workshop sync",
        description="Bring the newest notebooks and keep every edit.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    what = words.add_mutually_exclusive_group()
    what.add_argument(
        "--from",
        dest="source",
        metavar="SOURCE",
        help="a git address (https, ssh, file), a folder, a stick, or what --pack or a classroom made",
    )
    what.add_argument(
        "--pack",
        type=Path,
        metavar="FILE",
        help="write your folder into one file (.zip), which --from takes up on another machine of yours",
    )
    what.add_argument("--undo", action="store_true", help="put the folder back as before the last sync")
    what.add_argument("--request", action="store_true", help="do what one JSON document on stdin asks for")
    words.add_argument("--into", type=Path, metavar="DIR", help="the participant's folder")
    words.add_argument("--state", type=Path, metavar="DIR", help="where sync remembers what it delivered")
    words.add_argument("--subdir", help="the source's folder of notebooks (notebooks)")
    words.add_argument("--branch", help="the branch to follow; else the source's own choice")
    words.add_argument("--dry-run", action="store_true", help="write nothing; say what would be done")
    trust = words.add_mutually_exclusive_group()
    trust.add_argument(
        "--allowed-signers",
        dest="signers",
        type=Path,
        metavar="FILE",
        help="the organiser's keys: SSH allowed signers or a GPG keyring",
    )
    trust.add_argument(
        "--allow-unsigned", action="store_true", help="take what nobody signed: from git, a bundle, a folder"
    )
    words.add_argument("--project", default="", metavar="NAME", help="the project that signed tags must name")
    once = words.add_argument_group("once, when the organiser says so")
    once.add_argument(
        "--trust-new-source", action="store_true", help="accept another address, or a history begun anew"
    )
    once.add_argument(
        "--ignore-clock", action="store_true", help="judge keys and dates without this machine's clock"
    )
    once.add_argument(
        "--reset", default="", metavar="CODE", help="take the revision whose code the organiser reads to you"
    )
    words.add_argument("--json", action="store_true", help="one JSON document on stdout")
    return words


def main(arguments: Sequence[str]) -> None:
    """Sync or undo, and say what was done.

    Raises WorkshopError when it is refused or fails; ends the program with 2 on wrong usage.
    """
    options = parse(arguments)
    try:
        text = sys.stdin.read() if options.request else None
        request = _request(options) if text is None else request_from(text)
        # Whoever could put something else in place of the folders does the work there, not root.
        if os.geteuid() == 0 and (account := who_can_change(request.into) or who_can_change(request.state)):
            sys.exit(hand_over(account, ["sync", *arguments], text))
        if options.pack is not None:
            _pack(options, request)
            return
        report = perform(request)
    except WorkshopError as error:
        raise WorkshopError(shown(str(error))) from error
    except OSError as error:
        where = f" ({error.filename})" if error.filename else ""
        raise WorkshopError(
            shown(f"{error.strerror or error}{where}; nothing is lost; mend that, and sync again")
        ) from error
    except Exception as error:  # a user is to see what happened, not where in the program
        raise WorkshopError(
            f"the sync stopped: {shown(reason(error))}; what was done can be undone"
        ) from error
    viewer = shutil.which(NBDIFF_WEB) is not None
    told = (
        _document(report.as_document())
        if options.json
        else "".join(f"{line}\n" for line in summary(report, request.into, request.dry_run, viewer))
    )
    say(told)
    if report.rest is not None and not (options.request or request.once):
        with suppress(OSError):  # the next sync looks at everything again
            note(arguments, report.rest, told)


def note(words: Sequence[str], rest: Rest, answer: str) -> None:
    """Note for ``light.still`` what a sync said that found nothing to do, and what that depended on.

    What changed a moment ago may change again within one tick of the clock: then there is no note.
    """
    # Every sync depends on this program, and on what set-up and the organiser decided.
    named, etc = os.environ.get("WORKSHOP_CONFIG") or __file__, Path(prefix()) / "etc"
    others = [
        Path(__file__).parent,
        Path(named),
        etc / "workshop.toml",
        rest.state.parent / "etc/updates.toml",
    ]
    places = {os.fsencode(other): fingerprint(other) for other in others}
    places |= {os.fsencode(place): known for place, known in rest.files.items()}
    latest = max((int(known.split()[2]) for known in places.values() if known), default=0)
    heard, rows = rest.heard, [part for row in places.items() for part in row]
    fields = [key_of(words), str(heard.until).encode(), os.fsencode(rest.state), os.fsencode(heard.url)]
    fields += [heard.refs, answer.encode(errors="replace"), *rows, END]
    data = b"\0".join(fields)
    whole = data.count(b"\0") == len(fields) - 1 and len(data) < MOST_NOTED
    if whole and time.time_ns() - SETTLED_NS >= latest:
        write_own(rest.state / NOTE, data)


def parse(arguments: Sequence[str]) -> argparse.Namespace:
    """Return the options; ends the program with 2 when they do not go together."""
    words = parser()
    options = words.parse_args(arguments)
    if (options.into is None) != (options.state is None):
        words.error("--into and --state go together; without both it is about this machine's own notebooks")
    if options.into is not None and not options.undo and options.source is None and options.pack is None:
        words.error("with --into and --state one of --from, --pack and --undo is needed")
    if options.pack is not None and options.dry_run:
        words.error("--pack changes nothing but its file; it does not go together with --dry-run")
    if options.pack is not None and options.pack.suffix != PACKED:
        words.error(f"the file of --pack has to end in {PACKED}, by which --from knows it")
    return options


def _request(options: argparse.Namespace) -> Request:
    """Return what to do; whatever is not said is as set-up decided for this machine's own notebooks."""
    said = {name: value for name, value in vars(options).items() if value and name in NAMES}
    if options.into is not None:
        return Request(**{"source": "", **said})
    settings = load_settings()
    if options.undo or options.pack is not None:
        base = Request("", settings.notebooks, own_state(settings))
    else:
        base = own_request(settings, load_updates(settings), options.source or "")
    return replace(base if not options.allow_unsigned else replace(base, signers=None), **said)


def _pack(options: argparse.Namespace, request: Request) -> None:
    """Pack the participant's folder, and say what it got."""
    from workshop.sync.home import pack

    if not options.pack.parent.is_dir() or options.pack.is_dir():
        raise WorkshopError(f"{options.pack} cannot be written there; name a file in a folder that there is")
    beside = options.pack.with_name(f".{options.pack.name}.new")
    with only_one(request.state):
        try:
            # Whatever folder it lies in, what somebody wrote is theirs to show.
            beside.touch(mode=0o600)
            with beside.open("wb") as out:
                done = pack(request.into, request.state, out, platform.node())
            beside.replace(options.pack)
        finally:
            beside.unlink(missing_ok=True)
    if options.json:
        say(_document({"file": str(options.pack), **asdict(done)}))
        return
    lines = [f"! {path} is not in it: {why}" for path, why in done.left_out.items()]
    lines.append(f"{'1 file is' if done.files == 1 else f'{done.files} files are'} in {options.pack}.")
    lines.append(
        "On another machine of yours: workshop sync --from FILE, or Jupyter's page 'Your notebooks'."
    )
    say("".join(f"{shown(line)}\n" for line in lines))


def _document(document: dict[str, Any]) -> str:
    """Return one JSON document, in letters that every terminal's encoding has."""
    return json.dumps(document, indent=2) + "\n"


def summary(report: Report, into: Path, dry_run: bool, has_viewer: bool) -> Iterator[str]:
    """Return the lines of the summary; every file that was not simply updated is named."""
    return map(shown, _summary(report, into, dry_run, has_viewer))


def _summary(report: Report, into: Path, dry_run: bool, has_viewer: bool) -> Iterator[str]:
    yield from (f"! {note}" for note in report.notes)
    if report.offline:
        return
    if report.news and report.changed:
        yield from (f"  {line}".rstrip() for line in f"What is new: {report.news}".splitlines())
    updated = [outcome for outcome in report.files if outcome.action == Action.UPDATED]
    if updated:
        yield f"Updated: {len(updated)} file{'s' if len(updated) > 1 else ''}"
        yield from (f"  {outcome.path}: {outcome.reason}" for outcome in updated)
    for action, title in ORDER:
        told = [outcome for outcome in report.files if outcome.action == action]
        if told:
            yield f"{title}:"
            yield from (f"  {outcome.path}: {outcome.reason}" for outcome in told)
    yield from _how_to_compare(report.files, into, has_viewer)
    yield _verdict(report, dry_run)
    if report.backups is not None:
        yield f"The files as they were before are in {report.backups}; workshop sync --undo puts them back."


def _how_to_compare(files: list[Outcome], into: Path, has_viewer: bool) -> Iterator[str]:
    pairs = [(each.path, each.beside) for each in files if each.beside]
    if not pairs:
        return
    notebooks = [(mine, theirs) for mine, theirs in pairs if mine.endswith(".ipynb")]
    if has_viewer and notebooks:
        yield "To see both side by side:"
        yield from (
            f"  {NBDIFF_WEB} {shlex.quote(str(into / mine))} {shlex.quote(str(into / theirs))}"
            for mine, theirs in notebooks
        )
    else:
        yield "To see both, open them side by side in Jupyter; copy what you want into yours."


def _verdict(report: Report, dry_run: bool) -> str:
    if not report.files:
        return f"Nothing to do: your notebooks are at revision {report.revision}."
    if dry_run:
        return "Nothing was written: this was a dry run."
    if report.undone:
        return f"Your notebooks are as they were before revision {report.revision}; a sync brings it again."
    return f"Your notebooks are at revision {report.revision}."
