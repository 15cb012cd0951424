"""A release goes on where it was killed, and names each file once."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from organiser.release import steps
from organiser.release.page import download_page
from organiser.release.steps import Release, Step, prepare
from organiser.thumbdrive.names import SUMS
from organiser.thumbdrive.sums import parse_sums
from workshop.core.errors import WorkshopError

FILES = ("workshop-1.ova", "workshop-1-arm64.utm.zip", "workshop-1.wsl", "workshop-1.oci.tar")
BOM = {
    "components": [
        {"name": "b", "version": "2", "licenses": [{"license": {"id": "MIT"}}]},
        {"name": "a", "version": "1", "licenses": [{"expression": "BSD-3-Clause OR MIT"}]},
        {"name": "c", "version": "3"},
    ]
}


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    folder = tmp_path / "checkout"
    folder.mkdir()
    (folder / "CHANGELOG.md").write_text("# Changes\n\n## [2.0]\n\n- Better.\n\n## [1.0]\n\n- First.\n")
    for words in (
        ("init", "-q"),
        ("add", "."),
        ("-c", "user.name=a", "-c", "user.email=a@b", "commit", "-qm", "1"),
    ):
        subprocess.run(["git", "-C", folder, *words], check=True)
    return folder


@pytest.fixture
def called() -> list[str]:
    return []


@pytest.fixture
def some(called: list[str]) -> list[Step]:
    """The steps, whose builders only leave files."""

    def stands_in(name: str) -> Callable[[Release, Callable[[str], None]], None]:
        def run(release: Release, _: Callable[[str], None]) -> None:
            called.append(name)
            if name == "appliance":
                for file in FILES:
                    (release.output / file).write_text(file)
                (release.output / "workshop-1.sbom.cdx.json").write_text(json.dumps(BOM))

        return run

    return [
        step if step.name in steps.ALWAYS else Step(step.name, step.makes, stands_in(step.name))
        for step in steps.STEPS
    ]


def test_what_ended_before_is_not_done_again(
    checkout: Path, tmp_path: Path, some: list[Step], called: list[str]
) -> None:
    release = Release(checkout, tmp_path / "out", ("amd64",))

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    broken = [Step(step.name, step.makes, killed) if step.name == "image" else step for step in some]
    with pytest.raises(KeyboardInterrupt):
        prepare(release, lambda _: None, broken)
    assert called == ["wheels", "manual", "appliance"]
    done = prepare(release, lambda _: None, some)
    assert done.before == ["wheels", "manual", "appliance"]
    assert called == ["wheels", "manual", "appliance", "image", "verify", "stick"]
    (checkout / "new").write_text("a new commit makes all of it anew")
    with pytest.raises(WorkshopError, match="uncommitted changes"):
        prepare(release, lambda _: None, some)
    subprocess.run(["git", "-C", checkout, "add", "."], check=True)
    commit = ("-c", "user.name=a", "-c", "user.email=a@b", "commit", "-qm", "2")
    subprocess.run(["git", "-C", checkout, *commit], check=True)
    assert prepare(release, lambda _: None, some).before == []
    assert len([folder for folder in (tmp_path / "out").iterdir() if (folder / SUMS).exists()]) == 2


def test_each_published_file_has_its_hash_and_the_page_names_it(
    checkout: Path, tmp_path: Path, some: list[Step]
) -> None:
    # In the checkout, where its own files are no changes.
    release = Release(checkout, checkout / "out", ("amd64",), without=("stick",))
    prepare(release, lambda _: None, some)
    done, out = prepare(release, lambda _: None, some), release.output
    listed = parse_sums((out / SUMS).read_bytes(), "test")
    assert {*FILES, "index.html", "NOTES.md", "LICENCES.tsv"} <= set(listed)
    assert not any(name.startswith(".") for name in listed)
    page = (out / "index.html").read_text()
    assert all(f'"{name}"' in page or f" {name}<" in page for name in FILES)
    assert (out / "NOTES.md").read_text() == "# 2.0\n\n- Better.\n"
    assert (out / "LICENCES.tsv").read_text().splitlines()[1:] == [
        "a\t1\tBSD-3-Clause OR MIT",
        "b\t2\tMIT",
        "c\t3\tnot stated",
    ]
    assert any("stick" in line for line in done.left)
    assert any("--sign-with" in line for line in done.left)


def test_a_computer_without_a_file_is_said_so_and_names_are_escaped() -> None:
    page = download_page("1<2", ["workshop-1.ova"])
    assert page.count("not in this release") == 2  # Macs and Windows on Arm
    assert "1&lt;2" in page
    assert "docker" not in page


def test_a_step_that_fails_ends_the_release_in_one_line(tmp_path: Path) -> None:
    with pytest.raises(WorkshopError, match="ended with 3; run the release again"):
        steps.command("sh", "-c", "exit 3", cwd=tmp_path)


def test_a_stick_gets_machines_and_no_image(
    checkout: Path, tmp_path: Path, some: list[Step], monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[str] = []
    monkeypatch.setattr(steps, "command", lambda *words, cwd: said.extend(map(str, words)))
    stick = [step for step in steps.STEPS if step.name == "stick"]
    prepare(
        Release(checkout, tmp_path / "out", ("amd64",)),
        lambda _: None,
        [step for step in some if step.name == "appliance"] + stick,
    )
    assert sum(word == "--appliance" for word in said) == 3
    assert not any(word.endswith(".oci.tar") for word in said)
