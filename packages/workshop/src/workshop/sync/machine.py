"""The machine's own updates: from where and on whose word they come, and how one is taken.

Under one lock: fetch, verify, and let ``ansible-pull`` run one revision. ``ansible-pull`` alone trusts
whoever it pulls from. Here it is given a local mirror, which hands out exactly the newest verified revision,
and one commit; and no configuration of the user's, the machine's or the revision's reaches the git that it
calls:

* The environment is made anew. Git reads neither the system's nor the user's configuration; what decides
  which programs run is set with the highest precedence (``GIT_CONFIG_COUNT``), above the repository's.
* No hooks, no filters, no submodules, no protocol but ``file``, no links, and no byte that is not as signed.

A machine may be given its address and the keys that it trusts after it was set up (``choose``). The keys
come from the repository itself, which at that moment nobody trusts; they count because their fingerprint is
the one that the organiser published elsewhere: on a slide, on paper.
"""

from __future__ import annotations

import json
import os
import pwd
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, Any

import typer

from workshop.core.environment import network
from workshop.core.errors import WorkshopError
from workshop.core.output import console, messages, print_json
from workshop.core.settings import Settings, load_settings
from workshop.sync.files import only_one, read_json, write_atomically
from workshop.sync.git import (
    SAFE,
    Mirror,
    UnreachableError,
    check_url,
    printable,
    require_git,
    without_password,
)
from workshop.sync.source import Origin, origin
from workshop.sync.trust import (
    KEYS_FILE,
    LARGEST,
    REVISIONS,
    Key,
    Last,
    Revision,
    Signers,
    Trust,
    after,
    chosen,
    fingerprint_of,
    keys_of,
    read_last,
    require_known_url,
    same_place,
    trusted_revision,
    write_last,
)
from workshop.sync.updates import Updates, load_updates, require_signers, updates_text

PREFIX = "source-"
CURRENT = "current"
LAST_RUN = "last-run.json"
OBJECT_NAME = re.compile(r"[0-9a-f]{40}([0-9a-f]{24})?")

HANDED_ON = {"XDG_RUNTIME_DIR", "XDG_CONFIG_HOME", "DBUS_SESSION_BUS_ADDRESS"}
"""Variables that the user's own systemd cannot do without."""

GIT_SETTINGS = SAFE | {
    "core.sshCommand": "/bin/false",
    "core.excludesFile": os.devnull,
    "core.autocrlf": "false",
    "core.symlinks": "false",
    "submodule.recurse": "false",
    # A pathspec that nothing matches: no submodule is ever initialised.
    "submodule.active": ":(literal).git",
}
ATTRIBUTES = "# Above all attributes of a revision.\n* -text !eol -ident -filter !working-tree-encoding\n"
ANSIBLE_CONFIG = """\
# Written by the workshop: for the checkout alone. A revision brings an ansible.cfg of its own.
[defaults]
interpreter_python = auto_silent
"""
HOSTILE = re.compile(r"[^\w./+@:,=-]")
"""``ansible-pull`` puts command lines together from its paths and splits them as a shell does."""


@dataclass(frozen=True)
class Play:
    """What is to be run."""

    prefix: Path
    repository: Path
    """The mirror, which holds the commit."""
    commit: str
    tree: Path
    """Where the commit is checked out; a folder that is no checkout of it must not be there."""
    work: Path
    """The folder of what Ansible and git need for themselves."""
    playbook: str
    variables: Mapping[str, object]
    lock: int | None = None
    """The descriptor of a lock that ``ansible-pull`` holds until it ends, even if this process is killed.

    Without one nothing may change: Ansible shows what would.
    """


def ansible_pull(prefix: Path) -> Path:
    """Return the machine's own Ansible; raises WorkshopError when it has none."""
    for folder in (prefix / "venvs" / "control", prefix / "control"):
        if (program := folder / "bin" / "ansible-pull").is_file():
            return program
    raise WorkshopError(f"{prefix} has no Ansible; run set-up again")


def play(wanted: Play) -> int:
    """Check a commit out and run its playbook here; return how many tasks changed something.

    What Ansible says goes to stderr. Raises WorkshopError when the commit could not be checked out or a task
    failed.
    """
    program = ansible_pull(wanted.prefix)
    _require_plain(program, wanted.tree, wanted.repository)
    _prepare(wanted.work)
    command = [str(program), "--full", "--clean", "-U", f"file://{wanted.repository}", "-C", wanted.commit]
    command += ["-e", f"@{wanted.prefix}/etc/pull-variables.json"]
    command += ["-d", str(wanted.tree), "-i", "localhost,", "-e", json.dumps(wanted.variables)]
    command += [*(["--check", "--diff"] if wanted.lock is None else []), wanted.playbook]
    status, text = _run(command, wanted.work, environment(wanted.work), wanted.lock)
    changed = re.findall(r"^localhost .*\bchanged=(\d+)", text, re.MULTILINE)
    if status or not changed:
        raise WorkshopError(f"the update is not complete ({_reason(text)}); the next pull tries again")
    return int(changed[-1])


def _prepare(work: Path) -> None:
    """Write what both halves of ``ansible-pull`` read of ours."""
    ours = {work / "ansible.cfg": ANSIBLE_CONFIG, work / "template" / "info" / "attributes": ATTRIBUTES}
    for file, content in ours.items():
        if not file.is_file() or file.read_text(encoding="utf-8") != content:
            write_atomically(file, content.encode())


def _require_plain(*paths: Path) -> None:
    """Raise WorkshopError for a path that ``ansible-pull`` would split, as a shell does."""
    for path in paths:
        if found := HOSTILE.search(str(path)):
            why = f"ansible-pull cannot work in {path.parent}, for {found[0]!r} is in its name"
            raise WorkshopError(f"{why}; set the workshop up in another folder")


def _run(
    command: Sequence[str], folder: Path, environment: Mapping[str, str], lock: int | None
) -> tuple[int, str]:
    """Run Ansible; pass on each line as it comes, and return all of them."""
    lines = []
    with subprocess.Popen(
        command,
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        pass_fds=[] if lock is None else [lock],
    ) as process:
        assert process.stdout is not None
        for line in process.stdout:
            lines.append(line)
            sys.stderr.write(line)
    return process.returncode, "".join(lines)


def _reason(text: str) -> str:
    """Return the line that says why: Ansible's last one, or what it says of a checkout that failed."""
    found = [] if "PLAY [" in text else re.findall(r'^ +"msg": "(.*)",?$', text, re.MULTILINE)
    said = found or [line for line in text.splitlines() if line.strip()] or ["it said nothing"]
    return str(said[-1]).strip()


def environment(work: Path) -> dict[str, str]:
    """Return an environment with nothing in it that could bend what Ansible, Python or git run."""
    account = pwd.getpwuid(os.geteuid())
    settings = {f"GIT_CONFIG_KEY_{number}": name for number, name in enumerate(GIT_SETTINGS)}
    settings |= {f"GIT_CONFIG_VALUE_{number}": value for number, value in enumerate(GIT_SETTINGS.values())}
    return (
        {name: value for name, value in os.environ.items() if name in HANDED_ON}
        | network()
        | {
            "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
            "HOME": account.pw_dir,
            "USER": account.pw_name,
            "LC_ALL": "C.UTF-8",
            "GIT_CONFIG_COUNT": str(len(GIT_SETTINGS)),
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_CONFIG_GLOBAL": os.devnull,
            "GIT_ATTR_NOSYSTEM": "1",
            "GIT_ALLOW_PROTOCOL": "file",
            "GIT_TEMPLATE_DIR": str(work / "template"),
            "GIT_TERMINAL_PROMPT": "0",
            "GIT_LFS_SKIP_SMUDGE": "1",
            "GIT_NO_LAZY_FETCH": "1",
            # What ansible-pull says itself comes in its place, not after all that its two programs say.
            "PYTHONUNBUFFERED": "1",
            "ANSIBLE_HOME": str(work),
            "ANSIBLE_REMOTE_TEMP": str(work / "tmp"),
            "ANSIBLE_NOCOLOR": "1",
            "ANSIBLE_DISPLAY_SKIPPED_HOSTS": "false",
        }
        | settings
    )


Player = Callable[[Play], int]
"""Runs a playbook and returns how many tasks changed something; see ``play``."""


@dataclass(frozen=True)
class Pulled:
    """What one pull did."""

    changed: bool
    revision: str
    """Short name of the revision that the machine has now; empty when it has none."""
    tag: str = ""
    news: str = ""
    note: str = ""


@dataclass(frozen=True)
class Puller:
    """A machine that updates itself."""

    prefix: Path
    updates: Updates
    player: Player = play

    @property
    def folder(self) -> Path:
        """Where the mirror, the trees and the record of the last pull are."""
        return self.prefix / "pull"

    def pull(self, source: str | None = None, dry_run: bool = False, trust: Trust | None = None) -> Pulled:
        """Bring the machine to the newest signed revision; the same revision again repairs it.

        ``source`` is a stick instead of the machine's own address; ``trust`` says what is allowed this once.
        Offline is no error. Raises WorkshopError when the update is refused, with nothing of it run and the
        last tree in place, or when it fails; then the next pull tries it again.
        """
        trust = replace(trust or Trust(), signers=require_signers(self.updates))
        require_own(self.prefix)
        if not (chosen := source or self.updates.url):
            raise WorkshopError("this machine has no address to pull from; name a stick with --from")
        start, mirror = origin(chosen), Mirror(self.folder / "mirror")
        if dry_run:  # the same in a passing folder, and Ansible only tells
            with TemporaryDirectory(prefix="workshop-pull-") as passing:
                folder = Path(passing).resolve()
                folder.chmod(0o755)  # the participant's account reads it
                return self._take(Mirror(folder / "mirror", mirror.repository), start, trust, None)
        with only_one(self.folder) as lock:
            return self._take(mirror, start, trust, lock)

    def _take(self, mirror: Mirror, start: Origin, trust: Trust, lock: int | None) -> Pulled:
        """Fetch and verify into a mirror, and run the playbook; a dry run has no lock."""
        last, branch = read_last(self.folder), self.updates.branch or None
        try:
            revision = verified_revision(
                mirror, start, branch, trust, last, self.updates.playbook, "ansible.cfg"
            )
        except UnreachableError as reason:
            return self._offline(mirror, last, str(reason), lock)
        write_last(mirror.folder.parent, after(last, start.address, revision))
        changed = self._play(mirror, revision.commit, lock, trust.reset) > 0
        return Pulled(changed, revision.name, revision.tag, revision.message, revision.note)

    def _play(self, mirror: Mirror, commit: str, lock: int | None, reset: str = "") -> int:
        """Run the playbook beside the mirror, and remember whether it came to its end."""
        folder = mirror.folder.parent
        tree, work = checkout_folder(folder, commit), folder / "ansible"
        # What the playbook is told besides what set-up wrote down: where the new revision is.
        told: dict[str, object] = {"workshop_source": str(tree), "notebook_sync_from": str(mirror.repository)}
        told |= {"notebook_sync_reset": reset} if reset else {}
        remember(folder, commit, finished=False)
        playbook = self.updates.playbook
        changed = self.player(Play(self.prefix, mirror.repository, commit, tree, work, playbook, told, lock))
        remember(folder, commit, finished=True)
        make_current(tree)
        return changed

    def _offline(self, mirror: Mirror, last: Last, reason: str, lock: int | None) -> Pulled:
        """Do nothing, or what the last pull left undone: for that no network is needed."""
        done = lock is None or not last.commit or is_finished(self.folder, last.commit)
        if done or not mirror.has(last.commit):
            return Pulled(False, last.commit[:8], last.tag, note=f"nothing done, {reason}")
        changed = self._play(mirror, last.commit, lock) > 0
        return Pulled(changed, last.commit[:8], last.tag, note=f"{reason}; finished what the last pull began")


def require_own(prefix: Path) -> None:
    """Raise WorkshopError when another account set the machine up.

    With fewer rights the update fails half-way; and root would run what that account can change.
    """
    if prefix.exists() and (owner := prefix.stat().st_uid) != os.geteuid():
        name = str(owner)
        with suppress(KeyError):
            name = pwd.getpwuid(owner).pw_name
        raise WorkshopError(
            f"{prefix} belongs to the account {name}, who set it up; run this command as {name}"
        )


def verified_revision(
    mirror: Mirror, start: Origin, branch: str | None, trust: Trust, last: Last, *files: str
) -> Revision:
    """Fetch, judge, and let the mirror hand out exactly the revision to take; return it.

    Raises UnreachableError when the network fails, WorkshopError when there is no revision with a good
    signature, when it is older than ``last``, lacks one of ``files``, or comes from another address.
    """
    require_git()
    assert trust.signers is not None
    signers = Signers(trust.signers)
    require_known_url(last, start.address, trust)

    def judge(offered: Mirror) -> Revision:
        remote = offered.look(start.url, start.shown, branch)
        revision = trusted_revision(offered, remote, trust, signers, last)
        # Without a configuration of its own, Ansible would read that of the account or of the machine.
        for name in files:
            if offered.file(revision.commit, name) is None:
                raise WorkshopError(f"the organiser's revision has no {name}; ask the organiser")
        # Who asks for a commit gets the branch or the tag that is named like it.
        if OBJECT_NAME.fullmatch(remote.branch):
            raise WorkshopError(
                f"the branch {printable(remote.branch)} is named like a commit; nothing was changed; "
                "ask the organiser"
            )
        tags = [tag for tag in revision.tags if not OBJECT_NAME.fullmatch(tag)]
        mirror.take(offered, remote.branch, revision.commit, tags)
        return revision

    return mirror.judged(judge)


def remember(folder: Path, commit: str, finished: bool) -> None:
    """Write down whether a revision's playbook came to its end."""
    document = {"commit": commit, "finished": finished}
    write_atomically(folder / LAST_RUN, (json.dumps(document) + "\n").encode())


def is_finished(folder: Path, commit: str) -> bool:
    """Tell whether this revision was run last, and its playbook came to its end."""
    with suppress(OSError, ValueError, KeyError, TypeError):
        document = read_json(folder / LAST_RUN)
        return document["commit"] == commit and bool(document["finished"])
    return False


def checkout_folder(folder: Path, commit: str) -> Path:
    """Return where a revision belongs; what a run that did not end left there is taken away.

    Nobody knows how far such a checkout came, and another one takes seconds.
    """
    tree = folder / f"{PREFIX}{commit}"
    if not is_finished(folder, commit) or not (tree / ".git").is_dir():
        discard(tree)
    return tree


def discard(tree: Path) -> None:
    """Remove a tree, whatever it is."""
    if tree.is_dir() and not tree.is_symlink():
        shutil.rmtree(tree)
    else:
        tree.unlink(missing_ok=True)


def make_current(tree: Path) -> None:
    """Point ``current`` at a tree; of the others only the one before it stays."""
    folder, beside = tree.parent, tree.with_name(f".{CURRENT}.new")
    link = folder / CURRENT
    before = link.readlink().name if link.is_symlink() else ""
    if before != tree.name:
        beside.unlink(missing_ok=True)
        beside.symlink_to(tree.name)
        beside.replace(link)
    others = sorted(
        (old for old in folder.glob(f"{PREFIX}*") if old.name != tree.name),
        key=lambda old: (old.name == before, old.lstat().st_mtime),
    )
    # The last one is what was current before, or else the newest of them.
    for old in [*others[:-1], *folder.glob(f".{PREFIX}*")]:
        with suppress(OSError):
            discard(old)


app = typer.Typer(no_args_is_help=True, help="Show or set the address and the keys for updates.")
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
                "nothing was changed; if the organiser moved, add --trust-new-source"
            )
        there = keys_of(_fetch(url, branch, file))
        keys = chosen(there, wanted, f"{file} of {url}")
        if not any(key.signs(REVISIONS) for key in keys):
            raise WorkshopError(
                "a root key does not sign revisions; nothing was changed; also give the fingerprint of a "
                "signing key"
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
        raise WorkshopError("this machine was not set up; run set-up first")
    require_own(prefix)
    ansible_pull(prefix)
    require_git()
    if shutil.which("ssh-keygen") is None:
        raise WorkshopError("ssh-keygen is not installed; install openssh-client (Fedora: openssh)")
    if not _record(prefix).is_file():
        raise WorkshopError(f"{_record(prefix)} is not there; run set-up again")
    return prefix


def _record(prefix: Path) -> Path:
    return prefix / "etc" / "pull-variables.json"


def _check_address(url: str) -> None:
    check_url(url)
    if printable(url) != url or any(letter.isspace() for letter in url):
        raise WorkshopError(f"{printable(url)!r} is not an address; remove spaces and invisible characters")


def _fetch(url: str, branch: str, file: str) -> str:
    """Return the file of keys at the tip of a branch; nothing of the repository stays."""
    with TemporaryDirectory(prefix="workshop-keys-") as folder:

        def read(offered: Mirror) -> bytes:
            tip = offered.fetch(offered.look(url, url, branch or None))
            found = offered.file(tip, file)
            if found is None:
                raise WorkshopError(
                    f"{url} has no file {printable(file)}; nothing was changed; ask the organiser"
                )
            if found[1] > LARGEST:
                raise WorkshopError(
                    f"{printable(file)} of {url} is too large for a file of keys; nothing was changed"
                )
            return offered.read(found[0])

        try:
            text = Mirror(Path(folder)).judged(read).decode(errors="replace")
        except UnreachableError as reason:
            raise WorkshopError(f"{reason}; nothing was changed") from reason
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
    """Show or set the address and the keys for updates."""


@app.command("show", epilog="Example: workshop update source show")
def show_command(as_json: Json = False) -> None:
    """Show the address and the fingerprints of the trusted keys."""
    now = show(load_settings())
    if as_json:
        print_json(asdict(now))
        return
    if not now.url:
        console.print("This machine has no address for updates; 'workshop update source set' gives it one.")
    else:
        console.print(f"{now.url} {now.branch}".strip())
    for key in now.keys:
        console.print(f"signed by {key}")
    for key in now.roots:
        console.print(f"lists of keys approved by {key}")


@app.command(
    "set", epilog="Example: workshop update source set https://example.org/course.git --fingerprint SHA256:…"
)
def set_command(
    url: Annotated[str, typer.Argument(help="Address of the organiser's git repository.")],
    fingerprint: Annotated[
        list[str],
        typer.Option(help="SHA256:… of the organiser's key, from a slide or paper; may be repeated."),
    ],
    branch: Annotated[str, typer.Option(help="The branch to follow; default: the repository's own.")] = "",
    file: Annotated[str, typer.Option(help="The file in the repository with the keys.")] = "allowed-signers",
    trust_new_source: Annotated[
        bool, typer.Option("--trust-new-source", help="Replace the previous address.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Set the address for updates and the fingerprint of the key that must sign them.

    The key is read from the repository. Exit 1: refused, nothing was changed, and a line gives the reason.
    """
    # Every account reads the choice, whatever root's shell has for a mask.
    os.umask(0o022)
    now = choose(load_settings(), url, fingerprint, branch, file, trust_new_source)
    if as_json:
        print_json(asdict(now))
        return
    console.print(f"Updates come from {now.url}, signed by {' or '.join(now.keys)}.")
    if now.left_out:
        console.print(f"Keys of that repository that are not trusted: {now.left_out}.")
    console.print("Run 'workshop update machine' to update now.")


pull_app = typer.Typer(
    help="Update this machine to the newest signed revision.",
    context_settings={"help_option_names": ["-h", "--help"]},
)


@pull_app.command(epilog="Example: workshop update machine --dry-run")
def pull(
    source: Annotated[
        str | None, typer.Option("--from", help="A stick or bundle; default: the machine's own address.")
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", "-n", help="Change nothing; show what would change.")
    ] = False,
    trust_new_source: Annotated[
        bool, typer.Option("--trust-new-source", help="Accept a new address for updates.")
    ] = False,
    ignore_clock: Annotated[
        bool, typer.Option("--ignore-clock", help="Ignore this machine's clock once, when it is wrong.")
    ] = False,
    reset: Annotated[
        str, typer.Option(metavar="CODE", help="Accept the revision whose code the organiser reads to you.")
    ] = "",
    as_json: Json = False,
) -> None:
    """Fetch the newest revision, check its signature, and run its playbook on this machine.

    Exit 0: done, or offline. 1: refused or failed; a line says why. For notebooks alone, and without
    the rights of whoever set the machine up, there is workshop update notebooks.
    """
    # The participant's account reads what root fetched, whatever root's shell has for a mask.
    os.umask(0o022)
    settings = load_settings()
    trust = Trust(trust_new_source=trust_new_source, ignore_clock=ignore_clock, reset=reset)
    if settings.prefix is None:
        raise WorkshopError("this machine was not set up; run set-up first, or use workshop update notebooks")
    pulled = Puller(settings.prefix, load_updates(settings)).pull(source, dry_run, trust)
    if as_json:
        print_json(asdict(pulled))
        return
    if pulled.note:
        messages.print(f"! {pulled.note}")
    if pulled.changed and pulled.news:
        console.print(f"What is new: {pulled.tag}\n{pulled.news}")
    verdict = "would be brought to" if dry_run else "is at"
    if pulled.revision:
        name = " ".join(filter(None, (pulled.revision, pulled.tag)))
        console.print(f"This machine {verdict} revision {name}.")
