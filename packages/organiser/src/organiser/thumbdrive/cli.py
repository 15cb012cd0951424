"""``workshop stick``: plan, stage, write and verify sticks."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import typer

from organiser.thumbdrive import computers
from organiser.thumbdrive.computers import COMPUTERS
from organiser.thumbdrive.contents import LIST, Context, Found, Part, choose, load_contents
from organiser.thumbdrive.names import BUNDLE, LOCAL
from workshop.core.errors import WorkshopError
from workshop.core.options import Quiet, Verbose
from workshop.core.output import console, messages, print_json, steps
from workshop.core.settings import find_checkout, load_settings
from workshop.sync.updates import load_updates

app = typer.Typer(
    no_args_is_help=True,
    help="Plan, stage, write and verify sticks.",
)


def _address(text: str | None) -> str | None:
    from organiser.thumbdrive.page import require_address

    try:
        return text and require_address(text)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from error


Json = Annotated[bool, typer.Option("--json", help="Print one JSON document on stdout.")]
Only = Annotated[list[str] | None, typer.Option("--only", help="Include only this part; may be repeated.")]
Without = Annotated[list[str] | None, typer.Option("--without", help="Leave this part out; may be repeated.")]
Appliances = Annotated[
    list[Path] | None,
    typer.Option(
        "--appliance",
        metavar="FILE",
        help="File of a virtual machine (OVA, UTM or WSL); default: the newest of each format in appliance/ "
        "of the checkout; may be repeated.",
    ),
]
Folder = Annotated[
    list[Path] | None,
    typer.Option("--folder", help="Folder with files that cannot be downloaded; may be repeated."),
]
Work = Annotated[
    Path | None, typer.Option("--work", help="Folder for downloads and the staged stick; default: the cache.")
]
For = Annotated[
    list[str] | None,
    typer.Option("--for", help=f"Target computers, separated by commas: {', '.join(COMPUTERS)}."),
]
Classroom = Annotated[
    str | None,
    typer.Option(
        "--classroom",
        metavar="ADDRESS",
        help="Address of the classroom for tablets and Chromebooks, shown on the page.",
        callback=_address,
    ),
]
Courses = Annotated[
    list[Path] | None,
    typer.Option("--course", metavar="FOLDER", help="A course of others to carry; may be repeated."),
]
Offline = Annotated[bool, typer.Option("--offline", help="Download nothing.")]
ContentsFile = Annotated[Path, typer.Option("--contents", help="List of parts.")]
LARGEST = 16_000_000_000
"""Bytes of a stick that every organiser can buy; a plan for more is told."""
Force = Annotated[
    bool, typer.Option("--force", help="Allow a disk that is not removable; --confirm is still needed.")
]

_MISSING, _TOO_LARGE = "red", "yellow"


@app.command(epilog="Example: workshop stick plan --for windows,mac-arm")
def plan(
    only: Only = None,
    without: Without = None,
    appliances: Appliances = None,
    for_: For = None,
    folder: Folder = None,
    work: Work = None,
    offline: Offline = False,
    classroom: Classroom = None,
    courses: Courses = None,
    contents: ContentsFile = LIST,
    json: Json = False,
) -> None:
    """Show a stick's planned contents: sources, sizes, and what is missing."""
    from organiser.thumbdrive.sources import look

    parts = _chosen(contents, only, without, appliances)
    context = _context(appliances, for_, folder, work, offline, classroom, courses)
    rows = [_row(part, look(part, context)) for part in parts]
    document = {
        "parts": rows,
        "bytes": sum(row["bytes"] for row in rows),
        "missing": {row["name"]: row["missing"] for row in rows if row["missing"] and not row["optional"]},
        "for": {kind: _files_for(kind, rows) for kind in context.computers},
        "processors": computers.processors_of(context.computers),
    }
    if json:
        print_json(document)
        return
    for row in rows:
        size = _size(row["bytes"]) if row["bytes"] else ""
        _print(f"{row['name']:<12} {size:>12}  {row['into']:<18} {row['title']}")
        for line in _remarks(row):
            _print(f"{'':<26} {line}", _MISSING if line.startswith("missing") else "")
    _print_total("together", sum(row["bytes"] for row in rows))
    if any(part.kind == "repository" for part in parts):
        _print(f"Linux sets itself up from it on {' and '.join(document['processors'])}")
    for kind, files in document["for"].items():
        _print(f"{COMPUTERS[kind].title}: {', '.join(files) or 'nothing yet'}")


def _files_for(kind: str, rows: Sequence[dict[str, Any]]) -> list[str]:
    """Return the files on the stick that a kind of computer takes, the one to try first first."""
    names = [str(file["name"]) for row in rows for file in row["files"]]
    found = []
    for form, architecture in COMPUTERS[kind].files:
        found += [name for name in names if computers.fits(name, form, architecture)]
    if COMPUTERS[kind].sets_itself_up and BUNDLE in names:
        found.append(LOCAL)
    return found


def _row(part: Part, found: Found) -> dict[str, Any]:
    return {
        "name": part.name,
        "title": part.title,
        "into": part.into,
        "optional": part.optional,
        "bytes": found.bytes,
        "files": [
            {"name": file.name, "bytes": file.bytes, "from": str(file.source)}
            for file in found.files
            if isinstance(file.source, Path)
        ],
        "to_fetch": [{"name": name, "bytes": size} for name, size in found.expected],
        "missing": found.missing,
    }


def _remarks(row: dict[str, Any]) -> list[str]:
    lines = [f"{'left out' if row['optional'] else 'missing'}: {why}" for why in row["missing"]]
    if row["to_fetch"]:
        size = _size(sum(each["bytes"] for each in row["to_fetch"]))
        lines.append(f"to be downloaded: {len(row['to_fetch'])} files, about {size}")
    return lines


def _print_total(what: str, total: int) -> None:
    """Say what a stick takes; in colour, with what to do, where that is more than many sticks have."""
    _print(f"{what:<12} {_size(total):>12}", _TOO_LARGE if total > LARGEST else "")
    if total > LARGEST:
        _print(
            f"This does not fit on a stick of {_size(LARGEST)}: use larger sticks, name fewer computers "
            f"with --for, or leave out a part with --without NAME",
            _TOO_LARGE,
        )


@app.command(epilog="Example: workshop stick stage staged --for windows,mac-arm")
def stage(
    into: Annotated[
        Path | None, typer.Argument(help="The folder; default: stage/ in the working folder.")
    ] = None,
    only: Only = None,
    without: Without = None,
    appliances: Appliances = None,
    for_: For = None,
    folder: Folder = None,
    work: Work = None,
    offline: Offline = False,
    classroom: Classroom = None,
    courses: Courses = None,
    sign_with: Annotated[
        Path | None, typer.Option("--sign-with", help="SSH key that signs the sticks; default: git's.")
    ] = None,
    allow_missing: Annotated[
        bool, typer.Option("--allow-missing", help="Go on if a part is not available.")
    ] = False,
    contents: ContentsFile = LIST,
    quiet: Quiet = False,
    verbose: Verbose = False,
    json: Json = False,
) -> None:
    """Assemble the contents of a stick in a folder; download what is missing."""
    from organiser.thumbdrive import stage as staging

    parts = _chosen(contents, only, without, appliances)
    context = _context(appliances, for_, folder, work, offline, classroom, courses)
    target = (into or _stage_of(context.work)).absolute()
    report = staging.stage(parts, target, context, sign_with or _key_of_git(context.checkout))
    if json:
        print_json(report.as_document())
    for kind, missing in (("missing", report.missing), ("left out", report.notes)):
        style = _MISSING if kind == "missing" else None
        for name, reasons in missing.items():
            for why in reasons:
                messages.print(f"{kind}: {name}: {why}", style=style)
    if not json:
        signed = "signed" if report.signed else "not signed (--sign-with KEY)"
        _print(f"{target}: {report.files} files, {_size(report.bytes)}, {signed}")
    if report.missing and not allow_missing:
        raise WorkshopError(
            "the parts above are missing; provide them, leave them out with --without NAME, or add "
            "--allow-missing"
        )


@app.command(epilog="Example: workshop stick disks")
def disks(json: Json = False) -> None:
    """List the disks of this machine, which of them are sticks, and their mount points."""
    from organiser.thumbdrive.drives import disks as list_disks

    found = [disk for disk in list_disks() if disk.bytes]
    if json:
        print_json(
            {"disks": [vars(disk) | {"system": disk.is_system, "title": disk.title} for disk in found]}
        )
        return
    for disk in found:
        kind = "this machine's own" if disk.is_system else "removable" if disk.removable else "not removable"
        where = ", ".join(disk.mounts) or "not mounted"
        _print(f"{disk.path:<14} {disk.title:<36} {kind:<20} {where}")


@app.command(epilog="Example: workshop stick write /media/me/WORKSHOP --staged staged")
def write(
    sticks: Annotated[list[Path], typer.Argument(help="Mounted folders or devices, several at once.")],
    staged: Annotated[
        Path | None,
        typer.Option("--staged", help="The staged folder; default: stage/ in the working folder."),
    ] = None,
    work: Work = None,
    format_: Annotated[
        str | None,
        typer.Option("--format", help="exfat: format the device first. This deletes everything on it."),
    ] = None,
    confirm: Annotated[
        list[str] | None,
        typer.Option(
            "--confirm", help="Size and model of a device that --format will erase, as 'disks' shows them."
        ),
    ] = None,
    reread: Annotated[
        bool,
        typer.Option("--reread", help="Also read files that seem unchanged, and repair damaged ones."),
    ] = False,
    force: Force = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
    json: Json = False,
) -> None:
    """Copy the staged folder to sticks: write only what changed, and read it back."""
    from organiser.thumbdrive.parallel import run_together
    from organiser.thumbdrive.prepare import prepared
    from organiser.thumbdrive.sums import read_staged
    from organiser.thumbdrive.write import Written, write_stick
    from workshop.core import programs

    if format_ not in (None, "exfat"):
        raise typer.BadParameter("only exfat", param_hint="--format")
    programs.require("rsync")
    folder = (staged or _stage_of(_work(work))).absolute()
    wanted = read_staged(folder)
    with ExitStack() as stack:
        places = prepared(sticks, format_ == "exfat", confirm or [], force, stack)
        for place in places:
            if place.folder.is_relative_to(folder):
                raise WorkshopError(f"{place.folder} is the staged folder itself; name a stick")
        total = sum(entry.bytes for entry in wanted.values())
        steps.print(f"each stick takes {_size(total)} in {len(wanted):,} files")
        works = {
            str(stick): partial(write_stick, folder, place, wanted, reread)
            for stick, place in zip(sticks, places, strict=True)
        }
        outcomes = run_together(works, steps)
    done = [each for each in outcomes.values() if isinstance(each, Written)]
    failed = {name: str(why) for name, why in outcomes.items() if isinstance(why, WorkshopError)}
    if json:
        print_json(
            {
                "changed": any(each.files or each.removed for each in done),
                "failed": failed,
                "sticks": [each.as_document() for each in done],
            }
        )
    else:
        for each in done:
            _print(
                f"{each.place}: {each.files} files written ({_size(each.written)}) and read back, "
                f"{each.kept} were up to date{' (read)' if reread else ''}, {each.removed} removed, "
                f"{each.seconds:.0f} s"
            )
    _fail([_line(name, why) for name, why in failed.items()], len(outcomes))


@app.command(epilog="Example: workshop stick verify /media/me/WORKSHOP")
def verify(
    sticks: Annotated[list[Path], typer.Argument(help="Mounted sticks or the staged folder.")],
    allowed_signers: Annotated[
        Path | None,
        typer.Option(
            "--allowed-signers",
            help="The keys that may sign a stick; default: this machine's keys for updates.",
        ),
    ] = None,
    require_signature: Annotated[
        bool, typer.Option("--require-signature", help="Reject an unsigned stick.")
    ] = False,
    quiet: Quiet = False,
    json: Json = False,
) -> None:
    """Verify every file of a stick: hashes, signature, missing and additional files."""
    from organiser.thumbdrive.parallel import run_together
    from organiser.thumbdrive.verify import Verdict, check_stick

    pinned = load_updates(load_settings()).signers
    signers = allowed_signers or pinned
    check = partial(check_stick, signers=signers, pinned=pinned, must_be_signed=require_signature)
    works = {str(stick): partial(check, stick.absolute()) for stick in sticks}
    outcomes = run_together(works, steps)
    verdicts = [each for each in outcomes.values() if isinstance(each, Verdict)]
    bad = [_line(name, str(why)) for name, why in outcomes.items() if isinstance(why, WorkshopError)]
    for verdict in verdicts:
        if reasons := verdict.reasons:
            advice = f"; {verdict.advice}" if verdict.advice else ""
            more = " …" if len(reasons) > 5 else ""
            bad.append(f"{verdict.folder}: {'; '.join(reasons[:5])}{more}{advice}")
        if not json:
            _print(f"{verdict.folder}: {verdict.files} files, {verdict.signature.sentence}")
            for line in [*reasons, *(f"{name} is not the workshop's" for name in verdict.extra)]:
                _print(f"  {line}")
    if json:
        print_json({"right": not bad, "sticks": [verdict.as_document() for verdict in verdicts]})
    _fail(bad, len(outcomes))


def _line(name: str, why: str) -> str:
    """Return why a stick failed, behind its name, with which many reasons begin themselves."""
    return why if why.startswith((name, str(Path(name).absolute()))) else f"{name}: {why}"


def _fail(bad: Sequence[str], of: int) -> None:
    """Raise WorkshopError when some of the sticks are not right."""
    if bad:
        raise WorkshopError(
            f"{len(bad)} of {of} sticks are not right. {' | '.join(bad)}" if of > 1 else bad[0]
        )


def _chosen(
    contents: Path, only: Sequence[str] | None, without: Sequence[str] | None, named: Sequence[Path] | None
) -> list[Part]:
    """Return the parts that are wanted; WorkshopError where one is left out of which a file is named."""
    parts = choose(load_contents(contents), only or [], without or [])
    if named and not any(part.kind == "appliance" for part in parts):
        raise WorkshopError(
            f"--appliance names {named[0].name}, but the parts include no virtual machine; leave out one of "
            f"the two"
        )
    return parts


def _context(
    appliances: Sequence[Path] | None,
    for_: Sequence[str] | None,
    folders: Sequence[Path] | None,
    work: Path | None,
    offline: bool,
    classroom: str | None,
    courses: Sequence[Path] | None,
) -> Context:
    settings = load_settings()
    given = [*(folders or []), *([settings.stick] if settings.stick else [])]
    for folder in folders or []:
        if not folder.is_dir():
            raise WorkshopError(f"no folder {folder}; correct --folder")
    return Context(
        checkout=find_checkout("local/setup.bash"),
        work=_work(work),
        settings=settings,
        appliances=tuple(appliances or ()),
        computers=computers.parse(for_ or []),
        folders=tuple(given),
        offline=offline or settings.offline,
        courses=tuple(courses or ()),
        classroom=classroom or "",
        say=lambda text: steps.print(text),
    )


def _work(work: Path | None) -> Path:
    return (work or load_settings().cache / "thumbdrive").absolute()


def _stage_of(work: Path) -> Path:
    return work / "stage"


def _key_of_git(checkout: Path) -> Path | None:
    """Return the SSH key with which this checkout signs updates; None when it has none in a file."""
    from workshop.core import programs

    def setting(name: str) -> str:
        return programs.run("git", "-C", checkout, "config", "--default", "", "--get", name).strip()

    key = Path(setting("user.signingkey") or ".").expanduser()
    return key if setting("gpg.format") == "ssh" and key.is_file() else None


def _size(count: int) -> str:
    return f"{count / 1e9:,.2f} GB" if count >= 1e9 else f"{count / 1e6:,.1f} MB"


def _print(text: str, style: str = "") -> None:
    console.print(text, style=style or None)
