from pathlib import Path

import pytest

from workshop.core.errors import WorkshopError
from workshop.sync.request import Request, perform
from workshop.sync.source import is_address

from .bed import Bed, notebook
from .organiser import Organiser


def test_addresses_and_paths() -> None:
    for address in ("https://x/y", "git@host.org:y.git", "file:///y", "nonsense://x"):
        assert is_address(address)
    for path in ("/media/stick", "folder", "./a:b", "C"):
        assert not is_address(path)


def test_a_stick_that_is_not_there(bed: Bed, tmp_path: Path) -> None:
    with pytest.raises(WorkshopError, match="plug the stick in"):
        perform(Request(str(tmp_path / "stick"), bed.mine, bed.state))


def test_a_checkout_is_a_folder_unless_signatures_are_wanted(bed: Bed) -> None:
    organiser = Organiser(bed)
    organiser.commit(a_ipynb=notebook("1"))
    bed.publish(b_ipynb=notebook("not committed"))
    report = perform(Request(str(bed.upstream), bed.mine, bed.state, allow_unsigned=True))
    assert [each.path for each in report.files] == ["a.ipynb", "b.ipynb"]
    bare = bed.upstream.with_name("bare.git")
    organiser.git("clone", "--quiet", "--bare", ".", str(bare))
    with pytest.raises(WorkshopError, match="--allowed-signers FILE"):
        perform(Request(str(bare), bed.mine, bed.state))


def test_offline_names_the_revision_that_is_there(bed: Bed, monkeypatch: pytest.MonkeyPatch) -> None:
    organiser = Organiser(bed)
    commit = organiser.commit(a_ipynb=notebook("1"))
    organiser.sync()
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    report = organiser.sync(source="http://127.0.0.1:9/x.git", trust_new_source=True)
    assert (report.offline, report.revision) == (True, commit[:8])
    fresh = Request(
        "http://127.0.0.1:9/x.git", bed.mine.with_name("m"), bed.state.with_name("s"), allow_unsigned=True
    )
    assert perform(fresh).revision == ""
