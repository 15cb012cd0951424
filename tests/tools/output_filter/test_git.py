"""Notebooks that were run go through git itself: nothing that ran is stored, nothing that ran is lost."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from output_filter.bed import SCRIPT, Repository, code, output_filter, repository, text

A_RAN, A = text(code("a", ran=1)), text(code("a"))


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Repository]:
    """A repository with the filter installed and one clean notebook committed."""
    with repository(tmp_path_factory.mktemp("first")) as made:
        made.script("--install")
        made.write("a.ipynb", A)
        made.commit("first")
        yield made


@pytest.fixture
def repo(first: Repository, tmp_path: Path) -> Iterator[Repository]:
    """A copy of it: to make one takes git and a Python six calls."""
    copy = Repository(tmp_path / "repository", tmp_path / "home")
    for made, folder in ((first.path, copy.path), (first.home, copy.home)):
        shutil.copytree(made, folder, symlinks=True)
    yield copy
    shutil.rmtree(copy.path)


def test_a_notebook_that_ran_leaves_status_and_diff_clean(repo: Repository) -> None:
    path = repo.write("a.ipynb", A_RAN)
    assert repo.git("diff") == ""
    repo.git("add", ".")
    assert repo.git("status", "--porcelain") == ""
    assert path.read_bytes() == A_RAN
    assert repo.stored("a.ipynb") == A


def test_add_stores_no_outputs_and_leaves_the_file(repo: Repository) -> None:
    names = ["b.ipynb", "sub folder/é %f.ipynb", "-x.ipynb", "sub folder/'quoted' \"q\" $HOME.ipynb"]
    for name in names:
        repo.write(name, text(code(name, ran=2)))
    repo.git("add", "--all", folder=repo.path / "sub folder")
    for name in names:
        assert repo.stored(name) == text(code(name))
        assert (repo.path / name).read_bytes() == text(code(name, ran=2))


def test_what_changed_is_seen_in_the_diff_and_outputs_are_not(repo: Repository) -> None:
    repo.write("a.ipynb", text(code("a", ran=1), code("new", ran=2)))
    shown = repo.git("diff")
    assert '+    "new"' in shown
    assert "ran as" not in shown


def test_outputs_of_old_commits_are_not_shown(repo: Repository) -> None:
    repo.write(".git/info/attributes", b"")
    repo.write("old.ipynb", text(code("old", ran=1)))
    repo.commit("with outputs")
    assert b"ran as" in repo.stored("old.ipynb", "HEAD")
    repo.script("--install")
    assert "ran as" not in repo.git("log", "--patch")
    assert "ran as" in repo.git("log", "--patch", "--no-textconv")
    repo.git("add", "--renormalize", ".")
    repo.git("commit", "--quiet", "--message", "without")
    assert repo.stored("old.ipynb", "HEAD") == text(code("old"))


def test_a_hundred_notebooks_go_through_one_process(repo: Repository) -> None:
    for number in range(100):
        repo.write(f"n{number}.ipynb", text(code(f"n{number}", ran=number)))
    log = repo.path.parent / "calls"
    name = "filter.dropoutput_ipynb.process"
    repo.git("config", name, f"echo >>'{log}'; {repo.git('config', name).strip()}")
    repo.git("add", ".")
    assert log.read_text() == "\n"
    for number in range(100):
        assert repo.stored(f"n{number}.ipynb") == text(code(f"n{number}"))


def test_checkout_and_clone_write_what_is_stored(repo: Repository, tmp_path: Path) -> None:
    repo.write("a.ipynb", A_RAN)
    repo.git("add", ".")
    (repo.path / "a.ipynb").unlink()
    repo.git("checkout", "--", ".")
    assert (repo.path / "a.ipynb").read_bytes() == A


def test_a_clone_without_the_filter_just_works(repo: Repository, tmp_path: Path) -> None:
    repo.write(".gitattributes", f"{output_filter.ATTRIBUTES}\n".encode())
    repo.commit("attributes")
    clone = Repository(tmp_path / "clone", repo.home)
    repo.git("clone", "--quiet", repo.path, clone.path)
    assert (clone.path / "a.ipynb").read_bytes() == A
    assert clone.git("status", "--porcelain") == ""
    clone.write("a.ipynb", A_RAN)
    assert "ran as 1" in clone.git("diff")
    clone.commit("nobody filters here")
    assert clone.stored("a.ipynb", "HEAD") == A_RAN
    assert clone.script("--status", ok=False).returncode == 1
    clone.script("--install")
    assert clone.script("--status").returncode == 0
    own = clone.path / ".git/info/attributes"
    assert not own.exists() or output_filter.ATTRIBUTES not in own.read_text(encoding="utf-8")


def diverge(repo: Repository) -> None:
    """Make a branch with another last cell; on main the first cell changes."""
    repo.write("a.ipynb", text(code("a", ran=1), code("m1"), code("m2"), code("m3"), code("z", ran=2)))
    repo.commit("base")
    repo.git("branch", "other")
    repo.write("a.ipynb", text(code("A", ran=7), code("m1"), code("m2"), code("m3"), code("z", ran=8)))
    repo.commit("first cell")
    repo.git("checkout", "--quiet", "other")
    repo.write("a.ipynb", text(code("a", ran=3), code("m1"), code("m2"), code("m3"), code("Z", ran=4)))
    repo.commit("last cell")


BOTH = text(code("A"), code("m1"), code("m2"), code("m3"), code("Z"))


@pytest.mark.parametrize("how", ["merge", "rebase"])
def test_branches_come_together_without_conflicts_in_outputs(repo: Repository, how: str) -> None:
    diverge(repo)
    repo.git(how, "--quiet", "main")
    assert repo.stored("a.ipynb", "HEAD") == BOTH
    assert repo.git("status", "--porcelain") == ""


def test_a_notebook_that_ran_stands_in_no_rebases_way_once_it_was_added(repo: Repository) -> None:
    """Without the add git goes by the file's size and wants a commit; it has nothing to store."""
    diverge(repo)
    repo.write("a.ipynb", text(code("a", ran=5), code("m1", ran=6), code("m2"), code("m3"), code("Z", ran=7)))
    repo.git("add", "--update")
    repo.git("rebase", "--quiet", "main")
    assert repo.stored("a.ipynb", "HEAD") == BOTH


def test_stash_keeps_edits_and_comes_back(repo: Repository) -> None:
    edited = text(code("a", ran=1), code("new", ran=2))
    repo.write("a.ipynb", edited)
    repo.git("stash", "push", "--quiet")
    assert (repo.path / "a.ipynb").read_bytes() == A
    repo.git("stash", "pop", "--quiet")
    assert (repo.path / "a.ipynb").read_bytes() == output_filter.clean(edited)


def test_worktrees_and_archives_use_the_same_filter(repo: Repository, tmp_path: Path) -> None:
    repo.git("worktree", "add", "--quiet", "-b", "side", tmp_path / "side tree")
    side = Repository(tmp_path / "side tree", repo.home)
    side.write("sub/b.ipynb", text(code("b", ran=1)))
    side.git("add", ".", folder=side.path / "sub")
    assert side.stored("sub/b.ipynb") == text(code("b"))
    assert side.script("--status", folder=side.path / "sub").returncode == 0
    side.commit("b")
    repo.git("archive", "--output", tmp_path / "a.tar", "side")


def test_the_repository_may_be_moved(repo: Repository, tmp_path: Path) -> None:
    moved = Repository(tmp_path / "mo v'ed %f", repo.home)
    shutil.move(repo.path, moved.path)
    moved.write("a.ipynb", text(code("b", ran=1)))
    moved.git("add", ".")
    assert moved.stored("a.ipynb") == text(code("b"))
    shutil.move(moved.path, repo.path)


def test_a_commit_without_the_script_can_be_checked_out(tmp_path: Path) -> None:
    with repository(tmp_path) as repo:
        repo.write("a.ipynb", A)
        first = repo.commit("no script yet")
        script = repo.write("tools/copied.py", SCRIPT.read_bytes())
        repo.run(sys.executable, script, "--install")
        repo.commit("script")
        repo.git("checkout", "--quiet", first)
        assert not script.exists()
        repo.write("a.ipynb", A_RAN)
        assert repo.git("diff") == ""
        repo.git("checkout", "--quiet", "main")


def test_git_without_long_running_filters_uses_the_one_shot(repo: Repository) -> None:
    repo.git("config", "--unset", "filter.dropoutput_ipynb.process")
    repo.write("it's % f.ipynb", text(code("b", ran=1)))
    repo.git("add", ".")
    assert repo.stored("it's % f.ipynb") == text(code("b"))
    repo.write("broken.ipynb", b"{")
    done = repo.run("git", "add", ".")
    assert "broken.ipynb: stored as it is" in done.stderr
    assert repo.stored("broken.ipynb") == b"{"


def test_what_is_no_notebook_is_committed_with_one_warning(repo: Repository) -> None:
    repo.write("broken.ipynb", b'{"cells": [')
    done = repo.run("git", "add", ".")
    assert len(done.stderr.splitlines()) == 1
    assert "dropoutput_ipynb: broken.ipynb: stored as it is, because it is no notebook" in done.stderr
    assert repo.stored("broken.ipynb") == b'{"cells": ['


def test_line_ends_that_git_converts_are_left_to_git(repo: Repository) -> None:
    repo.git("config", "core.autocrlf", "true")
    repo.write("b.ipynb", text(code("b", ran=1)).replace(b"\n", b"\r\n"))
    repo.run("git", "add", ".")
    assert repo.stored("b.ipynb") == text(code("b"))


@pytest.mark.parametrize("moment", ["at once", "in the middle"])
def test_a_filter_that_is_killed_stops_git_with_a_clear_line(repo: Repository, moment: str) -> None:
    die = "import signal; os.kill(os.getpid(), signal.SIGKILL)"
    place, when = {
        "at once": ("    words = sys.argv[1:]\n", ""),
        "in the middle": ("        run = COMMANDS.get(", "    if b'n3' in fields[b'pathname']: "),
    }[moment]
    killer = repo.path.parent / "killed.py"
    source = SCRIPT.read_text(encoding="utf-8").replace(place, f"    {when}{die}\n{place}")
    assert die in source
    killer.write_text(source, encoding="utf-8")
    repo.git("config", "filter.dropoutput_ipynb.process", f"'{sys.executable}' '{killer}' process")
    before = repo.git("ls-files", "--stage")
    for number in range(6):
        repo.write(f"n{number}.ipynb", text(code(f"n{number}", ran=1)))
    done = repo.run("git", "add", ".", ok=False)
    assert done.returncode == 128
    clear = {
        "at once": "fatal: the remote end hung up unexpectedly",
        "in the middle": "fatal: n3.ipynb: clean filter 'dropoutput_ipynb' failed",
    }
    assert [line for line in done.stderr.splitlines() if line.startswith("fatal")] == [clear[moment]]
    assert "Traceback" not in done.stderr
    assert repo.git("ls-files", "--stage") == before
    for number in range(6):
        assert (repo.path / f"n{number}.ipynb").read_bytes() == text(code(f"n{number}", ran=1))
    repo.script("--install")
    repo.git("add", ".")
    assert repo.stored("n3.ipynb") == text(code("n3"))
