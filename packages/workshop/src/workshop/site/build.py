"""Puts the site together: start page, demos, what they share, libraries, and one generated file.

===================== ==========================================================
in the site           where it comes from
===================== ==========================================================
index.html, start.*   ``presentation/start/``
assets/               ``js-demos/assets/``
demos/NAME/           ``js-demos/NAME/`` for each demo of ``js-demos/manifest.toml``
demos/vendor/         files of data sets that were fetched before
demos/digits/         also some of MNIST, as a script: see ``workshop.site.scripts``
demos/language-model/ also the shipped model, as a script: see ``workshop.site.weights``
demos/look-inside/    also the models of ``js-demos/models.toml``: see ``workshop.site.models``
demos/originals/      the pages that ours were made after, where fetched: see ``workshop.site.originals``
demos/vendor/netron/  the viewer of models: see ``workshop.site.netron``
demos/NAME/*.js       also ES modules of the package, made into scripts: see ``workshop.site.scripts``
pages/reading/        what the lessons name at their ends: see ``workshop.site.pages``
docs/                 the manual, which ``tools/docs.bash`` built into ``<prefix>/manual``
slides/               decks made of ``presentation/sections/`` by its schedule, and their libraries
config.js             ports, demos, lessons and schedules; generated
===================== ==========================================================

Each file is written beside and renamed, pages last, so a browser never meets half a site; killed at
any moment, the next run completes it. What an earlier run wrote and is no longer wanted is removed;
anything else in the folder is left alone.
"""

from __future__ import annotations

import itertools
import json
import tomllib
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from lessonkit.catalogue import Profile, about, find_lessons
from lessonkit.errors import LessonkitError
from lessonkit.shortpath import is_on_path
from workshop import __version__
from workshop.core.errors import WorkshopError
from workshop.core.files import at_once, write_whole
from workshop.core.settings import Settings
from workshop.site import models, netron, originals
from workshop.site.decks import slides_site
from workshop.site.pages import PAGE as READING
from workshop.site.pages import framed, reading_lists, reading_page
from workshop.site.presentation import read_presentation
from workshop.site.quiz import place, quiz_pages
from workshop.site.scripts import as_script, digits_script
from workshop.sync.updates import load_updates

RECORD = ".built.json"
"""In the site: which files the last run wrote."""

LIBRARIES = {"convnetjs": "convnet-min.js"}
"""The data sets that demos load from demos/vendor/, and the file of each."""


DIGITS = "digits"
"""The demo that reads handwritten digits."""
LANGUAGE_MODEL = "language-model"
"""The demo that writes with the shipped language model."""


@dataclass
class Report:
    """What a build did."""

    written: list[str] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def as_document(self) -> dict[str, Any]:
        """Return the report as the JSON document of ``workshop web build``."""
        return {
            "changed": bool(self.written or self.removed),
            "written": self.written,
            "removed": self.removed,
            "notes": self.notes,
        }


def _require_own(into: Path, names: set[str], wanted: dict[str, bytes]) -> None:
    """Raise WorkshopError when a file that no build wrote would be replaced."""
    for name in sorted(names):
        path = into / name
        if path.is_dir() or (path.is_file() and path.read_bytes() != wanted[name]):
            raise WorkshopError(
                f"{path} exists and was not made by 'workshop web build'; move it away or choose another "
                f"--into"
            )


@dataclass(frozen=True)
class Today:
    """Which plan is held, and when it begins; the start page then shows where it stands."""

    workshop: str
    """The plan's name; empty for the schedule's first."""
    start: str
    """On the clock, as HH:MM; empty if nobody said when."""


def build_site(
    source: Path,
    into: Path,
    settings: Settings,
    today: Today | None = None,
    updates: bool = False,
    manual: Path | None = None,
) -> Report:
    """Make the site in ``into`` from the checkout ``source``; running it again changes nothing.

    ``updates``: the machine will have an address for updates, as it may have already. ``manual``: the folder
    that ``tools/docs.bash`` filled; default: that of the set-up.

    Raises WorkshopError when ``source`` is not the checkout, its list of demos or its presentation is faulty,
    or ``today`` names a workshop that is not in the schedule.
    """
    report = Report()
    updates = updates or bool(load_updates(settings).url)
    wanted = _manual(manual or (settings.prefix / "manual" if settings.prefix else None))
    wanted |= _wanted(source, into, settings, today, report, updates, has_manual=bool(wanted))
    before = _recorded(into)
    _require_own(into, set(wanted) - before, wanted)
    if not before.issuperset(wanted):
        # Before the first file: should this run be killed, the next one knows what it began.
        _write(into / RECORD, json.dumps(sorted(before | set(wanted)), indent=1).encode())
    # A page comes after what it shows.
    pages = {name for name in wanted if name.endswith(".html")}
    for names in (sorted(set(wanted) - pages), sorted(pages)):
        written = at_once(lambda name: _write(into / name, wanted[name]), names)
        report.written += itertools.compress(names, written)
    for name in sorted(before - set(wanted)):
        (into / name).unlink(missing_ok=True)
        report.removed.append(name)
    if before != set(wanted):
        _write(into / RECORD, json.dumps(sorted(wanted), indent=1).encode())
    return report


def _wanted(
    source: Path,
    into: Path,
    settings: Settings,
    today: Today | None,
    report: Report,
    updates: bool,
    *,
    has_manual: bool,
) -> dict[str, bytes]:
    """Return every file of the site with its content, by its path in the site."""
    demos = read_manifest(source) if settings.lessons else []
    files = _folder(source / "presentation" / "start", "")
    files |= _folder(source / "js-demos" / "assets", "assets/")
    for demo in demos:
        files |= _demo(source, demo["name"])
        files |= _modules(source, demo)
    files |= _libraries(demos, settings.data, report)
    files |= _digits(demos, settings.data, into, report)
    files |= _models(source, demos, settings.data, report)
    files |= _language_model(demos)
    known = originals.read_originals(source) if settings.lessons else []
    files |= originals.originals_site(known, settings.data)
    shown = [
        _shown(demo, files) | {"originals": originals.links(known, demo["name"], files)} for demo in demos
    ]
    workshops: list[dict[str, Any]] = []
    if settings.lessons:
        slides, workshops = slides_site(source, settings.data, report.notes, updates=updates)
        quizzes = quiz_pages(source, read_presentation(source))
        files |= slides | quizzes
        for workshop in workshops:
            workshop["quiz"] = place(workshop["name"]) if place(workshop["name"]) in quizzes else None
    works = reading_lists(source) if settings.lessons else []
    if works:
        files[READING] = reading_page(source, works)
    names = [workshop["name"] for workshop in workshops]
    if today and today.workshop not in ["", *names]:
        raise WorkshopError(f"the schedule has no plan '{today.workshop}'; it has {', '.join(names)}")
    files["config.js"] = _config(
        settings,
        {
            "version": __version__,
            "demos": shown,
            "lessons": _lessons(source, report) if settings.lessons else [],
            "reading": READING if works else None,
            "manual": "docs/index.html" if has_manual else None,
            "workshops": workshops,
            "today": asdict(today) if today else None,
        },
    )
    return files


def _manual(folder: Path | None) -> dict[str, bytes]:
    """Return the manual's pages, where they were built."""
    is_built = folder is not None and (folder / "index.html").is_file()
    return _folder(folder, "docs/") if folder is not None and is_built else {}


def read_manifest(source: Path) -> list[dict[str, Any]]:
    """Return the demos of the checkout: name, title, summary, minutes, libraries, and modules if any.

    Raises WorkshopError when the manifest or a demo's page is missing or a field is.
    """
    path = source / "js-demos" / "manifest.toml"
    try:
        demos: list[dict[str, Any]] = tomllib.loads(path.read_text(encoding="utf-8"))["demo"]
    except (OSError, KeyError, tomllib.TOMLDecodeError) as error:
        raise WorkshopError(f"cannot read {path} ({error}); is {source} the checkout?") from error
    for demo in demos:
        missing = {"name", "title", "summary", "minutes", "libraries"} - set(demo)
        if missing:
            raise WorkshopError(f"{path}: a demo lacks {', '.join(sorted(missing))}")
        if not (path.parent / demo["name"] / "index.html").is_file():
            raise WorkshopError(f"{path}: there is no page {demo['name']}/index.html")
        if unknown := set(demo["libraries"]) - set(LIBRARIES):
            raise WorkshopError(f"{path}: unknown library {', '.join(sorted(unknown))}")
    return demos


def _shown(demo: dict[str, Any], files: dict[str, bytes]) -> dict[str, Any]:
    """Return what the start page shows of a demo; its picture when there is one."""
    preview = "preview.webp" if f"demos/{demo['name']}/preview.webp" in files else None
    return {key: demo[key] for key in ("name", "title", "summary", "minutes")} | {"preview": preview}


def _folder(folder: Path, into: str) -> dict[str, bytes]:
    """Return the files below ``folder``, hidden ones left out."""
    if not folder.is_dir():
        raise WorkshopError(f"there is no folder {folder}; name the workshop's checkout")
    files = {}
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder)
        if path.is_file() and not any(part.startswith(".") for part in name.parts):
            files[into + name.as_posix()] = path.read_bytes()
    return files


def _demo(source: Path, name: str) -> dict[str, bytes]:
    """Return the files of a demo, its pages in the frame that all of them share."""
    folder = source / "js-demos"
    files = _folder(folder / name, f"demos/{name}/")
    for path in [path for path in files if path.endswith(".html")]:
        files[path] = framed(folder, path, files[path].decode()).encode()
    return files


def _modules(source: Path, demo: dict[str, Any]) -> dict[str, bytes]:
    """Return the modules of the package that a demo shares with the notebooks, as scripts beside its page."""
    files = {}
    for name in demo.get("modules", []):
        try:
            text = (source / name).read_text(encoding="utf-8")
        except OSError as error:
            raise WorkshopError(f"the demo {demo['name']} needs {name}: {error.strerror}") from error
        files[f"demos/{demo['name']}/{Path(name).name}"] = as_script(name, text).encode()
    return files


def _libraries(demos: list[dict[str, Any]], data: Path, report: Report) -> dict[str, bytes]:
    """Return the libraries that could be fetched; note the others, whose pages say so themselves."""
    files = {}
    for library in sorted({library for demo in demos for library in demo["libraries"]}):
        path = data / library / LIBRARIES[library]
        if path.is_file():
            files[f"demos/vendor/{path.name}"] = path.read_bytes()
        else:
            report.notes.append(f"{library} is not in {data}; 'workshop data fetch {library}' gets it")
    return files


def _digits(demos: list[dict[str, Any]], data: Path, into: Path, report: Report) -> dict[str, bytes]:
    """Return the digits as a script, where a demo reads them and the data set was fetched."""
    if not any(demo["name"] == DIGITS for demo in demos):
        return {}
    name = f"demos/{DIGITS}/digits-data.js"
    before = (into / name).read_bytes() if (into / name).is_file() else b""
    script = digits_script(data / "mnist", before)
    if script is None:
        report.notes.append(f"mnist is not in {data}; 'workshop data fetch mnist' gets it")
        return {}
    return {name: script}


def _models(source: Path, demos: list[dict[str, Any]], data: Path, report: Report) -> dict[str, bytes]:
    """Return the models and their viewer, where a demo shows them; note a viewer that was not fetched."""
    if not any(demo["name"] == models.DEMO for demo in demos):
        return {}
    viewer = netron.netron_site(data)
    if not viewer:
        report.notes.append(f"netron is not in {data}; 'workshop data fetch netron' gets it")
    return models.models_site(source) | viewer


def _language_model(demos: list[dict[str, Any]]) -> dict[str, bytes]:
    """Return the shipped language model as a script, where a demo runs it."""
    if not any(demo["name"] == LANGUAGE_MODEL for demo in demos):
        return {}
    # NumPy, which reads the weights, is wanted by this page alone.
    from workshop.site.weights import language_model_script

    return {f"demos/{LANGUAGE_MODEL}/model-data.js": language_model_script()}


def _lessons(source: Path, report: Report) -> list[dict[str, Any]]:
    """Return the lessons for the start page; a faulty one is noted and left out."""
    folder = source / "notebooks"
    lessons = []
    for lesson in find_lessons(folder) if any(folder.rglob("*.ipynb")) else []:
        try:
            notebook = lesson.read()
            known = about(lesson.name, notebook)
        except LessonkitError as error:
            report.notes.append(str(error))
            continue
        lessons.append(
            {
                "path": f"{lesson.name}.ipynb",
                "title": known.title,
                "kernel": known.kernel,
                "kind": known.kind,
                "minutes": known.minutes,
                "short": any(map(is_on_path, notebook["cells"])),
                "memory": known.budget.get(Profile.FULL, {}).get("rss_mb"),
            }
        )
    return lessons


def _config(settings: Settings, shown: dict[str, Any]) -> bytes:
    """Return config.js; a script and not JSON, because a page opened as a file may not fetch."""
    document: dict[str, Any] = {
        "ports": {
            "jupyter": settings.jupyter_port,
            "tensorboard": settings.tensorboard_port,
            "web": settings.web_port,
        },
    }
    document |= shown
    text = json.dumps(document, indent=2, ensure_ascii=False)
    return f"// Made by 'workshop web build'; do not edit.\nwindow.workshopConfig = {text};\n".encode()


def _recorded(into: Path) -> set[str]:
    """Return the files that the last run wrote; none when there was no run or its note is unusable."""
    try:
        names = json.loads((into / RECORD).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return set()
    safe = (name for name in names if isinstance(name, str) and ".." not in Path(name).parts)
    return {name for name in safe if not Path(name).is_absolute()} if isinstance(names, list) else set()


def _write(path: Path, content: bytes) -> bool:
    """Give ``path`` this content, readable by everyone; False when it has it already."""
    if path.is_file() and not path.is_symlink() and path.read_bytes() == content:
        return False
    _make_folder(path.parent)
    write_whole(path, content)
    return True


def _make_folder(folder: Path) -> None:
    """Make the folder and those above it, readable by everyone whatever the umask is."""
    if not folder.is_dir():
        _make_folder(folder.parent)
        folder.mkdir(exist_ok=True)
        folder.chmod(0o755)
