"""The commands about a machine's own updates: take the newest, and choose from where and on whose word.

A machine may be given its address and the keys that it trusts after it was set up.
The keys come from the repository itself, which at that moment nobody trusts; they count because their
fingerprint is the one that the organiser published elsewhere: on a slide, on paper.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, Any

import typer

from workshop.errors import WorkshopError
from workshop.output import console, messages, print_json
from workshop.settings import Settings, load_settings
from workshop.sync.files import only_one, write_atomically
from workshop.sync.git import UnreachableError, check_url, printable, require_git, without_password
from workshop.sync.keys import KEYS_FILE, REVISIONS, Key, chosen, fingerprint_of, keys_of
from workshop.sync.mirror import Mirror
from workshop.sync.pull import Puller, ansible_pull, require_own
from workshop.sync.revisions import LARGEST
from workshop.sync.trust import Trust, read_last, same_place, write_last
from workshop.updates import Updates, load_updates, updates_text

app = typer.Typer(no_args_is_help=True, help="From where, and on whose word, this machine takes updates.")
Json = Annotated[bool, typer.Option("--json", help="Print one JSON document on stdout.")]


@dataclass(frozen=True)
class Choice:
    """What a machine goes by now."""

    url: str
    branch: str
    keys: tuple[str, ...]
    """The fingerprints of those that sign revisions."""
    roots: tuple[str, ...] = ()
    """The fingerprints of those that approve lists of keys."""
    left_out: int = 0
    """How many other keys the repository shows, which this machine does not trust."""


def show(settings: Settings) -> Choice:
    """Return where this machine's updates come from, and on whose word."""
    updates = load_updates(settings)
    text = ""
    if updates.signers is not None and updates.signers.is_file():
        text = updates.signers.read_text(encoding="utf-8", errors="replace")
    return _choice(updates.url, updates.branch, keys_of(text))


def _choice(url: str, branch: str, keys: Sequence[Key], left_out: int = 0) -> Choice:
    signers = tuple(key.fingerprint for key in keys if key.signs(REVISIONS))
    roots = tuple(key.fingerprint for key in keys if not key.signs(REVISIONS))
    return Choice(url, branch, signers, roots, left_out)


def choose(
    settings: Settings,
    url: str,
    fingerprints: Sequence[str],
    branch: str = "",
    file: str = KEYS_FILE,
    trust_new_source: bool = False,
) -> Choice:
    """Fetch the organiser's keys from ``url``, compare their fingerprints, and only then trust both.

    ``file`` is the one of the repository that holds the keys; ``fingerprints`` are those of the keys that may
    sign, as the organiser published them. Raises WorkshopError when it is refused; nothing was changed then.
    """
    prefix = _machine(settings)
    wanted = [fingerprint_of(each) for each in fingerprints]
    _check_address(url)
    with only_one(prefix / "pull"):
        now = load_updates(settings)
        if now.url and not same_place(now.url, url) and not trust_new_source:
            raise WorkshopError(
                f"updates came from {without_password(now.url)} until now, not from {url}; "
                "nothing was changed; if the organiser moved, say --trust-new-source"
            )
        there = keys_of(_fetch(url, branch, file))
        keys = chosen(there, wanted, f"{file} of {url}")
        if not any(key.signs(REVISIONS) for key in keys):
            raise WorkshopError(
                "a root key signs no revision; nothing was changed; name another key's fingerprint as well"
            )
        _write(prefix, replace(now, url=url, branch=branch), keys)
        last = read_last(prefix / "pull")
        if last.url and not same_place(last.url, url):
            write_last(prefix / "pull", replace(last, url=url))
    left_out = len({key.fingerprint for key in there}) - len(keys)
    return _choice(url, branch, keys, left_out)


def _machine(settings: Settings) -> Path:
    """Return the prefix of a machine that can take a choice, or say in one line what it lacks."""
    prefix = settings.prefix
    if prefix is None or not (prefix / "etc").is_dir():
        raise WorkshopError("this machine was not set up; run the set-up first")
    require_own(prefix)
    ansible_pull(prefix)
    require_git()
    if shutil.which("ssh-keygen") is None:
        raise WorkshopError("ssh-keygen is not installed; install openssh-client (Fedora: openssh)")
    if not _record(prefix).is_file():
        raise WorkshopError(f"{_record(prefix)} is not there; run the set-up again")
    return prefix


def _record(prefix: Path) -> Path:
    return prefix / "etc" / "pull-variables.json"


def _check_address(url: str) -> None:
    check_url(url)
    if printable(url) != url or any(letter.isspace() for letter in url):
        raise WorkshopError(f"{printable(url)!r} is no address; leave out spaces and what cannot be seen")


def _fetch(url: str, branch: str, file: str) -> str:
    """Return the file of keys at the tip of a branch; nothing of the repository stays."""
    with TemporaryDirectory(prefix="workshop-keys-") as folder:
        mirror = Mirror(Path(folder) / "mirror")
        try:
            mirror.ensure()
            tip = mirror.fetch(mirror.look(url, url, branch or None))
        except UnreachableError as reason:
            raise WorkshopError(f"{reason}; nothing was changed") from reason
        found = mirror.file(tip, file)
        if found is None:
            raise WorkshopError(
                f"{url} has no file {printable(file)}; nothing was changed; ask the organiser"
            )
        if found[1] > LARGEST:
            raise WorkshopError(
                f"{printable(file)} of {url} is too large for a file of keys; nothing was changed"
            )
        text = mirror.objects.read(found[0]).decode(errors="replace")
        mirror.objects.close()
    if "BEGIN PGP" in text:
        raise WorkshopError(
            f"{file} of {url} holds GPG keys, and this takes SSH keys; give them to set-up by "
            "notebook_sync_allowed_signers"
        )
    return text


def _write(prefix: Path, updates: Updates, keys: Sequence[Key]) -> None:
    """Write keys, record and choice, each as a whole; what set-up and updates read comes last.

    Killed between two of them, the machine has its old choice or refuses what the new keys did not sign.
    """
    signers = prefix / "etc" / "allowed-signers"
    lines = "".join(f"{key.line}\n" for key in keys)
    write_atomically(signers, lines.encode())
    record = _record(prefix)
    known: dict[str, Any] = json.loads(record.read_text(encoding="utf-8"))
    known |= {
        "notebook_sync_url": updates.url,
        "notebook_sync_branch": updates.branch,
        "notebook_sync_allowed_signers": lines,
    }
    text = json.dumps(known, sort_keys=True, indent=4, separators=(",", ": "))
    write_atomically(record, f"{text}\n".encode())
    write_atomically(
        prefix / "etc" / "updates.toml", updates_text(replace(updates, signers=signers)).encode()
    )


@app.callback()
def updates() -> None:
    """From where, and on whose word, this machine takes updates."""


@app.command("show")
def show_command(as_json: Json = False) -> None:
    """Show the address, and the fingerprint of each key that may sign."""
    now = show(load_settings())
    if as_json:
        print_json(asdict(now))
        return
    if not now.url:
        console.print("This machine has no address for updates; 'workshop update source set' gives it one.")
    else:
        console.print(f"{now.url} {now.branch}".strip(), markup=False, highlight=False)
    for key in now.keys:
        console.print(f"signed by {key}", markup=False, highlight=False)
    for key in now.roots:
        console.print(f"lists of keys approved by {key}", markup=False, highlight=False)


@app.command("set")
def set_command(
    url: Annotated[str, typer.Argument(help="Address of the organiser's git repository.")],
    fingerprint: Annotated[
        list[str],
        typer.Option(
            help="SHA256:… of the organiser's key, from a slide or paper; again for each further key."
        ),
    ],
    branch: Annotated[str, typer.Option(help="The branch to follow; default: the repository's own.")] = "",
    file: Annotated[str, typer.Option(help="The file of the repository with the keys.")] = "allowed-signers",
    trust_new_source: Annotated[
        bool, typer.Option("--trust-new-source", help="Replace an address that was chosen before.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Take updates from this address from now on, if they are signed by a key of this fingerprint.

    The key itself is read from the repository. Exit 1: refused, and nothing was changed; a line says why.
    """
    # Every account reads the choice, whatever root's shell has for a mask.
    os.umask(0o022)
    now = choose(load_settings(), url, fingerprint, branch, file, trust_new_source)
    if as_json:
        print_json(asdict(now))
        return
    console.print(
        f"Updates come from {now.url}, signed by {' or '.join(now.keys)}.", markup=False, highlight=False
    )
    if now.left_out:
        console.print(f"Keys of that repository that are not trusted: {now.left_out}.", highlight=False)
    console.print("'workshop update machine' brings the newest now.", markup=False, highlight=False)


pull_app = typer.Typer(
    help="Update this machine to the newest signed revision.",
    context_settings={"help_option_names": ["-h", "--help"]},
)


@pull_app.command()
def pull(
    source: Annotated[
        str | None, typer.Option("--from", help="A stick or bundle; default: the machine's own address.")
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Change nothing; show what would change.")
    ] = False,
    trust_new_source: Annotated[
        bool, typer.Option("--trust-new-source", help="Accept that updates come from another address now.")
    ] = False,
    ignore_clock: Annotated[
        bool, typer.Option("--ignore-clock", help="Judge keys and dates without this machine's clock, once.")
    ] = False,
    reset: Annotated[
        str, typer.Option(metavar="CODE", help="Take the one revision whose code the organiser reads to you.")
    ] = "",
    as_json: Json = False,
) -> None:
    """Fetch the newest revision that the organiser signed, and only then run its playbook here.

    Exit 0: done, or offline. 1: refused or failed; a line says why. For notebooks alone, and without
    the rights of whoever set the machine up, there is workshop update notebooks.
    """
    # The participant's account reads what root fetched, whatever root's shell has for a mask.
    os.umask(0o022)
    settings = load_settings()
    trust = Trust(trust_new_source=trust_new_source, ignore_clock=ignore_clock, reset=reset)
    if settings.prefix is None:
        raise WorkshopError(
            "this machine was not set up; run the set-up first, or use workshop update notebooks"
        )
    pulled = Puller(settings.prefix, load_updates(settings)).pull(source, dry_run, trust)
    if as_json:
        print_json(asdict(pulled))
        return
    if pulled.note:
        messages.print(f"! {pulled.note}", markup=False, highlight=False)
    if pulled.changed and pulled.news:
        console.print(f"What is new: {pulled.tag}\n{pulled.news}", markup=False, highlight=False)
    verdict = "would be brought to" if dry_run else "is at"
    if pulled.revision:
        name = " ".join(filter(None, (pulled.revision, pulled.tag)))
        console.print(f"This machine {verdict} revision {name}.", markup=False, highlight=False)
