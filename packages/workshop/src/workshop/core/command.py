"""The ``workshop`` command: it finds what a word names, calls it, and ends in one way.

Each capability keeps its own small command line, which is imported only when its word is used, so that the
command starts quickly and an environment needs only what it runs. Other packages add words of their own, by
entry points of the group ``workshop.commands``. However a command ends, it says so in one line, in one
document where ``--json`` asks for it, and by one set of exit statuses.
"""

from __future__ import annotations

import contextlib
import errno
import importlib
import os
import sys
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, NoReturn

from workshop import __version__
from workshop.core.errors import WorkshopError

if TYPE_CHECKING:
    import typer.core

Table = dict[str, tuple[str, str]]
"""For each word the module whose ``app`` it runs, or ``module:name`` of it, and one line of help."""

CAPABILITIES: Table = {
    "doctor": ("workshop.machine.cli", "Check whether this machine can run the workshop."),
    "open": ("workshop.machine.open", "Open Jupyter in the browser, logged in."),
    "docs": ("workshop.machine.manual", "Open the manual in the browser."),
    "data": ("workshop.datasets.cli", "List, fetch and verify data sets and models."),
    "lessons": ("workshop.lessons.cli", "List, run and check the lessons."),
    "slides": ("workshop.site.slides_cli", "List, check, print and publish slides; run a vote."),
    "update": ("workshop.sync.cli:update_app", "Update notebooks or this machine; undo an update."),
    "course": (
        "workshop.courses.cli",
        "Add, list and remove other courses; for authors: new, lock, check.",
    ),
    "bench": ("workshop.bench", "Measure the performance figures of docs/status.md."),
}
UNLISTED: Table = {
    "web": ("workshop.site.cli", "Build the start page and the demos; serve them."),
    "sync": ("workshop.sync.cli", "The same as update notebooks."),
    "pull": ("workshop.sync.machine:pull_app", "The same as update machine."),
    "updates": ("workshop.sync.machine", "The same as update source."),
}
"""What set-up, timers of older machines and scripts call; the help does not list them."""
ORGANISERS = {
    "appliance": "Build, export and verify the virtual machine.",
    "image": "Build and run the container image.",
    "stick": "Plan, stage, write and verify sticks.",
    "classroom": "Run a classroom: seats, cards, checks, archives.",
    "cluster": "Run a classroom on Kubernetes (experimental).",
    "release": "Prepare a release: every file, its hash, and the download page.",
}
"""The words of the package ``organiser``, which the help names also where it is missing."""
GROUP = "workshop.commands"
COURSE_GROUP = "workshop.course.commands"
"""The words that another package adds to ``workshop course``."""
PARTICIPANTS = {"doctor", "open", "docs", "data", "lessons", "web"}
"""Words about the participant's files and kernels; called by root, the participant's account does them."""
OURS = ("lessonkit", "workshop", "organiser", "bubblebreaker", "benchmarks")
"""Packages of which a missing module is a fault, not a matter of the environment."""

LIKENESS = 0.65
"""A suggestion is at least this similar to the word that was typed: 'list' is no typo of 'slides'."""
COMPLETION = ("install_completion", "show_completion")
"""Options that Typer adds, by the names of their variables."""

SIGNALLED = 128
"""Statuses above are those of commands that a signal ended."""
INTERRUPTED = 130
"""The status of a command that Ctrl-C ended, by the shells' convention."""

_printed = False
"""Whether this process has printed a document."""


def main() -> None:
    """Run what the command line says."""
    for stream in ("stdin", "stdout", "stderr"):
        if getattr(sys, stream) is None:  # whoever started this closed it, so that nobody reads it
            setattr(sys, stream, os.fdopen(os.open(os.devnull, os.O_RDWR), "r+", encoding="utf-8"))
    words = sys.argv[1:]
    with one_error_path():
        if words == ["--version"]:
            print(f"workshop {__version__}")
            return
        if words and words[0] in PARTICIPANTS and os.geteuid() == 0:
            do_as_the_participant(words)
        sys.exit(program()(standalone_mode=False))


def do_as_the_participant(words: list[str]) -> None:
    """Have the account that this machine was set up for do it, and end with its status.

    Comes back where that is root, or nothing was set up.
    """
    from workshop.core import account
    from workshop.core.settings import load_settings

    prefix = None
    with contextlib.suppress(WorkshopError):  # the word itself says it
        prefix = load_settings().prefix
    if prefix is not None and (number := account.who_can_change(prefix / "state")):
        sys.exit(account.hand_over(number, words))


def program() -> Any:
    """Return the command with all its words."""
    try:
        import typer
    except ModuleNotFoundError as error:
        raise WorkshopError(
            f"{sys.executable} has no {error.name}; run tools/workshop in the checkout"
        ) from error

    class Words(lazy_group(CAPABILITIES | UNLISTED)):  # type: ignore[misc]  # a class that is made at run time
        """The words of this package, and those that others add."""

        def list_commands(self, ctx: Any) -> list[str]:
            return [*CAPABILITIES, *ORGANISERS]

        def get_command(self, ctx: Any, cmd_name: str) -> Any:
            return super().get_command(ctx, cmd_name) or added_command(cmd_name)

        def format_commands(self, ctx: Any, formatter: Any) -> None:
            with formatter.section("Commands"):
                formatter.write_dl([(name, text) for name, (_, text) in CAPABILITIES.items()])
            with formatter.section("For organisers (package organiser)"):
                formatter.write_dl(list(ORGANISERS.items()))

    app = typer.Typer(
        cls=Words,
        no_args_is_help=True,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )

    def show_version(wanted: bool) -> None:
        if wanted:
            typer.echo(f"workshop {__version__}")
            raise typer.Exit()

    @app.callback()
    def workshop(
        version: bool = typer.Option(  # this is how Typer declares a flag
            False, "--version", callback=show_version, is_eager=True, help="Show the version."
        ),
    ) -> None:
        """Run the Deep Learning Workshop on this machine."""

    return app


def lazy_group(table: Table | Callable[[], Table]) -> type[typer.core.TyperGroup]:
    """Return a class of group whose words are those of ``table``; pass it to ``typer.Typer(cls=…)``.

    Args:
        table: The words, or what finds them when one is asked for.
    """
    import difflib

    import typer.core

    def words() -> Table:
        return table() if callable(table) else table

    class LazyGroup(typer.core.TyperGroup):
        """A group whose commands are imported when they are asked for."""

        def list_commands(self, ctx: Any) -> list[str]:
            """Return the words in the order in which the help shows them."""
            return list(words())

        def get_command(self, ctx: Any, cmd_name: str) -> Any:
            """Import what the word names; None when there is no such word."""
            found = words().get(cmd_name)
            return None if found is None else as_command(found[0], cmd_name)

        def resolve_command(self, ctx: Any, args: list[str]) -> Any:
            """Suggest the nearest word for one that is wrong: Typer knows none that is not imported."""
            if self.get_command(ctx, args[0]) is None and (
                near := difflib.get_close_matches(args[0], self.list_commands(ctx), n=1, cutoff=LIKENESS)
            ):
                ctx.fail(f"No such command '{args[0]}'. Did you mean '{near[0]}'?")
            return super().resolve_command(ctx, args)

        def format_commands(self, ctx: Any, formatter: Any) -> None:
            """List the words without importing what is behind them."""
            with formatter.section("Commands"):
                formatter.write_dl([(name, text) for name, (_, text) in words().items()])

    return LazyGroup


def as_command(module: str, word: str) -> Any:
    """Import the ``app`` of a module as the command of a word.

    Raises WorkshopError that names a package which this environment lacks.
    """
    import typer.main

    try:
        place, _, name = module.partition(":")
        named = importlib.import_module(place)
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] in OURS:
            raise
        raise WorkshopError(
            f"'workshop {word}' needs the package {error.name}, which this environment does not have; "
            "use the workshop's jupyter environment"
        ) from error
    app: typer.Typer = getattr(named, name or "app")
    # Plain help, whatever an app asks for; and a shell's completion is a matter of the whole command, while
    # Typer offers it with each app that becomes one.
    app.rich_markup_mode = None
    command = typer.main.get_command(app)
    command.params = [each for each in command.params if each.name not in COMPLETION]
    command.name = word
    return command


def find_added(group: str = GROUP) -> dict[str, str]:
    """Return the words that installed packages add to a group, or this checkout's; each with its app."""
    import tomllib
    from importlib.metadata import entry_points

    from workshop.core.settings import CHECKOUT

    found = {each.name: each.value for each in entry_points(group=group)}
    # tools/workshop runs a checkout's packages from their sources, which nobody has installed.
    for project in sorted(CHECKOUT.glob("packages/*/pyproject.toml")):
        added = tomllib.loads(project.read_text(encoding="utf-8"))["project"].get("entry-points", {})
        for word, reference in added.get(group, {}).items():
            found.setdefault(word, reference)
    return found


def added_command(word: str) -> Any:
    """Return the command of a word that another package adds; None when no package is known to have it.

    Raises WorkshopError that says how to get the package when it is missing.
    """
    module = find_added().get(word)
    if module is not None:
        return as_command(module, word)
    if word in ORGANISERS:
        raise WorkshopError(
            f"'workshop {word}' is in the package organiser, which this environment lacks; run "
            f"'tools/workshop {word}' in a checkout, or './local/setup.bash -e python_venv_organiser=true'"
        )
    return None


def print_json(document: Any) -> None:
    """Write one JSON document, and nothing else, to stdout.

    Letters that stdout's encoding lacks are escaped. It is flushed, for a command that goes on, such as a
    server, is often read through a pipe.
    """
    global _printed
    import json

    text = json.dumps(document, indent=2, ensure_ascii=False)
    try:
        text.encode(sys.stdout.encoding or "utf-8")
    except UnicodeEncodeError:
        text = json.dumps(document, indent=2)
    _printed = True
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


@contextlib.contextmanager
def one_error_path() -> Iterator[None]:
    """Run a command inside: a user's mistake or a fault of the machine ends in one line, not a traceback.

    With ``--json`` a command that ends with a fault has printed a document, too: ``{"error": …}``, unless it
    had one of its own. A command that a signal ended prints none: who sent it does not wait for an answer.
    """
    global _printed
    _printed = False
    try:
        try:
            yield
        finally:
            _flush()
    except BrokenPipeError:  # whoever read it has gone
        sys.exit(1)
    except SystemExit as end:
        # Typer turns Ctrl-C into this status without a word.
        if end.code == INTERRUPTED:
            _end("interrupted; it is safe to run again", INTERRUPTED)
        if end.code and not (isinstance(end.code, int) and end.code > SIGNALLED):
            _document("the command failed; standard error has the reason")
        raise
    except Exception as error:
        _end_with(error)
    except KeyboardInterrupt:
        _end("interrupted; it is safe to run again", INTERRUPTED)


def _flush() -> None:
    """Flush stdout; let go of one that takes no more, which Python would flush again, and complain."""
    try:
        sys.stdout.flush()
    except OSError as error:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        if isinstance(error, BrokenPipeError):
            raise
        raise WorkshopError(f"cannot write the output: {error.strerror}") from error


def _end_with(error: Exception) -> NoReturn:
    """Say in one line what happened and end the program with its status."""
    # The kit of lessons has an error of its own kind; it is loaded where one was raised.
    kit = sys.modules.get("lessonkit.errors")
    if isinstance(error, WorkshopError) or (kit and isinstance(error, kit.LessonkitError)):
        _end(str(error), 1, is_fault=True)
    if isinstance(error, OSError):
        where = f" ({error.filename})" if error.filename else ""
        advice = "; make room and run it again" if error.errno in (errno.ENOSPC, errno.EDQUOT) else ""
        _end(f"{error.strerror or error}{where}{advice}", 1, is_fault=True)
    # Wrong usage, of which Typer's parser raises several kinds.
    show, words, status = (getattr(error, name, None) for name in ("show", "format_message", "exit_code"))
    if show is None or words is None or status is None:
        raise error
    show()
    _document(words() or "an argument is missing")
    sys.exit(status)


def _end(text: str, status: int, *, is_fault: bool = False) -> NoReturn:
    """Print one line on stderr, exactly as it is, and the document if one is wanted."""
    red = is_fault and sys.stderr.isatty() and not os.environ.get("NO_COLOR")
    print(f"\x1b[31mworkshop: {text}\x1b[0m" if red else f"workshop: {text}", file=sys.stderr)
    if status < SIGNALLED:
        _document(text)
    sys.exit(status)


def _document(error: str) -> None:
    """Print what went wrong as the document that ``--json`` promises, unless there was one already."""
    words = sys.argv[1:]
    if "--json" in words[: words.index("--") if "--" in words else None] and not _printed:
        print_json({"error": error})


@contextlib.contextmanager
def ended_cleanly() -> Iterator[None]:
    """Leave by the ordinary way, which ends what was started, when the process is told to end."""
    import signal

    def leave(number: int, _frame: object) -> None:
        raise SystemExit(128 + number)

    signals = (signal.SIGTERM, signal.SIGHUP)
    before = [signal.signal(number, leave) for number in signals]
    try:
        yield
    finally:
        for number, handler in zip(signals, before, strict=True):
            signal.signal(number, handler)
