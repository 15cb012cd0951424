"""apt, played by a stand-in, with a real package."""

from __future__ import annotations

from pathlib import Path

import pytest

from datasets.building import (
    CONTENT,
    fetch,
    stand_in,
)
from datasets.test_archive import deb
from workshop.datasets import deb as module
from workshop.datasets.catalogue import Source
from workshop.datasets.network import Run, UnavailableError, UnreachableError

DEB = Source("deb", ("file.bin",), package="thing", path="usr/share/{file}")


def test_a_file_comes_out_of_a_debian_package(tmp_path: Path, run: Run, monkeypatch) -> None:
    package = deb(tmp_path / "thing.deb", {"usr/share/file.bin": CONTENT})
    body = f"""
        assert sys.argv[1] == "download" and "thing" in sys.argv
        print("Get:1 thing")
        shutil.copy({str(package)!r}, "thing_2_all.deb")
    """
    stand_in(tmp_path, "apt-get", body, monkeypatch)
    assert fetch(DEB, run).read_bytes() == CONTENT


@pytest.mark.parametrize(
    ("line", "kind", "said"),
    [
        ("E: Unable to locate package thing", UnavailableError, "apt knows no package thing"),
        ("Err:1 Temporary failure resolving 'deb'", UnreachableError, "mirror does not answer"),
        ("E: dpkg was interrupted", UnavailableError, "apt failed: E: dpkg was interrupted"),
    ],
)
def test_what_apt_says_is_the_reason(
    tmp_path: Path, run: Run, monkeypatch, line: str, kind: type[Exception], said: str
) -> None:
    stand_in(tmp_path, "dpkg-deb", "", monkeypatch)
    stand_in(tmp_path, "apt-get", f"print({line!r}); sys.exit(100)", monkeypatch)
    with pytest.raises(kind, match=said):
        fetch(DEB, run)


def test_a_machine_without_apt_is_told_so(run: Run, monkeypatch) -> None:
    monkeypatch.setattr(module.shutil, "which", lambda name: None)
    with pytest.raises(UnavailableError, match="only on Debian"):
        fetch(DEB, run)
