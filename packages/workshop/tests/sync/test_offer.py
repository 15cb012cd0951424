import pytest

from workshop.core.errors import WorkshopError
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


def test_a_damaged_record_of_trust_is_said(organiser: Organiser, bed: Bed) -> None:
    organiser.sync()
    (bed.state / "trust.json").write_text("{")
    with pytest.raises(WorkshopError, match="delete it to trust the source again"):
        organiser.sync()


def test_a_passing_look_leaves_no_trace(organiser: Organiser, bed: Bed) -> None:
    source = read_repository(
        Origin(organiser.url, organiser.url), "notebooks", None, bed.state, ANYBODY, keep=False
    )
    assert source.files["a.ipynb"].data == notebook("1")
    assert not bed.state.exists()


@pytest.mark.parametrize(
    "host", ["example.org", "localhost.example.org", "127.0.0.1.example.org", "127.0.0.1@example.org", "[::1"]
)
def test_plain_http_needs_signatures(bed: Bed, host: str) -> None:
    with pytest.raises(WorkshopError, match="use https or signatures"):
        read_repository(
            Origin(f"http://{host}/x", f"http://{host}/x"),
            "notebooks",
            None,
            bed.state,
            ANYBODY,
            keep=True,
        )
