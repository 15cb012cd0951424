"""``workshop sync``: parse, call, print.

Timers, buttons and playbooks call this word often, and mostly there is nothing to do: so it starts
with the standard library alone, in a tenth of a second.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from workshop.settings import load_settings
from workshop.sync.deliver import Report
from workshop.sync.own import own_request, own_state
from workshop.sync.summary import NBDIFF_WEB, summary
from workshop.sync.update import Request, update
from workshop.updates import load_updates

EPILOG = """\
Without --into and --state it is about this machine's own notebooks. Their newest version comes from the
organiser's address, or from what --from names; set-up noted the address and the organiser's keys.

exit 0: done, or offline and nothing to be done; 1: refused or failed, a line says why; 2: wrong usage"""


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
        help="a git address (https, ssh, file), a folder, a stick",
    )
    what.add_argument("--undo", action="store_true", help="put the folder back as before the last sync")
    words.add_argument("--into", type=Path, metavar="DIR", help="the participant's folder")
    words.add_argument("--state", type=Path, metavar="DIR", help="where sync remembers what it delivered")
    words.add_argument("--subdir", help="the source's folder of notebooks (notebooks)")
    words.add_argument("--branch", help="the branch to follow; else the source's own choice")
    words.add_argument("--dry-run", action="store_true", help="write nothing; say what would be done")
    trust = words.add_mutually_exclusive_group()
    trust.add_argument(
        "--allowed-signers",
        type=Path,
        metavar="FILE",
        help="the organiser's keys: SSH allowed signers or a GPG keyring",
    )
    trust.add_argument(
        "--allow-unsigned", action="store_true", help="take what nobody signed, from git or a bundle"
    )
    words.add_argument(
        "--trust-new-source", action="store_true", help="accept that updates come from another address now"
    )
    words.add_argument("--json", action="store_true", help="one JSON document on stdout")
    return words


def main(arguments: Sequence[str]) -> None:
    """Sync or undo, and say what was done.

    Raises WorkshopError when it is refused or fails; ends the program with 2 on wrong usage.
    """
    options = parse(arguments)
    request = _request(options)
    if options.undo:
        from workshop.sync.undo import undo

        report = undo(request.into, request.state, request.dry_run)
    else:
        report = update(request)
    if options.json:
        json.dump(as_document(report), sys.stdout, indent=2, ensure_ascii=False)
        sys.stdout.write("\n")
    else:
        _show(report, request.into, request.dry_run)


def parse(arguments: Sequence[str]) -> argparse.Namespace:
    """Return the options; ends the program with 2 when they do not go together."""
    words = parser()
    options = words.parse_args(arguments)
    if (options.into is None) != (options.state is None):
        words.error("--into and --state go together; without both it is about this machine's own notebooks")
    if options.into is not None and not options.undo and options.source is None:
        words.error("with --into and --state one of --from and --undo is needed")
    return options


def _request(options: argparse.Namespace) -> Request:
    """Return what to do; whatever is not said is as set-up decided for this machine's own notebooks."""
    if options.into is not None:
        base = Request(options.source or "", options.into, options.state)
    elif options.undo:
        settings = load_settings()
        base = Request("", settings.notebooks, own_state(settings))
    else:
        settings = load_settings()
        base = own_request(settings, load_updates(settings), options.source or "")
    return replace(
        base,
        subdir=options.subdir or base.subdir,
        branch=options.branch or base.branch,
        dry_run=options.dry_run,
        signers=None if options.allow_unsigned else options.allowed_signers or base.signers,
        allow_unsigned=options.allow_unsigned,
        trust_new_source=options.trust_new_source,
    )


def as_document(report: Report) -> dict[str, Any]:
    """Return a report as JSON has it."""
    files = [{"path": each.path, "action": str(each.action), "why": each.why} for each in report.files]
    return {
        "changed": report.changed,
        "revision": report.revision,
        "offline": report.offline,
        "news": report.news,
        "notes": list(report.notes),
        "files": files,
    }


def _show(report: Report, into: Path, dry_run: bool) -> None:
    """Print the summary; what the terminal cannot show is escaped."""
    if hasattr(sys.stdout, "reconfigure"):
        sys.stdout.reconfigure(errors="backslashreplace")
    for line in summary(report, into, dry_run, shutil.which(NBDIFF_WEB) is not None):
        print(line)
