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
from pathlib import Path
from typing import Any

from workshop.sync.deliver import Report
from workshop.sync.summary import NBDIFF_WEB, summary
from workshop.sync.update import Request, update

EPILOG = """\
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
    what = words.add_mutually_exclusive_group(required=True)
    what.add_argument(
        "--from",
        dest="source",
        metavar="SOURCE",
        help="a git address (https, ssh, file), a folder, a stick",
    )
    what.add_argument("--undo", action="store_true", help="put the folder back as before the last sync")
    words.add_argument("--into", type=Path, required=True, metavar="DIR", help="the participant's folder")
    words.add_argument(
        "--state", type=Path, required=True, metavar="DIR", help="where sync remembers what it delivered"
    )
    words.add_argument("--subdir", default="notebooks", help="the source's folder of notebooks (notebooks)")
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
    options = parser().parse_args(arguments)
    report = _run(options)
    if options.json:
        json.dump(as_document(report), sys.stdout, indent=2, ensure_ascii=False)
        sys.stdout.write("\n")
    else:
        _show(report, options.into, options.dry_run)


def _run(options: argparse.Namespace) -> Report:
    if options.undo:
        from workshop.sync.undo import undo

        return undo(options.into, options.state, options.dry_run)
    return update(
        Request(
            options.source,
            options.into,
            options.state,
            options.subdir,
            options.branch,
            options.dry_run,
            options.allowed_signers,
            options.allow_unsigned,
            options.trust_new_source,
        )
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
