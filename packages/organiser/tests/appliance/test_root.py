"""The bare root: made once, whole or not at all, by the distribution's own tool."""

from __future__ import annotations

from pathlib import Path

import pytest

from organiser.appliance import root as roots


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, ...]]:
    """The commands; mmdebstrap and dnf make the folder that they are told."""
    commands: list[tuple[str, ...]] = []

    def run(program: str, *words: str | Path, **_: object) -> str:
        commands.append((program, *map(str, words)))
        if program == "apt-config":
            return 'Acquire::http::Proxy "http://proxy:3128";\nAcquire::https::Proxy "";\nAPT::Other "1";\n'
        for word in map(str, words):
            folder = word.removeprefix("--installroot=")
            if folder.endswith("root.partial"):
                (Path(folder) / "etc").mkdir(parents=True)
        return ""

    monkeypatch.setattr(roots.programs, "run", run)
    monkeypatch.setattr(roots.shutil, "which", lambda _: "/usr/bin/it")
    return commands


def test_debian_comes_through_the_hosts_proxy_without_manuals(
    tmp_path: Path, told: list[tuple[str, ...]]
) -> None:
    assert roots.ensure_root(tmp_path / "root", "debian", "http://mirror.example/debian")
    command = told[-1]
    assert command[0] == "mmdebstrap"
    assert command[-3:] == ("trixie", str(tmp_path / "root.partial"), "http://mirror.example/debian")
    assert '--aptopt=Acquire::http::Proxy "http://proxy:3128";' in command
    assert not any("https::Proxy" in word or "APT::Other" in word for word in command)
    assert "--dpkgopt=path-include=/usr/share/doc/*/copyright" in command
    assert (tmp_path / "root/etc").is_dir()


def test_a_finished_root_is_used_again_and_half_of_one_is_not(
    tmp_path: Path, told: list[tuple[str, ...]]
) -> None:
    (tmp_path / "root.partial/usr").mkdir(parents=True)
    assert roots.ensure_root(tmp_path / "root", "debian")
    assert not (tmp_path / "root/usr").exists()
    told.clear()
    assert not roots.ensure_root(tmp_path / "root", "debian")
    assert told == []
