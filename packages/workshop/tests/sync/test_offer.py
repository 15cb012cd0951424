import pytest

from workshop.errors import WorkshopError
from workshop.sync.source import Origin, read_repository
from workshop.sync.trust import Trust

from .bed import Bed, notebook
from .organiser import Organiser

ANYBODY = Trust(allow_unsigned=True)


@pytest.fixture
def organiser(bed: Bed) -> Organiser:
    organiser = Organiser(bed)
    organiser.commit(a_ipynb=notebook("1"))
    return organiser


def test_nothing_new_brings_nothing(organiser: Organiser, bed: Bed) -> None:
    organiser.sync()
    before = {file for file in bed.state.rglob("*") if file.is_file()}
    assert organiser.sync().files == []
    assert {file for file in bed.state.rglob("*") if file.is_file()} == before
    bed.edit("a.ipynb", None)
    assert organiser.actions() == {"a.ipynb": "restored"}


def test_a_damaged_record_of_trust_is_said(organiser: Organiser, bed: Bed) -> None:
    organiser.sync()
    (bed.state / "trust.json").write_text("{")
    with pytest.raises(WorkshopError, match="delete it to trust the source afresh"):
        organiser.sync()


def test_a_passing_look_leaves_no_trace(organiser: Organiser, bed: Bed) -> None:
    source = read_repository(
        Origin(organiser.url, organiser.url), "notebooks", None, bed.state, ANYBODY, keep=False
    )
    assert source.files["a.ipynb"].data == notebook("1")
    assert not bed.state.exists()


def test_a_mirror_that_was_lost_is_made_again(organiser: Organiser, bed: Bed) -> None:
    import shutil

    organiser.sync()
    shutil.rmtree(bed.state / "mirror")
    organiser.commit(a_ipynb=notebook("2"))
    assert organiser.actions() == {"a.ipynb": "updated"}


@pytest.mark.parametrize(
    "host", ["example.org", "localhost.example.org", "127.0.0.1.example.org", "127.0.0.1@example.org", "[::1"]
)
def test_plain_http_needs_signatures(bed: Bed, host: str) -> None:
    with pytest.raises(WorkshopError, match="use https, or signatures"):
        read_repository(
            Origin(f"http://{host}/x", f"http://{host}/x"),
            "notebooks",
            None,
            bed.state,
            ANYBODY,
            keep=True,
        )
