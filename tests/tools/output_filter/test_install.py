"""One command installs, checks and removes the filter, and leaves what is somebody else's."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from output_filter.bed import SCRIPT, Repository, code, output_filter, repository, text

SETTINGS = ["clean", "process", "required", "smudge"]


@pytest.fixture
def repo(tmp_path: Path) -> Iterator[Repository]:
    with repository(tmp_path, "a re'po %f") as made:
        yield made


def settings(repo: Repository) -> dict[str, str]:
    done = repo.run("git", "config", "--get-regexp", "dropoutput_ipynb", ok=False)
    return dict(line.split(" ", 1) for line in done.stdout.splitlines())


def add_and_read(repo: Repository) -> bytes:
    repo.write("a.ipynb", text(code("a", ran=1)))
    repo.git("add", "a.ipynb")
    return repo.stored("a.ipynb")


def snapshot(repo: Repository) -> dict[str, bytes]:
    """Return the files that an installation could touch."""
    places = [repo.path / ".git/config", repo.home]
    files = [each for place in [*places, repo.path / ".git/info"] for each in [place, *place.rglob("*")]]
    return {str(each): each.read_bytes() for each in files if each.is_file()}


def test_install_status_uninstall(repo: Repository) -> None:
    before = snapshot(repo)
    assert repo.script("--status", ok=False).returncode == 1
    assert repo.script("--install").stderr == ""
    assert set(settings(repo)) == {
        *(f"filter.dropoutput_ipynb.{name}" for name in SETTINGS),
        "diff.dropoutput_ipynb.textconv",
    }
    assert settings(repo)["filter.dropoutput_ipynb.required"] == "true"
    shown = repo.script("--status")
    assert "local: installed\n" in shown.stdout
    assert "here: active" in shown.stdout
    assert add_and_read(repo) == text(code("a"))
    assert repo.git("status", "--porcelain") == "A  a.ipynb\n"
    assert "is removed" in repo.script("--uninstall").stdout
    assert repo.script("--status", ok=False).returncode == 1
    assert add_and_read(repo) == text(code("a", ran=1))
    assert snapshot(repo) == before
    assert "was not installed" in repo.script("--uninstall").stdout


def test_installing_again_changes_nothing(repo: Repository) -> None:
    repo.script("--install")
    before = snapshot(repo)
    repo.script("--install")
    assert snapshot(repo) == before


def test_it_installs_from_a_subfolder_and_from_a_worktree(repo: Repository, tmp_path: Path) -> None:
    repo.write("sub/x", b"")
    repo.commit()
    repo.git("worktree", "add", "--quiet", tmp_path / "tree")
    tree = Repository(tmp_path / "tree", repo.home)
    tree.script("--install", folder=tree.path / "sub")
    for each in (repo, tree):
        assert each.script("--status", folder=each.path / "sub").returncode == 0
        assert add_and_read(each) == text(code("a"))
    tree.script("--uninstall")
    assert settings(repo) == {}


def test_the_script_works_when_copied_alone_into_another_repository(repo: Repository) -> None:
    copy = repo.write("my tools/f'il ter.py", SCRIPT.read_bytes())
    repo.run(sys.executable, copy, "--install")
    copy.unlink()
    assert add_and_read(repo) == text(code("a"))


def test_globally_it_works_in_every_repository(repo: Repository, tmp_path: Path) -> None:
    before = snapshot(repo)
    repo.script("--install", "--global", folder=tmp_path)
    assert repo.script("--status", "--global", folder=tmp_path).returncode == 0
    assert repo.script("--status").returncode == 0
    assert add_and_read(repo) == text(code("a"))
    with repository(tmp_path, "another") as other:
        assert add_and_read(other) == text(code("a"))
    repo.script("--uninstall", "--global", folder=tmp_path)
    assert add_and_read(repo) == text(code("a", ran=1))
    assert {name: data for name, data in snapshot(repo).items() if data} == before


def test_other_attributes_stay_byte_for_byte(repo: Repository) -> None:
    for mine in (b"*.png binary", b"# mine\r\n*.png binary\r\n", "*.é text\n".encode()):
        path = repo.write(".git/info/attributes", mine)
        repo.script("--install")
        assert path.read_bytes().startswith(mine)
        assert add_and_read(repo) == text(code("a"))
        repo.script("--uninstall")
        assert path.read_bytes().rstrip() == mine.rstrip()


def test_committed_attributes_are_used_and_stay(repo: Repository) -> None:
    path = repo.write(".gitattributes", f"{output_filter.ATTRIBUTES}\n".encode())
    repo.script("--install")
    assert (
        not (repo.path / ".git/info/attributes").exists()
        or b"ipynb" not in (repo.path / ".git/info/attributes").read_bytes()
    )
    assert add_and_read(repo) == text(code("a"))
    repo.script("--uninstall")
    assert path.read_text(encoding="utf-8") == f"{output_filter.ATTRIBUTES}\n"


@pytest.mark.parametrize("line", ["*.ipynb filter=lfs diff=lfs", "big/*.ipynb filter=lfs"])
def test_another_filter_is_not_pushed_aside(repo: Repository, line: str) -> None:
    repo.write("big/a.ipynb", text())
    repo.git("add", ".")
    repo.write(".gitattributes", f"{line}\n".encode())
    done = repo.script("--install", ok=False)
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1 and "'lfs'" in done.stderr
    assert settings(repo) == {}


def test_global_attributes_with_another_filter_are_not_pushed_aside(repo: Repository) -> None:
    path = repo.home / ".config/git/attributes"
    path.parent.mkdir(parents=True)
    path.write_text("*.ipynb filter=nbstripout\n")
    done = repo.script("--install", "--global", ok=False)
    assert done.returncode == 1 and "'nbstripout'" in done.stderr
    assert path.read_text() == "*.ipynb filter=nbstripout\n"


def test_half_an_installation_is_said_and_mended(repo: Repository) -> None:
    repo.script("--install")
    repo.git("config", "--unset", "filter.dropoutput_ipynb.process")
    done = repo.script("--status", ok=False)
    assert done.returncode == 1
    assert "installed in part; run --install again; missing: filter.dropoutput_ipynb.process" in done.stdout
    repo.script("--install")
    assert repo.script("--status").returncode == 0


def test_an_older_copy_is_said(repo: Repository) -> None:
    repo.script("--install")
    copy = repo.path / ".git/dropoutput_ipynb" / SCRIPT.name
    copy.write_bytes(copy.read_bytes() + b"# older\n")
    assert "another version" in repo.script("--status").stdout
    repo.script("--install")
    assert "another version" not in repo.script("--status").stdout


@pytest.mark.parametrize(
    ("command", "value"),
    [("filter.dropoutput_ipynb.process", "false"), ("filter.dropoutput_ipynb.process", "/no/such/python")],
)
def test_a_filter_that_does_not_work_is_said(repo: Repository, command: str, value: str) -> None:
    repo.script("--install")
    repo.git("config", command, value)
    done = repo.script("--status", ok=False)
    assert done.returncode == 1
    assert "here: not active: git hash-object: " in done.stdout


def test_attributes_that_are_gone_are_said(repo: Repository) -> None:
    repo.script("--install")
    (repo.path / ".git/info/attributes").unlink()
    done = repo.script("--status", ok=False)
    assert done.returncode == 1
    assert "here: not active: git stores a notebook with its outputs" in done.stdout


@pytest.mark.parametrize("word", ["--install", "--uninstall", "--status"])
def test_outside_a_repository_it_says_so_in_one_line(repo: Repository, tmp_path: Path, word: str) -> None:
    done = repo.script(word, folder=tmp_path, ok=False)
    assert done.returncode == 1
    told = (done.stderr + done.stdout).splitlines()
    assert "not a git repository" in told[0] and "--global" in told[0]
    assert len(told) == (2 if word == "--status" else 1)


def test_without_git_it_says_so_in_one_line(repo: Repository) -> None:
    environment = repo.environment | {"PATH": str(repo.home)}
    command = [sys.executable, str(SCRIPT), "--install"]
    done = subprocess.run(
        command, env=environment, cwd=repo.path, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (1, "dropoutput_ipynb: git is not installed, or not on PATH\n")


def test_a_folder_that_cannot_be_written_is_one_line(repo: Repository) -> None:
    (repo.path / ".git/dropoutput_ipynb").write_text("a file where the folder belongs")
    done = repo.script("--install", ok=False)
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1 and "dropoutput_ipynb" in done.stderr
    assert settings(repo) == {}


def test_a_virtual_environment_may_go_away(repo: Repository) -> None:
    repo.script("--install")
    command = settings(repo)["filter.dropoutput_ipynb.process"]
    assert sys.prefix == sys.base_prefix or sys.prefix not in command
