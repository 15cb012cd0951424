import pytest

from workshop.core.errors import WorkshopError
from workshop.site.markdown import to_html


def test_formulas_are_left_for_katex_as_text() -> None:
    html = to_html("$a < b$ and\n\n$$\nc\n$$\n")
    assert '<span class="formula inline">a &lt; b</span>' in html
    assert '<span class="formula block">c</span>' in html


def test_a_figure_is_drawn_in_place_and_named() -> None:
    html = to_html("![Three & more](figure:neuron)")
    assert "<svg" in html
    assert 'aria-label="Three &amp; more"' in html


def test_links_lead_into_the_workshop() -> None:
    html = to_html("[a](demo:painting) [b](lesson:1-mnist/10-mlp) [c](tensorboard:)")
    assert 'href="../../demos/painting/index.html"' in html
    assert 'data-port="jupyter" data-path="/lab/tree/1-mnist/10-mlp.ipynb"' in html
    assert 'data-port="tensorboard"' in html


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("[x](https://example.org)", "links to https://example.org"),
        ("[x](javascript:alert)", "links to javascript"),
        ("![x](photo.png)", "there is no figure 'photo.png'"),
        ("![x](figure:nothing)", "there is no figure 'figure:nothing'"),
        ("![](figure:neuron)", "write an alternative text"),
    ],
)
def test_what_would_fail_offline_is_refused(text: str, reason: str) -> None:
    with pytest.raises(WorkshopError, match=reason):
        to_html(text)


def test_raw_html_is_shown_not_obeyed() -> None:
    assert "&lt;script&gt;" in to_html("<script>alert(1)</script>")
