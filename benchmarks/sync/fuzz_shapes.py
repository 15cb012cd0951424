"""Odd notebooks, odd folders and odd answers of git, and what must hold whatever a sync meets.

One trial is one world: an organiser's folder, a participant's folder, and what sync remembers. In each lie
good files beside odd ones. A trial is known by its seed alone: ``faults_of("1/204", folder)`` plays it again.
"""

from __future__ import annotations

import gc
import io
import json
import os
import random
import shutil
import signal
import stat
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest.mock import patch

from benchmarks.sync.odd_shapes import GIT, MARKS, Answers, book, mark, odd_names, twisted
from workshop.sync import command, request
from workshop.sync.decision import Action
from workshop.sync.files import STEERING, shown
from workshop.sync.notebook import NotANotebookError, Version, fault_of, read_notebook
from workshop.sync.state import Manifest, delivered
from workshop.system import command as ending

ODD = "odd.ipynb"
GOOD = {"good.ipynb": book("# good 2"), "part/good.py": b"print(2)\n", "new.txt": b"new\n"}
OLD = {"good.ipynb": book("# good 1"), "part/good.py": b"print(1)\n"}
UNTOUCHED = {Action.KEPT, Action.REFUSED, Action.DEFERRED, Action.BESIDE}
NOBODY = 65534
PATIENCE_S = 60
DOCUMENT = {"changed": bool, "revision": str, "offline": bool, "news": str, "notes": list, "files": list}
UNFORESEEN = ("of a kind that nobody thought of", "the sync stopped", "Traceback")
"""What the engine says where only its last boundary held."""

valid = fault_of  # of its own, whatever is done to the engine


class HangsError(BaseException):
    """A sync takes for ever; nothing in the engine may catch this."""


@dataclass
class World:
    """The three folders of a trial, and what happens in it."""

    place: Path
    draw: random.Random
    victim: Path | None = None
    """What somebody saves or deletes between the decision and the writing."""
    saved: bytes | None = None
    """What they save; None deletes."""
    error: str = ""
    """What a sync that failed as a whole said."""
    unprivileged: bool = False
    record_holds: bool = True
    """Whether what sync remembers is whole; else its good files may come beside, or merged."""

    def __post_init__(self) -> None:
        """Lay out what was delivered once, and the news of today."""
        self.delivered: dict[str, bytes] = {}
        self.upstream, self.mine, self.state = (self.place / name for name in ("from", "mine", "state"))
        for path, data in OLD.items():
            write(self.mine / path, data)
        for path, data in GOOD.items():
            write(self.upstream / "notebooks" / path, data)
        self.remember(OLD)

    def meanwhile(self, before: dict[str, Any]) -> None:
        """Let somebody save or delete a file while the sync runs; what they did counts as there before."""
        if self.victim is None or not stat.S_ISREG(self.victim.lstat().st_mode):
            return
        if self.saved is None:
            self.victim.unlink()
        else:
            self.victim.write_bytes(self.saved)
        if self.victim.is_relative_to(self.mine):
            path = str(self.victim.relative_to(self.mine))
            before.pop(path, None)
            if self.saved is not None:
                before[path] = self.saved
        self.victim = None

    def remember(self, files: dict[str, bytes]) -> None:
        """Make sync remember that it delivered these."""
        self.delivered |= files
        manifest = Manifest(self.state)
        for data in files.values():
            manifest.keep(Version(data))
        manifest.update({path: delivered(Version(data)) for path, data in files.items()})

    def words(self, *more: str) -> list[str]:
        """Return the command's words."""
        source = [] if "--undo" in more else ["--from", str(self.upstream), "--allow-unsigned"]
        return [*source, "--into", str(self.mine), "--state", str(self.state), "--json", *more]


def write(file: Path, data: bytes) -> None:
    """Write a file, and make the folders above it."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(data)


def notebooks(world: World) -> None:
    """Twist a notebook on one side, or on more."""
    draw = world.draw
    old = draw.random() < 0.3
    sides = [book("# one", "# two", *more, old=old) for more in ((), (mark(draw),), ("# news",))]
    base, mine, theirs = (twisted(draw, side) if draw.random() < 0.5 else side for side in sides)
    world.remember({ODD: base})
    write(world.mine / ODD, mine)
    name = ODD if draw.random() < 0.9 else "renamed.ipynb"
    write(world.upstream / "notebooks" / name, theirs)


def trees(world: World) -> None:
    """Put odd things into the folders, where the workshop has news and elsewhere."""
    draw = world.draw
    world.remember({ODD: book("# one"), "part/odd.py": b"1\n", "gone.py": b"gone\n"})
    for path, data in {ODD: book("# one", mark(draw)), "part/odd.py": b"1\n", "gone.py": b"gone\n"}.items():
        write(world.mine / path, data)
    for path, data in {ODD: book("# one", "# news"), "part/odd.py": b"2\n", "deep/er/odd.py": b"3\n"}.items():
        write(world.upstream / "notebooks" / path, data)
    for root, most in ((world.mine, 2), (world.upstream / "notebooks", 3)):
        names = [ODD, "deep", "deep/er", "gone.py", "deep/er/odd.py", "odd", *odd_names(draw)]
        for name in draw.sample(names, draw.randint(0, most)):
            with suppress(OSError, ValueError):  # some file systems refuse some of them
                put_odd(draw, world, root / name)
    if draw.random() < 0.01:
        for number in range(draw.choices([300, 4000], [9, 1])[0]):
            write(world.upstream / "notebooks" / "many" / f"{number}.py", b"%d" % number)
    if draw.random() < 0.3:
        world.victim = draw.choice([world.mine, world.upstream / "notebooks"]) / draw.choice(
            [ODD, "part/odd.py"]
        )
        world.saved = draw.choice([None, b"", b"saved just now", b"\xff"])
    wished = draw.random() < 0.7
    world.unprivileged = wished and os.geteuid() == 0 and _is_reached(world.place)


def put_odd(draw: random.Random, world: World, place: Path) -> None:
    """Put something odd at a place."""
    if place.is_dir() and not place.is_symlink() and draw.random() < 0.5:
        place.chmod(draw.choice([0o000, 0o300, 0o444, 0o555]))
        return
    if place.is_dir() and not place.is_symlink():
        shutil.rmtree(place)
    place.parent.mkdir(parents=True, exist_ok=True)
    place.unlink(missing_ok=True)
    secret = world.place / "secret"
    write(secret / "file", b"secret")
    match draw.choice(
        ["folder", "fifo", "loop", "dangling", "out", "outdir", "zero", "device", "locked", "bytes"]
    ):
        case "folder":
            write(place / "within.py", b"within")
        case "fifo":
            os.mkfifo(place)
        case "device":
            os.mknod(place, stat.S_IFCHR | 0o666, os.makedev(1, 5))
        case "locked":
            write(place, b"locked")
            place.chmod(draw.choice([0o000, 0o200, 0o444]))
        case "bytes":
            write(place, draw.choice([b"", b"\0", b"\xff\xfe", b"x" * 100_000]))
        case link:
            targets: dict[str, str | Path] = {
                "loop": place,
                "dangling": "nowhere",
                "out": secret / "file",
                "outdir": secret,
            }
            place.symlink_to(targets.get(link, "/dev/zero"))


def records(world: World) -> None:
    """Damage what sync remembers."""
    draw = world.draw
    world.record_holds = False
    write(world.mine / ODD, book("# one", mark(draw)))
    write(world.upstream / "notebooks" / ODD, book("# one", "# news"))
    world.remember({ODD: book("# one")})
    write(world.state / "backups" / "0001-x" / "record.json", b"{}")
    write(world.state / "stats.json", b'{"files": {}}')
    kept = [file for file in world.state.rglob("*") if file.is_file()]
    victim = draw.choice([*kept, *[world.state / "manifest.json"] * 3])
    match draw.choice(["json", "json", "json", "cut", "folder", "loop", "fifo", "stray"]):
        case "json":
            victim.write_bytes(twisted(draw, victim.read_bytes() if victim.suffix == ".json" else b"{}"))
        case "cut":
            victim.write_bytes(victim.read_bytes()[: draw.randint(0, 40)])
        case "folder":
            victim.unlink()
            write(victim / "within", b"")
        case "loop":
            victim.unlink()
            victim.symlink_to(victim)
        case "fifo":
            victim.unlink()
            os.mkfifo(victim)
        case "stray":
            write(world.state / draw.choice(["delivered", "backups/7-", "backups/12-y"]) / "a" / "b", b"")


def ids(world: World) -> None:
    """Deal the cells' ids out anew, as tools do, in a notebook that was run."""
    draw = world.draw
    base, mine, theirs = (json.loads(book("# one", "# two", *more)) for more in ((), (), ("# news",)))
    for cells in (mine["cells"], theirs["cells"]):
        dealt = [cell["id"] for cell in cells]
        draw.shuffle(dealt)
        for cell, name in zip(cells, dealt, strict=True):
            cell["id"] = name
    run = draw.choice([cell for cell in mine["cells"] if cell["cell_type"] == "code" and cell["source"]])
    run["outputs"] = [{"output_type": "stream", "name": "stdout", "text": mark(draw)}]
    world.remember({ODD: json.dumps(base).encode()})
    write(world.mine / ODD, json.dumps(mine).encode())
    write(world.upstream / "notebooks" / ODD, json.dumps(theirs).encode())


SHAPES: dict[Callable[[World], None], int] = {notebooks: 60, trees: 25, records: 13, ids: 2}
GIT_SHARE = 0.08


def faults_of(seed: str, place: Path) -> Iterator[str]:
    """Play the trial of a seed in an empty folder; yield everything that is wrong, with the seed."""
    draw = random.Random(seed)
    if draw.random() < GIT_SHARE:
        yield from (f"{seed} git: {each}" for each in _git_trial(draw, place))
        return
    shape = draw.choices([*SHAPES], [*SHAPES.values()])[0]
    world = World(place, draw)
    shape(world)
    if world.unprivileged:
        _give_away(place)
    yield from (f"{seed} {shape.__name__}: {each}" for each in _trial(world))


def _trial(world: World) -> Iterator[str]:
    before, offered = snapshot(world.mine), snapshot(world.upstream / "notebooks")
    secrets = snapshot(world.place / "secret")
    document, said = sync(world, *world.words(), before=before)
    after = snapshot(world.mine)
    yield from said
    yield from _nothing_lost(before, after, world.state, secrets, snapshot(world.place / "secret"))
    if document is None:
        yield f"refused as a whole: {world.error}"
        return
    yield from _agrees(document, before, after)
    yield from _delivered(document, offered, after, world)
    if world.draw.random() < 0.3:
        sync(world, *world.words())  # a folder comes once the file is gone that had its place
        again, said = sync(world, *world.words())
        yield from said
        if again is None or (again["changed"] and "waiting" not in str(document) and not _wait(document)):
            yield f"the second sync was not at rest: {again}"
        yield from _nothing_lost(before, snapshot(world.mine), world.state, {}, {})
    elif world.draw.random() < 0.3 and document["changed"] and world.record_holds:
        yield from sync(world, *world.words("--undo"))[1]
        back = snapshot(world.mine)
        touched = {path for path, was in before.items() if was != after.get(path)}
        yield from (f"undo did not bring {path!r} back" for path in touched if back.get(path) != before[path])


def _wait(document: dict[str, Any]) -> bool:
    return any(each["action"] in (Action.DEFERRED, Action.REFUSED) for each in document["files"])


Result = tuple[dict[str, Any] | None, list[str]]


def sync(world: World, *words: str, before: dict[str, Any] | None = None) -> Result:
    """Run the command as its entry point does; return the document, None when it failed, and faults."""
    out = io.TextIOWrapper(io.BytesIO(), "utf-8")
    err = io.TextIOWrapper(io.BytesIO(), "utf-8", errors="backslashreplace")
    status: object = 0

    def gate(_into: Path) -> dict[str, str]:
        with suppress(OSError), _as(0 if world.unprivileged else None):
            world.meanwhile({} if before is None else before)
        return {}

    with (
        patch.object(sys, "argv", ["workshop", "sync", *words]),
        patch.object(ending, "_printed", False),
        patch.object(request, "ask_jupyter", lambda _folders: gate),
        redirect_stdout(out),
        redirect_stderr(err),
        _in_time(),
        _as(NOBODY if world.unprivileged else None),
    ):
        try:
            with ending.one_error_path():
                command.main(words)
        except SystemExit as end:
            status = end.code
        except HangsError:
            return None, ["it hangs"]
        except Exception as error:
            return None, [f"a traceback: {error!r}"]
        finally:
            with suppress(UnicodeError):
                out.flush()
            err.flush()
    texts = [each.buffer.getvalue().decode(errors="replace") for each in (out, err)]
    world.error = texts[1]
    return _read(status, *texts)


def _read(status: object, out: str, err: str) -> Result:
    """Hold what the command printed against what it promises."""
    faults = [f"it says {err or out!r}" for words in UNFORESEEN if words in err + out]
    try:
        document = json.loads(out)
    except ValueError:
        return None, [*faults, f"stdout is not one document: {out[-200:]!r}"]
    if status != 0:
        good = status == 1 and set(document) == {"error"} and err == f"workshop: {document['error']}\n"
        good = good and not STEERING.search(document["error"])
        return None, faults if good else [*faults, f"exit {status}, {out!r}, {err!r}"]
    kinds = {name: type(value) for name, value in document.items()}
    if kinds != DOCUMENT or err:
        faults.append(f"the document has {kinds}, stderr {err!r}")
    for each in document["files"]:
        good = set(each) == {"path", "action", "why"} and each["action"] in set(Action) and each["why"]
        faults += [] if good else [f"no outcome: {each}"]
    texts = [*document["notes"], *(text for each in document["files"] for text in each.values())]
    faults += [f"{text!r} steers a terminal" for text in texts if STEERING.search(text)]
    return document, faults


def _nothing_lost(
    before: dict[str, Any], after: dict[str, Any], state: Path, secrets: Any, secrets_after: Any
) -> Iterator[str]:
    kept = {*map(str, after.values()), *map(str, _backups(state))}
    for path, was in before.items():
        if str(was) not in kept:
            yield f"{path!r} is lost"
        if not isinstance(was, bytes) and after.get(path) != was:
            yield f"{path!r}, {was}, is now {after.get(path)!r:.80}"
    marks = {each for was in before.values() if isinstance(was, bytes) for each in MARKS.findall(was)}
    there = {each for now in after.values() if isinstance(now, bytes) for each in MARKS.findall(now)}
    if marks - there:
        yield f"lost from the folder: {marks - there}"
    if secrets != secrets_after:
        yield "a file outside the folder was changed"


def _backups(state: Path) -> Iterator[bytes]:
    for folder in (state / "backups").glob("*/files"):
        yield from snapshot(folder).values()


def _agrees(document: dict[str, Any], before: dict[str, Any], after: dict[str, Any]) -> Iterator[str]:
    """What is said of the participant's files is what happened to them."""
    actions = {each["path"]: each["action"] for each in document["files"]}
    for path, was in before.items():
        if actions.get(shown(path)) in UNTOUCHED and after.get(path) != was:
            yield f"{path!r} was {actions[shown(path)]} and is another one now"
        if path not in actions and after.get(path) != was and not str(actions).count("renamed"):
            yield f"{path!r} was changed and not named: {actions}"
    if document["changed"] != (before != after):
        yield f"changed is {document['changed']}"


def _delivered(
    document: dict[str, Any], offered: dict[str, Any], after: dict[str, Any], world: World
) -> Iterator[str]:
    """Good files are there, what is odd is named, and no notebook is delivered that does not open."""
    named = {each["path"]: each["action"] for each in document["files"]}
    for path, good in GOOD.items():
        missing = offered.get(path) == good != after.get(path)
        lied_to = named.get(path) in (Action.BESIDE, Action.MERGED) and not world.record_holds
        if missing and not lied_to:
            yield f"the good {path} did not come: {named.get(path)}"
    for path, theirs in offered.items():
        hidden = any(part.startswith(".") or part == "__pycache__" for part in path.split("/"))
        above = [shown(path.rsplit("/", depth)[0]) for depth in range(path.count("/") + 1)]
        if (
            hidden
            or theirs in ("folder", after.get(path), world.delivered.get(path))
            or {*above, shown(path)} & set(named)
        ):
            continue
        mine = after.get(path)
        files = isinstance(mine, bytes) and isinstance(theirs, bytes)
        if not files or Version(mine or b"").meaning != Version(theirs).meaning:
            yield f"{path!r} did not come and is not named"
    for path, action in named.items():
        data: Any = after.get(path)
        if action in (Action.UPDATED, Action.MERGED) and path.endswith(".ipynb") and isinstance(data, bytes):
            try:
                fault = valid(read_notebook(data))
            except NotANotebookError as error:
                fault = str(error)
            if fault:
                yield f"{path} was {action} and does not open: {fault}"


def _git_trial(draw: random.Random, place: Path) -> Iterator[str]:
    """Answer in git's place."""
    world = World(place, draw)
    write(world.mine / "mine.py", b"mine")
    answers = Answers(draw, GOOD)
    url = answers.twist()
    answers.write(place / "answers")
    write(place / "bin" / "git", GIT.encode())
    (place / "bin" / "git").chmod(0o755)
    path = f"{place / 'bin'}{os.pathsep}{os.environ['PATH']}"
    before = snapshot(world.mine)
    words = ["--from", url, *world.words()[2:]]
    with patch.dict(os.environ, {"PATH": path, "FAKE_GIT": str(place / "answers"), "LC_ALL": "de_DE.UTF-8"}):
        document, said = sync(world, *words)
    after = snapshot(world.mine)
    yield from said
    yield from _nothing_lost(before, after, world.state, {}, {})
    came = "offline" if document and document["offline"] else "done" if document else "refused"
    if answers.means and came != answers.means:
        yield f"{came} instead of {answers.means}: {document} for {url} by {answers.twisted}"
    if came != "done" and before != after:
        yield f"{came}, and yet the folder changed"
    if came == "done" and answers.means == "done":
        yield from _delivered(document or {}, dict(GOOD), after, world)


def snapshot(root: Path) -> dict[str, Any]:
    """Return what lies below a folder: bytes of files, the kind of anything else."""
    found: dict[str, Any] = {}
    for folder, folders, names in os.walk(root):
        for name in [*folders, *names]:
            file = Path(folder) / name
            mode = file.lstat().st_mode
            path = str(file.relative_to(root))
            if stat.S_ISLNK(mode):
                found[path] = f"link to {file.readlink()}"
            elif stat.S_ISREG(mode):
                with suppress(PermissionError):
                    found[path] = file.read_bytes()
            elif stat.S_ISDIR(mode):
                found[path] = "folder"
            else:
                found[path] = f"kind {stat.S_IFMT(mode)}"
    return found


def _is_reached(place: Path) -> bool:
    """Tell whether an account without rights gets to a folder; it is given the folder itself."""
    return all(above.stat().st_mode & stat.S_IXOTH for above in place.parents)


def _give_away(place: Path) -> None:
    """Give a world to an account without rights; who runs it as root meets locked folders otherwise."""
    for folder, folders, names in os.walk(place):
        for each in (Path(folder), *(Path(folder) / name for name in (*folders, *names))):
            os.lchown(each, NOBODY, NOBODY)
    place.chmod(0o755)


@contextmanager
def _as(user: int | None) -> Iterator[None]:
    """Act as another account, where this one may."""
    if user is None:
        yield
        return
    was = os.geteuid()
    os.seteuid(user)
    try:
        yield
    finally:
        os.seteuid(was)


@contextmanager
def _in_time() -> Iterator[None]:
    def ring(_signal: int, _frame: object) -> None:
        raise HangsError

    before = signal.signal(signal.SIGALRM, ring)
    signal.alarm(PATIENCE_S)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


@contextmanager
def _collecting_between() -> Iterator[Callable[[], object]]:
    """Yield what collects garbage, which nobody else does meanwhile.

    Else something may be finalised deep within a shape, where a complaint about it is one recursion too many,
    and Python says so on the sync's standard error.
    """
    gc.collect()
    gc.freeze()  # what was there before: looked at for each trial, it would take longer than all of them
    gc.disable()
    try:
        yield gc.collect
    finally:
        gc.enable()
        gc.unfreeze()


def try_shapes(folder: Path, times: int, seed: int) -> dict[str, Any]:
    """Play trials; return how many went wrong, and how."""
    faults: list[str] = []
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o755)
    with _collecting_between() as collect:
        for number in range(times):
            place = folder / str(number)
            place.mkdir()
            found = list(faults_of(f"{seed}/{number}", place))
            faults += found
            unlock(place)
            shutil.rmtree(place)
            collect()
    return {
        "shapes": times,
        "faulty": len({each.partition(" ")[0] for each in faults}),
        "faults": faults[:20],
    }


def unlock(place: Path) -> None:
    """Let a world be deleted that has locked folders in it."""
    for folder, folders, _ in os.walk(place):
        for each in (Path(folder) / name for name in folders):
            if not each.is_symlink():
                each.chmod(0o700)
