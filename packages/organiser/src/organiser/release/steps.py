"""The steps of a release, in their order: each calls a command that also works alone.

What a step has made is recorded with the commit and the options it was made for. A run that was killed goes
on after the last step that ended; the builders themselves go on where they were.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

from organiser.appliance import checkout as checkouts
from organiser.release.page import download_page
from organiser.thumbdrive.names import SIGNATURE, SUMS
from organiser.thumbdrive.signature import sign
from organiser.thumbdrive.sums import format_sums
from workshop.core.errors import WorkshopError
from workshop.core.files import hash_file, write_whole

RECORD = ".steps.json"
"""In the release's folder: for each step that ended, what it was made for."""
IMAGE = ".oci.tar"
BUILT = ("*.ova", "*.utm.zip", "*.wsl", f"*{IMAGE}")
"""The files that ``workshop appliance verify`` knows."""
LICENCES = "LICENCES.tsv"
LEFT_FOR_PEOPLE = (
    ("Windows", "import the OVA and the WSL file on a laptop with Hyper-V, and on one without"),
    ("Apple Silicon", "open the UTM file and the Arm OVA in VirtualBox 7.1 or newer"),
    ("Mac with Intel", "import the OVA"),
    ("thumb drive", "write one with 'workshop stick write', and start from it on each of these computers"),
)
"""What no build machine can do; ``workshop doctor --report`` on that computer is the report."""


@dataclass(frozen=True)
class Release:
    """What is to be prepared."""

    checkout: Path
    into: Path
    """Gets a folder for each version: what another commit left is never listed among its files."""
    architectures: tuple[str, ...]
    address: str = ""
    """Where the files will be published; the page then shows whole addresses."""
    sign_with: Path | None = None
    """An SSH key."""
    builder: tuple[str, ...] = ()
    """Further options of ``appliance build`` and ``image build``."""
    without: tuple[str, ...] = ()
    """Steps that are left out."""

    @property
    def output(self) -> Path:
        """The folder of this version."""
        return self.into / self.version

    @property
    def downloads(self) -> Path:
        """Downloads that the versions share."""
        return self.into / ".downloads"

    @property
    def version(self) -> str:
        """The version, as the appliance's own file names have it."""
        return checkouts.version(self.checkout)


@dataclass(frozen=True)
class Step:
    """One step of a release."""

    name: str
    makes: str
    run: Callable[[Release, Callable[[str], None]], None]


@dataclass
class Prepared:
    """What came of it."""

    version: str
    done: list[str] = field(default_factory=list)
    before: list[str] = field(default_factory=list)
    """Steps that an earlier run had ended."""
    left: list[str] = field(default_factory=list)
    """What people have to do."""


def command(*words: object, cwd: Path) -> None:
    """Run a command of ours with its words on this terminal; WorkshopError when it fails."""
    done = subprocess.run([str(word) for word in words], cwd=cwd, check=False)
    if done.returncode:
        shown = " ".join(str(word) for word in words[:6])
        raise WorkshopError(f"'{shown} …' ended with {done.returncode}; run the release again to resume")


def _workshop(*words: object, cwd: Path) -> None:
    command(sys.executable, "-P", "-m", "workshop", *words, cwd=cwd)


def _wheels(release: Release, _: Callable[[str], None]) -> None:
    uv = release.into / ".uv"
    into = release.output / "wheels"
    for project in sorted((release.checkout / "packages").glob("*/pyproject.toml")):
        build = ("build", "--wheel", "--quiet", "--out-dir", into, project.parent)
        command("bash", "tools/ensure-uv.bash", uv, uv / "bin/uv", *build, cwd=release.checkout)


def _manual(release: Release, _: Callable[[str], None]) -> None:
    command("bash", "tools/docs.bash", release.output / "manual", cwd=release.checkout)


def _appliance(release: Release, _: Callable[[str], None]) -> None:
    for architecture in release.architectures:
        formats = "ova,utm,wsl" if architecture == "arm64" else "ova,wsl"
        words = ("--arch", architecture, "--format", formats, "--keep-root", "--cache", release.downloads)
        into = ("--output", release.output)
        _workshop("appliance", "build", *words, *into, *release.builder, cwd=release.checkout)


def _image(release: Release, _: Callable[[str], None]) -> None:
    words = ("--arch", ",".join(release.architectures), "--cache", release.downloads)
    into = ("--output", release.output)
    _workshop("image", "build", *words, *into, *release.builder, cwd=release.checkout)


def _verify(release: Release, say: Callable[[str], None]) -> None:
    files = built(release.output)
    if not files:
        raise WorkshopError(f"{release.output} holds no appliance and no image; leave out 'verify' for that")
    for file in files:
        say(f"verifying {file.name}")
        _workshop("appliance", "verify", file, cwd=release.checkout)


def _stick(release: Release, _: Callable[[str], None]) -> None:
    files = [file for file in built(release.output) if not file.name.endswith(IMAGE)]
    chosen = [word for file in files for word in ("--appliance", file)]
    signed = ("--sign-with", release.sign_with) if release.sign_with else ()
    into = release.output / "stick"
    _workshop("stick", "stage", into, "--allow-missing", *chosen, *signed, cwd=release.checkout)


def _notes(release: Release, _: Callable[[str], None]) -> None:
    text = (release.checkout / "CHANGELOG.md").read_text(encoding="utf-8")
    write_whole(release.output / "NOTES.md", newest_part(text).encode())


def _licences(release: Release, _: Callable[[str], None]) -> None:
    write_whole(release.output / LICENCES, licences(sorted(release.output.glob("*.cdx.json"))).encode())


def _page(release: Release, _: Callable[[str], None]) -> None:
    page = download_page(release.version, handed_out(release.output), release.address)
    write_whole(release.output / "index.html", page.encode())


def _sums(release: Release, _: Callable[[str], None]) -> None:
    sums = format_sums({name: hash_file(release.output / name) for name in handed_out(release.output)})
    write_whole(release.output / SUMS, sums)
    signature = release.output / SIGNATURE
    signature.unlink(missing_ok=True)
    if release.sign_with:
        write_whole(signature, sign(sums, release.sign_with))


STEPS = (
    Step("wheels", "the packages' wheels", _wheels),
    Step("manual", "the manual as pages", _manual),
    Step("appliance", "OVA, UTM and WSL files", _appliance),
    Step("image", "the container image", _image),
    Step("verify", "a look into each of these files", _verify),
    Step("stick", "the folder of a thumb drive", _stick),
    Step("notes", "what is new, from the changelog", _notes),
    Step("licences", "licences, from the bills of materials", _licences),
    Step("page", "the download page", _page),
    Step("sums", "the list of hashes, signed where a key is named", _sums),
)
ALWAYS = {"notes", "licences", "page", "sums"}
"""Quick steps about the other files: done in each run."""


def prepare(release: Release, say: Callable[[str], None], steps: Sequence[Step] = STEPS) -> Prepared:
    """Do all steps that were not done for this commit and these options.

    Raises WorkshopError when the checkout has changes that no commit holds, or a step fails.
    """
    _refuse_changes(release)
    release.output.mkdir(parents=True, exist_ok=True)
    done = _recorded(release)
    prepared = Prepared(release.version)
    for step in steps:
        wanted = _made_for(release)
        if step.name in release.without:
            continue
        if step.name not in ALWAYS and done.get(step.name) == wanted:
            prepared.before.append(step.name)
            continue
        say(f"{step.name}: {step.makes}")
        step.run(release, say)
        done[step.name] = wanted
        write_whole(release.output / RECORD, json.dumps(done, indent=1, sort_keys=True).encode())
        prepared.done.append(step.name)
    prepared.left = [f"{where}: {what}" for where, what in LEFT_FOR_PEOPLE]
    if not release.sign_with:
        prepared.left.insert(0, f"signature: sign {SUMS} with --sign-with KEY")
    if release.without:
        prepared.left.insert(0, f"left out here: {', '.join(release.without)}")
    return prepared


def _refuse_changes(release: Release) -> None:
    """Raise WorkshopError where the checkout has changes, but for what a release has put there."""
    command = ["git", "-C", str(release.checkout), "status", "--porcelain", "--", "."]
    if release.into.is_relative_to(release.checkout):
        command.append(f":(exclude){release.into.relative_to(release.checkout)}")
    if subprocess.run(command, capture_output=True, check=True).stdout:
        raise WorkshopError(f"{release.checkout} has uncommitted changes; commit or undo them first")


def _made_for(release: Release) -> str:
    """Return what a step's files depend on."""
    commit = subprocess.run(
        ["git", "-C", release.checkout, "rev-parse", "HEAD"], capture_output=True, check=True, text=True
    ).stdout.strip()
    options = {key: str(value) for key, value in asdict(release).items() if key not in ("without", "address")}
    return json.dumps([commit, options], sort_keys=True)


def _recorded(release: Release) -> dict[str, str]:
    try:
        found = json.loads((release.output / RECORD).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def built(folder: Path) -> list[Path]:
    """Return the appliances and images in a release's folder."""
    return sorted(path for pattern in BUILT for path in folder.glob(pattern))


def handed_out(folder: Path) -> list[str]:
    """Return the name of each file that is published; not the list of hashes, the stick or hidden files."""
    skipped = {SUMS, SIGNATURE}
    names = (path.relative_to(folder) for path in folder.rglob("*") if path.is_file())
    return sorted(
        name.as_posix()
        for name in names
        if name.parts[0] != "stick" and not any(part.startswith(".") for part in name.parts)
        if name.as_posix() not in skipped
    )


def newest_part(changelog: str) -> str:
    """Return the changelog's newest part, without its heading's brackets.

    Raises WorkshopError when it has none.
    """
    parts = re.split(r"^## ", changelog, flags=re.MULTILINE)
    if len(parts) < 2:
        raise WorkshopError("CHANGELOG.md has no part that begins with '## '")
    return "# " + parts[1].replace("[", "", 1).replace("]", "", 1).strip() + "\n"


def licences(boms: Sequence[Path]) -> str:
    """Return a line for each component of some bills of materials (CycloneDX): name, version, licences."""
    found = set()
    for bom in boms:
        for component in json.loads(bom.read_text(encoding="utf-8")).get("components", []):
            terms = [
                str(
                    each.get("expression") or each.get("license", {}).get("id") or each["license"].get("name")
                )
                for each in component.get("licenses", [])
            ]
            version = str(component.get("version", ""))
            found.add((str(component["name"]), version, "; ".join(terms) or "not stated"))
    return "".join("\t".join(row) + "\n" for row in [("name", "version", "licences"), *sorted(found)])
