"""A course is added, brought up to date and removed; edits stay; nothing is left of one that failed."""

import hashlib
import json
import subprocess
from pathlib import Path

import pytest
from sync.bed import Bed
from sync.organiser import Organiser, allowed_signers, new_key

from courses.making import COURSE, course, machine, notebook, tree, wheel
from workshop.core.errors import WorkshopError
from workshop.core.settings import Settings
from workshop.courses.changing import From, add, remove, update
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
    with pytest.raises(WorkshopError, match="kernel knots cannot be had"):
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
    with pytest.raises(WorkshopError, match="kernel knots cannot be had") as told:
        added(settings, From(str(course(tmp_path / "c", lock))))
    assert "\n" not in str(told.value)
    assert not tree(settings.notebooks) and not spec(settings).exists()
    assert not home(settings, "knots").folder.exists()


def test_two_courses_of_one_name_are_refused(settings: Settings, lock: str, tmp_path: Path) -> None:
    added(settings, From(str(course(tmp_path / "c", lock))))
    with pytest.raises(WorkshopError, match=r"there is a course knots already, from .*/c;"):
        added(settings, From(str(course(tmp_path / "other", lock))))
    assert len(find_courses(settings).courses) == 1


def test_a_folder_of_the_participants_is_not_taken(settings: Settings, lock: str, tmp_path: Path) -> None:
    (settings.notebooks / "knots").mkdir()
    with pytest.raises(WorkshopError, match="was not made by a course"):
        added(settings, From(str(course(tmp_path / "c", lock))))


def test_a_link_in_a_course_is_refused(settings: Settings, lock: str, tmp_path: Path) -> None:
    source = course(tmp_path / "c", lock)
    (source / "lessons" / "passwords.txt").symlink_to("/etc/passwd")
    with pytest.raises(WorkshopError, match=r"passwords\.txt of the course cannot be taken: .* link"):
        added(settings, From(str(source)))


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
    with pytest.raises(WorkshopError, match="data set ropes cannot be had"):
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
