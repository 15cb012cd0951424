"""A course is added, brought up to date and removed; edits stay; nothing is left of one that failed."""

import hashlib
import json
import re
import shlex
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sync.bed import Bed
from sync.organiser import Organiser, allowed_signers, new_key
from typer.testing import CliRunner

from courses.making import COURSE, course, machine, notebook, tree, wheel
from workshop.core.errors import WorkshopError
from workshop.core.settings import Settings
from workshop.courses import cli
from workshop.courses.changing import From, add, remove, update
from workshop.courses.delivering import deliver_all
from workshop.courses.home import courses_shown, find_courses, home


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return machine(tmp_path)


@pytest.fixture
def lock(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Let uv know of one package, which stands in for the real one."""
    line = wheel(tmp_path / "wheels", "ipykernel")
    monkeypatch.setenv("UV_FIND_LINKS", str(tmp_path / "wheels"))
    return line


def added(settings: Settings, start: From) -> list[str]:
    """Add a course; return what was shown before."""
    shown: list[str] = []
    add(settings, start, lambda lines: not shown.extend(lines), lambda text: None)
    return shown


def spec(settings: Settings) -> Path:
    return home(settings, "knots").specs / "knots" / "kernel.json"


def test_a_course_gets_its_kernel_and_its_notebooks(settings: Settings, lock: str, tmp_path: Path) -> None:
    shown = added(settings, From(str(course(tmp_path / "c", lock))))
    assert any("1 packages, ipykernel" in line for line in shown)
    assert any("licence MIT" in line for line in shown)
    assert sorted(tree(settings.notebooks)) == ["knots/a.ipynb", "knots/b.ipynb"]
    python = json.loads(spec(settings).read_text())["argv"][0]
    told = subprocess.run(
        [python, "-c", "import ipykernel; print(ipykernel.NAME)"], capture_output=True, text=True
    )
    assert told.stdout == "ipykernel\n"
    assert [each.title for each, _ in find_courses(settings).courses] == ["Knots"]


def test_whoever_does_not_agree_gets_nothing(settings: Settings, lock: str, tmp_path: Path) -> None:
    with pytest.raises(WorkshopError, match="nothing was added"):
        add(settings, From(str(course(tmp_path / "c", lock))), lambda lines: False, lambda text: None)
    assert not tree(settings.notebooks) and not find_courses(settings).courses


def test_removing_keeps_what_was_edited(settings: Settings, lock: str, tmp_path: Path) -> None:
    source = course(tmp_path / "c", lock)
    added(settings, From(str(source)))
    mine = settings.notebooks / "knots" / "a.ipynb"
    mine.write_bytes(notebook("my own"))
    remove(settings, "knots")
    assert tree(settings.notebooks) == {"knots/a.ipynb": notebook("my own")}
    assert not spec(settings).exists() and not home(settings, "knots").folder.exists()
    # Added again, the edit is still there, and the other one is delivered.
    added(settings, From(str(source)))
    assert mine.read_bytes() == notebook("my own")
    assert (settings.notebooks / "knots" / "b.ipynb").is_file()


def test_an_untouched_course_leaves_no_folder(settings: Settings, lock: str, tmp_path: Path) -> None:
    added(settings, From(str(course(tmp_path / "c", lock))))
    remove(settings, "knots")
    assert not (settings.notebooks / "knots").exists()


def test_news_come_and_edits_stay(settings: Settings, lock: str, tmp_path: Path) -> None:
    source = course(tmp_path / "c", lock)
    added(settings, From(str(source)))
    (settings.notebooks / "knots" / "a.ipynb").write_bytes(notebook("mine"))
    assert update(settings, "knots", print)[1] is None
    course(source, lock, a=notebook("1"), b=notebook("new"))
    report = update(settings, "knots", print)[1]
    assert report is not None and [each.path for each in report.files] == ["b.ipynb"]
    assert (settings.notebooks / "knots" / "a.ipynb").read_bytes() == notebook("mine")
    assert b"new" in (settings.notebooks / "knots" / "b.ipynb").read_bytes()


def test_a_new_lock_makes_a_new_environment(settings: Settings, lock: str, tmp_path: Path) -> None:
    source = course(tmp_path / "c", lock)
    added(settings, From(str(source)))
    course(source, lock + wheel(tmp_path / "wheels", "rope"))
    update(settings, "knots", print)
    python = json.loads(spec(settings).read_text())["argv"][0]
    assert subprocess.run([python, "-c", "import rope"], check=False).returncode == 0
    assert len(list((home(settings, "knots").folder / "venvs").iterdir())) == 1


def test_a_faulty_update_leaves_the_course_as_it_was(settings: Settings, lock: str, tmp_path: Path) -> None:
    source = course(tmp_path / "c", lock)
    added(settings, From(str(source)))
    before = tree(home(settings, "knots").files)
    course(source, lock.replace("1.0", "2.0"), a=notebook("new"))
    with pytest.raises(WorkshopError, match="install the packages of the kernel knots"):
        update(settings, "knots", print)
    assert tree(home(settings, "knots").files) == before and spec(settings).is_file()


@pytest.mark.parametrize("what", ["hash", "source", "missing"])
def test_packages_come_as_wheels_with_the_right_hash_or_not_at_all(
    settings: Settings, lock: str, tmp_path: Path, what: str
) -> None:
    if what == "hash":
        lock = lock[:-2] + ("0" if lock[-2] != "0" else "1") + "\n"
    elif what == "source":
        archive = tmp_path / "wheels" / "rope-1.0.tar.gz"
        archive.write_bytes(b"run me")
        lock += f"rope==1.0 --hash=sha256:{hashlib.sha256(b'run me').hexdigest()}\n"
    else:
        lock += f"rope==1.0 --hash=sha256:{'0' * 64}\n"
    with pytest.raises(WorkshopError, match="install the packages of the kernel knots") as told:
        added(settings, From(str(course(tmp_path / "c", lock))))
    assert "\n" not in str(told.value)
    assert not tree(settings.notebooks) and not spec(settings).exists()
    assert not home(settings, "knots").folder.exists()


def test_two_courses_of_one_name_are_refused(settings: Settings, lock: str, tmp_path: Path) -> None:
    added(settings, From(str(course(tmp_path / "c", lock))))
    with pytest.raises(WorkshopError, match=r"there is a course knots already, from .*/c;"):
        added(settings, From(str(course(tmp_path / "other", lock))))
    assert len(find_courses(settings).courses) == 1


def test_what_is_added_twice_gets_its_news(
    settings: Settings, lock: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cli, "load_settings", lambda: settings)
    source = course(tmp_path / "c", lock)

    def told() -> Any:
        done = CliRunner().invoke(cli.app, ["add", str(source), "--yes", "--json"])
        assert done.exit_code == 0, done.output
        return json.loads(done.stdout)["changed"]

    assert [told(), told()] == [True, False]
    course(source, lock, a=notebook("new"))
    assert told() is True
    assert b"new" in (settings.notebooks / "knots" / "a.ipynb").read_bytes()


def test_a_folder_of_the_participants_is_not_taken(settings: Settings, lock: str, tmp_path: Path) -> None:
    (settings.notebooks / "knots").mkdir()
    with pytest.raises(WorkshopError, match="does not belong to a course"):
        added(settings, From(str(course(tmp_path / "c", lock))))


def test_of_a_whole_course_participants_get_all_but_what_its_file_names(
    settings: Settings, lock: str, tmp_path: Path
) -> None:
    whole = COURSE.replace('"lessons"', '"."').replace("[kernel", 'pages = "web"\n[kernel', 1)
    source = course(tmp_path / "c", lock, whole)
    (source / "web").mkdir()
    (source / "web/index.html").write_text("pages")
    (source / "rope.csv").write_text("1,2")
    added(settings, From(str(source)))
    assert sorted(tree(settings.notebooks)) == [
        "knots/lessons/a.ipynb", "knots/lessons/b.ipynb", "knots/rope.csv",
    ]  # fmt: skip


def unsigned(course: Path) -> From:
    """Return a course in a repository, of which no revision is signed, and a publisher's keys."""
    key = new_key(course.parent / "keys", "own")
    git = ["git", "-c", "user.name=o", "-c", "user.email=o@x"]
    for words in (["init", "-q"], ["add", "."], ["commit", "-qm", "x"]):
        subprocess.run([*git, *words], cwd=course, check=True)
    return From(f"file://{course}", signers=allowed_signers(course.parent / "signers", key))


def too_large(course: Path) -> From:
    with (course / "lessons/film.mp4").open("wb") as file:
        file.truncate(64_000_001)
    return From(str(course))


def badly_named(course: Path) -> From:
    (course / "lessons/wh\\at.ipynb").write_bytes(notebook("1"))
    return From(str(course))


def with_link(course: Path) -> From:
    (course / "lessons/passwords.txt").symlink_to("/etc/passwd")
    return From(str(course))


def unlocked(course: Path) -> From:
    """Return a course in a repository whose author forgot to commit the lock."""
    start = unsigned(course)
    subprocess.run(["git", "rm", "-q", "--cached", "knots.txt"], cwd=course, check=True)
    git = ["git", "-c", "user.name=o", "-c", "user.email=o@x"]
    subprocess.run([*git, "commit", "-qm", "y"], cwd=course, check=True)
    return From(start.source)


def plain(course: Path) -> From:
    (course / "course.toml").unlink()
    return From(unsigned(course).source)


@pytest.mark.parametrize(
    ("spoil", "fault"),
    [
        (unlocked, r"no lock knots\.txt; run 'workshop course lock FOLDER'$"),
        (plain, r"^file://.*/c has no course\.toml; 'workshop course new FOLDER' makes"),
        (with_link, r"lessons/passwords\.txt of the course was refused: .* link"),
        (too_large, r"lessons/film\.mp4 of the course was refused: it is larger than 64 MB"),
        (badly_named, r"lessons/wh.*at\.ipynb of the course was refused: its name"),
        (unsigned, r"\(\w+\) is not signed; nothing was changed; ask the organiser$"),
        (lambda course: From(f"{course}-missing"), "no folder .*-missing; name a course's folder or git"),
        (lambda course: From(str(course / "lessons")), r"has no course\.toml; 'workshop course new"),
    ],
)
def test_what_cannot_be_added_is_one_sentence_and_nothing_stays(
    settings: Settings, lock: str, tmp_path: Path, spoil: Callable[[Path], From], fault: str
) -> None:
    with pytest.raises(WorkshopError, match=fault) as told:
        added(settings, spoil(course(tmp_path / "c", lock)))
    assert "\n" not in str(told.value)
    assert not tree(settings.notebooks) and not home(settings, "knots").folder.exists()


def test_two_courses_do_not_share_a_kernel(settings: Settings, lock: str, tmp_path: Path) -> None:
    second = f'{COURSE}[kernel.knots-two]\ndisplay = "2"\nlock = "knots.txt"\n'
    added(settings, From(str(course(tmp_path / "c", lock, second))))
    text = COURSE.replace('name = "knots"', 'name = "knots-two"').replace("kernel.knots", "kernel.knots-two")
    other = course(tmp_path / "d", lock, text, a=notebook("1", kernel="knots-two"))
    with pytest.raises(WorkshopError, match="the course knots already has a kernel called knots-two"):
        added(settings, From(str(other)))
    assert [each.name for each, _ in find_courses(settings).courses] == ["knots"]


def test_an_update_is_undone_by_the_command_that_it_prints(
    settings: Settings, lock: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cli, "load_settings", lambda: settings)
    source = course(tmp_path / "c", lock)
    added(settings, From(str(source)))
    course(source, lock, a=notebook("new"))
    told = CliRunner().invoke(cli.update_app, ["knots"]).output.replace("\n", " ")
    (command,) = re.findall("'workshop (update undo .*?)' puts them back", told)
    subprocess.run([sys.executable, "-m", "workshop", *shlex.split(command)], check=True)
    assert (settings.notebooks / "knots/a.ipynb").read_bytes() == notebook("1")


@pytest.mark.parametrize("word", ["new", "lock", "check"])
def test_what_authors_need_is_named_where_it_is_missing(word: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cli, "find_added", lambda group: {})
    told = CliRunner().invoke(cli.app, [word, "folder", "--yes"]).exception
    assert f"'tools/workshop course {word}' in a checkout" in str(told)


def test_data_comes_by_its_hash(settings: Settings, lock: str, tmp_path: Path) -> None:
    right = hashlib.sha256(b"hemp").hexdigest()
    catalogue = (
        "datasets: [{name: ropes, purpose: p, licence: l, credit: c, "
        f"files: [{{name: r.txt, sha256: {right}, bytes: 4}}], "
        "sources: [{kind: url, url: 'https://example.org/{file}'}]}]\n"
    )
    source = course(tmp_path / "c", lock, COURSE.replace("[kernel", 'catalogue = "data.yml"\n[kernel', 1))
    (source / "data.yml").write_text(catalogue)
    cached = settings.cache / "data" / "ropes" / "r.txt"
    cached.parent.mkdir(parents=True)
    cached.write_bytes(b"HEMP")
    with pytest.raises(WorkshopError, match="data set ropes is not available"):
        added(settings, From(str(source)))
    cached.write_bytes(b"hemp")
    assert any("data ropes" in line for line in added(settings, From(str(source))))
    folder = Path(json.loads(spec(settings).read_text())["env"]["COURSE_DATA"])
    assert (folder / "ropes" / "r.txt").read_bytes() == b"hemp"


def test_one_publishers_key_does_not_sign_anothers_course(
    settings: Settings, lock: str, tmp_path: Path
) -> None:
    own, others = (new_key(tmp_path / "keys", name) for name in ("own", "others"))
    publisher = Organiser(Bed(tmp_path / "c", tmp_path / "m", tmp_path / "s"), own)
    course(publisher.folder, lock)
    publisher.release("v1")
    keys = allowed_signers(tmp_path / "signers", own)
    added(settings, From(publisher.url, signers=keys))
    course(publisher.folder, lock, a=notebook("theirs"))
    publisher.key = others
    publisher.release("v2")
    told: list[str] = []
    assert update(settings, "knots", told.append)[1] is None
    assert "v2" in told[0]  # why it waits
    assert b"theirs" not in (settings.notebooks / "knots" / "a.ipynb").read_bytes()
    publisher.key = own
    course(publisher.folder, lock, a=notebook("ours"))
    publisher.release("v3")
    assert update(settings, "knots", print)[1] is not None
    assert b"ours" in (settings.notebooks / "knots" / "a.ipynb").read_bytes()


def test_keys_that_are_named_later_count_from_then_on(
    settings: Settings, lock: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cli, "load_settings", lambda: settings)
    own, others = (new_key(tmp_path / "keys", name) for name in ("own", "others"))
    publisher = Organiser(Bed(tmp_path / "c", tmp_path / "m", tmp_path / "s"), own)
    course(publisher.folder, lock)
    publisher.release("v1")

    def told(*words: str, keys: str = "") -> Any:
        done = CliRunner().invoke(cli.app, ["add", publisher.url, "--yes", "--json", *words], input=keys)
        return json.loads(done.stdout) if done.exit_code == 0 else done.exception

    def is_signed() -> bool:
        return find_courses(settings).courses[0][1].signed

    told()
    assert not is_signed()
    assert "contains no key" in str(told("--allowed-signers", "-", keys="hello"))
    assert not is_signed()
    keys = allowed_signers(tmp_path / "signers", own).read_text()
    told("--allowed-signers", "-", keys=keys)
    assert is_signed()
    course(publisher.folder, lock, a=notebook("theirs"))
    publisher.key = others
    publisher.release("v2")
    assert told()["changed"] is False  # and nobody takes the keys away by naming none
    # Set-up names others: the organiser has handed the course over.
    told("--allowed-signers", "-", keys=allowed_signers(tmp_path / "signers", others).read_text())
    assert b"theirs" in (settings.notebooks / "knots" / "a.ipynb").read_bytes()


def test_a_seat_gets_courses_and_their_news_and_keeps_its_edits(
    settings: Settings, lock: str, tmp_path: Path
) -> None:
    source = course(tmp_path / "c", lock)
    added(settings, From(str(source)))
    seat, state = tmp_path / "seat/notebooks", tmp_path / "seat/state"
    assert deliver_all(settings, seat, state) == []
    assert sorted(tree(seat)) == ["knots/a.ipynb", "knots/b.ipynb"]
    (seat / "knots/a.ipynb").write_bytes(notebook("my own", "2"))
    course(source, lock, a=notebook("1", "new"), b=notebook("new"))
    update(settings, "knots", print)
    assert deliver_all(settings, seat, state) == []
    assert b"my own" in (seat / "knots/a.ipynb").read_bytes()
    assert b"new" in (seat / "knots/b.ipynb").read_bytes()
    remove(settings, "knots")
    before = tree(seat)
    assert deliver_all(settings, seat, state) == []
    assert tree(seat) == before


def test_a_seat_starts_without_the_news_that_cannot_be_brought(
    settings: Settings, lock: str, tmp_path: Path
) -> None:
    added(settings, From(str(course(tmp_path / "c", lock))))
    (tmp_path / "state").write_text("in the way")
    (fault,) = deliver_all(settings, tmp_path / "seat", tmp_path / "state")
    assert fault.startswith("the course knots brings no news here: ") and "\n" not in fault


def test_an_unknown_course_is_named_with_those_that_there_are(settings: Settings) -> None:
    with pytest.raises(WorkshopError, match="no course 'x' here; there are: none"):
        remove(settings, "x")


def test_the_start_page_gets_lessons_and_plans(settings: Settings, lock: str, tmp_path: Path) -> None:
    plan = (
        '[[plan]]\nname = "day"\ntitle = "A day"\nminutes = 30\n'
        'item = [{lesson = "a", minutes = 20}, {title = "A break", minutes = 10}]\n'
    )
    assert courses_shown(settings) == []
    added(settings, From(str(course(tmp_path / "c", lock, f"{COURSE}{plan}"))))
    (shown,) = courses_shown(settings)
    assert [each["path"] for each in shown["lessons"]] == ["knots/a.ipynb", "knots/b.ipynb"]
    assert [item["minutes"] for item in shown["plans"][0]["items"]] == [20, 10]
    (home(settings, "knots").files / "course.toml").write_text("name = ")
    assert courses_shown(settings) == []
