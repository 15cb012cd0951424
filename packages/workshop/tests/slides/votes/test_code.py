import pytest

from workshop.errors import WorkshopError
from workshop.site.votes.code import matrix, svg

segno = pytest.importorskip("segno")


@pytest.mark.parametrize(
    "text", ["http://10.0.0", "http://192.168.1.2:8083", "http://a-computer-with-a-name.local:8083"]
)
def test_a_full_code_is_that_of_another_encoder(text: str) -> None:
    # Filled up, because what stands after the text is free, and segno fills it in another way.
    text = next(text.ljust(length, "/") for length in (14, 26, 42) if len(text) <= length)
    others = [
        segno.make(text, error="m", mode="byte", micro=False, boost_error=False, mask=mask)
        for mask in range(8)
    ]
    assert matrix(text) in [[[bool(dark) for dark in row] for row in each.matrix] for each in others]


def test_what_is_too_long_is_refused() -> None:
    with pytest.raises(WorkshopError, match="shorter address"):
        matrix("x" * 43)


def test_the_picture_has_its_margin_and_every_dark_module() -> None:
    drawn = svg("http://10.0.0.1:8083")
    assert 'viewBox="0 0 33 33"' in drawn
    assert drawn.count("h1v1h-1z") == sum(map(sum, matrix("http://10.0.0.1:8083")))
