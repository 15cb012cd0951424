#!/usr/bin/python
"""Ansible module: make virtual environments exactly what hash-locked files say."""

from __future__ import annotations

DOCUMENTATION = r"""
module: locked_venvs
short_description: Make virtual environments exactly what hash-locked files say
description:
  - Creates each environment with uv when it is missing, broken, of another Python, or was left
    half installed by a run that was killed; then installs and removes packages until it holds
    what its lock names and nothing else. Environments are worked on side by side, but for new ones after
    which something may begin, which come first, one after the other.
  - The cache and the given folders of wheels are asked first. The network is asked only for what
    they lack.
  - Wheels of our own projects are installed beside the locked packages. They are given, or built from
    their sources and kept under the digest of the source, so that a changed source is a changed
    environment and an unchanged one is not.
  - Hashes tell what is downloaded, not what lies unpacked in uv's cache. So the cache must be the caller's
    own, and root takes neither code nor cache from where another account can change it, nor installs there.
  - One run works on a folder of environments at a time; another waits for it. Of a set-up that was
    killed a part may still be at work.
options:
  environments:
    description: What to make. Each has a folder (C(path)) and a file of exact versions with hashes (C(lock)).
    type: list
    elements: dict
    required: true
  python: {description: The interpreter to build them on., type: path, required: true}
  uv: {description: The uv program., type: path, required: true}
  build_constraints: {description: Locks what builds source packages., type: path, required: true}
  projects:
    description:
      - Python projects to install as well where no wheels are given. Each has a folder (C(path)) and, if it
        does not go into every environment, the names of their folders (C(only)).
    type: list
    elements: dict
    default: []
  wheels: {description: Folder that keeps the wheels of projects; needed where there are any., type: path}
  begun:
    description:
      - Folder, on the disk of the wheels, where C(tools/fetch-early.py) says what it is at and leaves the
        wheels that it has built. What is under way there is waited for. Needed where something may begin
        C(meanwhile), whose outcome is left there.
    type: path
  given_wheels:
    description: Wheels to install into each environment; with them nothing is built.
    type: list
    elements: path
    default: []
  find_links:
    {description: Folders of wheels asked before the network., type: list, elements: path, default: []}
  cache: {description: The cache folder of uv., type: path}
  offline: {description: Ask no network at all., type: bool, default: false}
  ca_bundle: {description: PEM file of certificates to trust; empty for the system's., type: str, default: ""}
  meanwhile:
    description:
      - What may begin as soon as an environment is what its lock says, and go on when all are done. Each has
        the name of that environment's folder (C(after)) and a command (C(argv)); those of one environment run
        in turn. C(placed_and_run) takes their outcome, or runs what has failed again, so how it ends does not
        matter.
    type: list
    elements: dict
    default: []
  compile_bytecode:
    description:
      - Compile to bytecode where users cannot write there, whenever packages came or went. Packages' own
        tests, a fifth of all that they bring, are left out; nobody runs them there. What several environments
        have is compiled once.
    type: bool
    default: false
attributes:
  check_mode: {support: full, description: Reports what would be installed; writes nothing.}
author: [The Deep Learning Workshop]
"""

RETURN = r"""
environments:
  description: For each folder, whether it was made anew and how many packages were installed and removed.
  type: dict
  returned: success
"""

import contextlib
import fcntl
import hashlib
import os
import re
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any, Union

from ansible.module_utils.basic import AnsibleModule
from ansible.module_utils.begun import begin, wait
from ansible.module_utils.boundary import BoundaryError, must_be_ours, name_of
from ansible.module_utils.bytecode import Bytecode
from ansible.module_utils.project_wheels import ProjectWheel

# Stands in an environment while packages are put into it: a run that was killed leaves it behind.
UNFINISHED = ".unfinished"
# Held while environments are worked on.
LOCK = ".lock"
PATIENCE_SECONDS = 900.0
WHAT_TO_DO = "connect to a network or name a thumb drive by workshop_stick, and run this again"


class UnableError(Exception):
    """Something could not be done; the message says what, why and what to do, on one line."""


@contextlib.contextmanager
def alone_in(folder: Path, patience: float) -> Iterator[int]:
    """Wait until nobody else works in ``folder``, and hold others off meanwhile; yields the lock.

    Programs that are started with the lock hold it too, also when this process is killed before them.
    """
    folder.mkdir(parents=True, exist_ok=True)
    deadline = time.monotonic() + patience
    with (folder / LOCK).open("a") as lock:
        # Whoever can open it, and be it to read, can hold it for ever.
        with contextlib.suppress(OSError):
            os.fchmod(lock.fileno(), 0o600)
        while True:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() > deadline:
                    raise UnableError(
                        f"another set-up has been at work in {folder} for {patience / 60:.0f} minutes"
                        f"{named_holder(folder / LOCK)}; end it and run this again"
                    ) from None
                time.sleep(0.2)
        yield lock.fileno()


def named_holder(lock: Path) -> str:
    """Return, in brackets, a process that holds the lock; nothing where none can be seen."""
    wanted = lock.stat()
    for descriptor in Path("/proc").glob("[0-9]*/fd/*"):
        try:
            process = descriptor.parent.parent
            # Who waits for the lock has its file open, too, but not the lock.
            if os.path.samestat(descriptor.stat(), wanted) and "FLOCK" in (
                process / "fdinfo" / descriptor.name
            ).read_text(encoding="utf-8"):
                words = (process / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
                return f" (process {process.name}: {words[:80].strip()})"
        except OSError:  # it has ended, or belongs to somebody else
            continue
    return ""


def reason(stderr: str) -> str:
    """Return uv's first error and its last cause, on one line."""
    told = re.findall(r"^\s*(?:error|cause): (.+)$", stderr, re.MULTILINE)
    lines = [line.strip() for line in stderr.splitlines() if line.strip()]
    return "; ".join(dict.fromkeys(told[:1] + told[-1:])) or (lines[-1] if lines else "uv gave no reason")


def count(verb: str, stderr: str) -> int:
    """Read from uv's report how many packages it installed or removed, or would."""
    found = re.search(rf"^(?:would )?{verb}(?:ed)? (\d+) package", stderr, re.MULTILINE | re.IGNORECASE)
    return int(found[1]) if found else 0


def refuse_what_others_can_change(params: dict[str, Any]) -> None:
    """Raise BoundaryError where code would be taken from, or put into, what another account can change."""
    for item in params["environments"]:
        must_be_ours(Path(item["path"]).parent, inside=True)
        must_be_ours(item["path"], inside=True)
    for program in (params["uv"], params["python"]):
        must_be_ours(program)
    for wheel in params["given_wheels"]:
        must_be_ours(wheel)
    for folder in filter(None, (params["wheels"], params["begun"])):
        must_be_ours(folder, inside=True)
    cache = Path(params["cache"]) if params["cache"] else None
    if cache is None:
        return
    must_be_ours(cache, inside=True)
    # uv installs unpacked packages from it as they are.
    if cache.exists() and cache.stat().st_uid not in (0, os.geteuid()):
        raise BoundaryError(
            f"the cache {cache} belongs to {name_of(cache.stat().st_uid)}, who could put anything into it; "
            "choose one of your own by workshop_cache, and run this again"
        )


class Uv:
    """The uv program with the options that every call shares."""

    def __init__(self, params: dict[str, Any]) -> None:
        """Take what concerns uv from the module's arguments."""
        self.program = params["uv"]
        self.offline = params["offline"]
        self.environment = os.environ | {
            "UV_NO_PROGRESS": "1",
            "UV_PYTHON_DOWNLOADS": "never",
            "UV_HTTP_RETRIES": "1",
        }
        # A slow machine, or a room that shares one line, may see nothing of a large wheel for half a minute.
        # Whoever cannot be reached at all is given up on as soon as ever.
        self.environment.setdefault("UV_HTTP_TIMEOUT", "120")
        # Not uv's own list: an organisation's certificates are among the system's.
        self.environment.setdefault("UV_SYSTEM_CERTS", "true")
        if params["cache"]:
            self.environment["UV_CACHE_DIR"] = params["cache"]
        if params["ca_bundle"]:
            self.environment["SSL_CERT_FILE"] = params["ca_bundle"]
        folders = [folder for folder in params["find_links"] if Path(folder).is_dir()]
        self.links = [word for folder in folders for word in ("--find-links", folder)]
        self.locks: list[int] = []

    def __call__(self, *words: str) -> tuple[int, str]:
        """Run uv; return its exit status and what it said on stderr."""
        done = subprocess.run(
            [self.program, *words],
            env=self.environment,
            cwd="/",
            capture_output=True,
            text=True,
            check=False,
            pass_fds=self.locks,
            # On a hardened machine root's umask keeps what it makes from the users of the services.
            umask=0o022,
        )
        return done.returncode, done.stderr

    def cache_first(self, *words: str) -> tuple[int, str]:
        """Run uv without the network, and with it only when that was not enough."""
        status, stderr = self(*words, *self.links, "--offline")
        if status and not self.offline:
            status, stderr = self(*words, *self.links)
        return status, stderr


class GivenWheel:
    """A wheel that somebody else built."""

    def __init__(self, wheel: str) -> None:
        """Take the path of the wheel."""
        self.wheel = Path(wheel)

    def is_there(self) -> bool:
        """Tell whether there is such a wheel."""
        return self.wheel.is_file()

    def file(self) -> Path:
        """Return the wheel's path."""
        return self.wheel


Wheel = Union[ProjectWheel, GivenWheel]  # noqa: UP007 - for Python 3.9


def wheels_of(environments: list[dict[str, Any]], params: dict[str, Any]) -> list[list[Wheel]]:
    """Return the wheels of each environment; who shares a project shares the wheel."""
    if params["given_wheels"]:
        given: list[Wheel] = [GivenWheel(wheel) for wheel in params["given_wheels"]]
        return [given for _ in environments]
    shared = params["wheels"], params["python"], params["build_constraints"]
    built = [(project["only"], ProjectWheel(project["path"], *shared)) for project in params["projects"]]
    names = [Path(item["path"]).name for item in environments]
    return [[wheel for only, wheel in built if not only or name in only] for name in names]


def requirement_of(wheel: Path) -> str:
    """Return the line of a lock that names a wheel and its hash."""
    name = wheel.name.split("-")[0].replace("_", "-")
    return f"{name} @ {wheel.as_uri()} --hash=sha256:{hashlib.sha256(wheel.read_bytes()).hexdigest()}\n"


def keep_to_owner(folder: Path) -> None:
    """Take from other accounts uv's lock in a folder: whoever can open it can hold it for ever."""
    lock = folder / ".lock"
    with contextlib.suppress(OSError):
        if not lock.is_symlink() and lock.stat().st_uid == os.geteuid():
            lock.chmod(0o600)


class Environment:
    """One environment on its way to what its lock says."""

    def __init__(self, path: str, lock: str, wheels: list[Wheel], params: dict[str, Any]) -> None:
        """Take the environment's folder, lock and wheels, and what all environments share."""
        self.path = Path(path)
        self.lock = Path(lock)
        self.wheels = wheels
        self.base = params["python"]
        self.interpreter = self.path / "bin" / "python"
        self.words = ["pip", "sync", "--require-hashes", "--python", str(self.interpreter)]
        self.words += ["--build-constraints", params["build_constraints"]]
        self.compiles = params["compile_bytecode"]
        self.begun = params["begun"]

    def is_sound(self) -> bool:
        """Tell whether the environment runs on the wanted Python and was not left half installed."""
        if not self.interpreter.exists() or (self.path / UNFINISHED).exists():
            return False
        ask = "import sys; print(sys.base_prefix, sys.version_info[:3])"
        answers = [
            subprocess.run([python, "-I", "-c", ask], capture_output=True, text=True, check=False)
            for python in (self.interpreter, self.base)
        ]
        return all(a.returncode == 0 for a in answers) and answers[0].stdout == answers[1].stdout

    def create(self, uv: Uv) -> None:
        """Make the environment anew."""
        if self.path.exists():
            shutil.rmtree(self.path)  # what cannot be removed is named, not tripped over by uv
        self.path.parent.mkdir(parents=True, exist_ok=True)
        status, stderr = uv("venv", "--quiet", "--python", self.base, str(self.path))
        if status:
            raise UnableError(f"cannot make {self.path}: {reason(stderr)}")

    def sync(self, uv: Uv, *options: str, alone: bool = False) -> dict[str, int]:
        """Bring the packages in line with the lock and, but for ``alone``, the environment's wheels."""
        with tempfile.NamedTemporaryFile("w", suffix=".txt") as wanted:
            ours = "" if alone else "".join(requirement_of(wheel.file()) for wheel in self.wheels)
            wanted.write(self.lock.read_text(encoding="utf-8") + ours)
            wanted.flush()
            status, stderr = uv.cache_first(*self.words, *options, wanted.name)
        if status:
            raise UnableError(
                f"cannot install {self.lock.name} into {self.path}: {reason(stderr)}; {WHAT_TO_DO}"
            )
        return {"installed": count("install", stderr), "removed": count("uninstall", stderr)}

    def make(self, uv: Uv, builds: dict[Wheel, Future[None]], bytecode: Bytecode) -> dict[str, Any]:
        """Make the environment what its lock says; a marker stands in it until that is done.

        Where it is new, nobody uses it yet: what its lock names comes while its wheels are being built.
        """
        if self.begun:
            wait(Path(self.begun), self.path.name)
        created, early = not self.is_sound(), 0
        if created:
            self.create(uv)
        (self.path / UNFINISHED).touch()
        mine = [builds[wheel] for wheel in self.wheels]
        if created and not all(build.done() for build in mine):
            early = self.sync(uv, alone=True)["installed"]
        for build in mine:
            build.result()
        packages = self.sync(uv)
        packages["installed"] += early
        if self.compiles and (created or any(packages.values())):
            bytecode.compile(self.interpreter, self.path / "lib", uv.locks)
        (self.path / UNFINISHED).unlink()
        # Another lies where uv installs interpreters, or tried to.
        for folder in (self.path, self.path.parents[1] / "python"):
            keep_to_owner(folder)
        return {"created": created, **packages}

    def foresee(self, uv: Uv) -> dict[str, Any]:
        """Report what `make` would do."""
        if not self.is_sound() or not all(wheel.is_there() for wheel in self.wheels):
            return {"created": not self.is_sound(), "installed": 1, "removed": 0}
        return {"created": False, **self.sync(uv, "--dry-run")}


def run(params: dict[str, Any], check_mode: bool) -> dict[str, Any]:
    """Make, or foresee, every environment; return the module's result."""
    try:
        refuse_what_others_can_change(params)
    except BoundaryError:
        if check_mode:  # the folders would have been taken back by now
            return {"changed": True, "environments": {}}
        raise
    uv = Uv(params)
    items = params["environments"]
    environments = [
        Environment(item["path"], item["lock"], wheels, params)
        for item, wheels in zip(items, wheels_of(items, params))  # noqa: B905 - for Python 3.9
    ]
    if check_mode:
        reports = side_by_side(environments, lambda environment: environment.foresee(uv))
    else:
        with contextlib.ExitStack() as held:
            for folder in sorted({environment.path.parent for environment in environments}):
                uv.locks.append(held.enter_context(alone_in(folder, PATIENCE_SECONDS)))
            with ThreadPoolExecutor() as pool, ended_with_us() as begun:
                wheels = [wheel for environment in environments for wheel in environment.wheels]
                builds = {
                    wheel: pool.submit(build_once, wheel, uv, params["begun"])
                    for wheel in dict.fromkeys(wheels)
                }

                bytecode = Bytecode()

                def make(environment: Environment) -> dict[str, Any]:
                    report = environment.make(uv, builds, bytecode)
                    mine = [m["argv"] for m in params["meanwhile"] if m["after"] == environment.path.name]
                    if mine:
                        begun.append(begin(Path(params["begun"]), mine))
                    return report

                made = {}
                for turn in turns(environments, {item["after"] for item in params["meanwhile"]}):
                    made.update(zip(turn, side_by_side(turn, make)))  # noqa: B905 - for Python 3.9
                reports = [made[environment] for environment in environments]
    return {
        "changed": any(any(report.values()) for report in reports),
        "environments": {str(e.path): report for e, report in zip(environments, reports)},  # noqa: B905 - for Python 3.9
    }


@contextlib.contextmanager
def ended_with_us() -> Iterator[list[subprocess.Popen[bytes]]]:
    """Yield a list of processes to be ended where something else has failed."""
    begun: list[subprocess.Popen[bytes]] = []
    try:
        yield begun
    except BaseException:
        for process in begun:
            with contextlib.suppress(ProcessLookupError):  # it had ended by itself
                os.killpg(process.pid, signal.SIGTERM)
            process.wait()
        raise


def build_once(wheel: Wheel, uv: Uv, begun: str | None) -> None:
    """Build a wheel that is not there yet, nor was begun before."""
    if wheel.is_there():
        return
    if isinstance(wheel, GivenWheel):
        raise UnableError(f"there is no wheel {wheel.wheel}; put it there, or leave it out to have one built")
    if begun:
        wait(Path(begun), "wheels")
        if wheel.take(Path(begun) / "wheels"):
            return
    if failure := wheel.build(uv.cache_first):
        raise UnableError(f"cannot build the package in {wheel.project}: {reason(failure)}; {WHAT_TO_DO}")


def turns(environments: list[Environment], awaited: set[str]) -> list[list[Environment]]:
    """Return which environments are worked on at once: new ones that something waits for come first, in turn.

    Beside the others one takes as long as they do. And what several of them hold the next one finds in the
    cache, where each would download and unpack it for itself.
    """
    first = [each for each in environments if each.path.name in awaited and not each.interpreter.exists()]
    rest = [each for each in environments if each not in first]
    return [*([each] for each in first), *([rest] if rest else [])]


def side_by_side(
    environments: list[Environment], work: Callable[[Environment], dict[str, Any]]
) -> list[dict[str, Any]]:
    """Do the same for every environment at once; one report each, in their order."""
    with ThreadPoolExecutor() as pool:
        return list(pool.map(work, environments))


def main() -> None:
    """Read the arguments and report what was done."""
    module = AnsibleModule(
        argument_spec={
            "environments": {
                "type": "list",
                "elements": "dict",
                "required": True,
                "options": {
                    "path": {"type": "path", "required": True},
                    "lock": {"type": "path", "required": True},
                },
            },
            "projects": {
                "type": "list",
                "elements": "dict",
                "default": [],
                "options": {
                    "path": {"type": "path", "required": True},
                    "only": {"type": "list", "elements": "str", "default": []},
                },
            },
            "python": {"type": "path", "required": True},
            "uv": {"type": "path", "required": True},
            "build_constraints": {"type": "path", "required": True},
            "wheels": {"type": "path"},
            "begun": {"type": "path"},
            "given_wheels": {"type": "list", "elements": "path", "default": []},
            "find_links": {"type": "list", "elements": "path", "default": []},
            "cache": {"type": "path"},
            "offline": {"type": "bool", "default": False},
            "ca_bundle": {"type": "str", "default": ""},
            "meanwhile": {
                "type": "list",
                "elements": "dict",
                "default": [],
                "options": {
                    "after": {"type": "str", "required": True},
                    "argv": {"type": "list", "elements": "str", "required": True},
                },
            },
            "compile_bytecode": {"type": "bool", "default": False},
        },
        supports_check_mode=True,
    )
    try:
        result = run(module.params, module.check_mode)
    except (BoundaryError, UnableError) as error:
        module.fail_json(msg=str(error))
    except OSError as error:
        module.fail_json(msg=f"cannot write {error.filename or 'the environments'}: {error.strerror}")
    module.exit_json(**result)


if __name__ == "__main__":
    main()
