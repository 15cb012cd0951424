"""Markdown of a slide to HTML: figures drawn in place, formulas marked for KaTeX, links into the workshop.

================================ ===================================================
in Markdown                      on the slide
================================ ===================================================
``![words](figure:NAME)``        the drawing NAME; the words are for screen readers
``![words](picture:NAME)``       ``presentation/pictures/NAME.webp``
``![words](demo:NAME#STATE)``    the demo itself as its ``#try=STATE``; its still is NAME-STATE
``![words](vote:NAME)``          a question for the room: see ``workshop.site.votes.questions``
``[words](demo:NAME)``           the demo's page in the same site
``[words](lesson:CHAPTER/NAME)`` the lesson in this machine's Jupyter
``$…$``, ``$$…$$``               a formula, in TeX
================================ ===================================================

Raw HTML is shown as it is written, not obeyed, and a link to anywhere else is an error: on the day there
is no network.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, MutableMapping, Sequence
from html import escape
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.renderer import RendererProtocol
from markdown_it.token import Token
from markdown_it.utils import OptionsDict
from mdit_py_plugins.dollarmath import dollarmath_plugin

from workshop.core.errors import WorkshopError
from workshop.site.figures import FIGURES
from workshop.site.figures.ideas import hands

NAME = re.compile(r"[a-z0-9-]+")
STANDING = re.compile(r'<p>(?=<span class="(?:figure|living|vote)")')
"""The beginning of a paragraph of pictures."""
LIVING = re.compile(r"[a-z0-9-]+#[a-z0-9-]+")


def to_html(text: str) -> str:
    """Return the HTML of one slide's Markdown.

    Raises WorkshopError for a link out of the workshop, a picture that is not a figure, an unknown figure.
    """
    return STANDING.sub('<p class="stand">', str(_reader().render(text)))


@functools.cache
def _reader() -> MarkdownIt:
    reader = MarkdownIt("commonmark", {"html": False, "typographer": True}).enable(
        ["table", "replacements", "smartquotes"]
    )
    # Links are judged below, and with a reason.
    reader.validateLink = lambda url: True  # type: ignore[method-assign]
    dollarmath_plugin(reader, renderer=_formula)
    reader.add_render_rule("image", _image)
    reader.add_render_rule("link_open", _link)
    return reader


def _formula(text: str, options: dict[str, Any]) -> str:
    kind = "block" if options.get("display_mode") else "inline"
    return f'<span class="formula {kind}">{escape(text.strip())}</span>'


def _image(
    _: RendererProtocol, tokens: Sequence[Token], at: int, options: OptionsDict, env: MutableMapping[str, Any]
) -> str:
    source, words = str(tokens[at].attrs["src"]), tokens[at].content
    kind, _colon, name = source.partition(":")
    if not words:
        raise WorkshopError(f"{source}: write an alternative text between the brackets")
    if kind == "picture" and NAME.fullmatch(name):
        return f'<span class="figure">{_picture(name, words)}</span>'
    if kind == "demo" and LIVING.fullmatch(name):
        demo, state = name.split("#")
        stills = _picture(f"{demo}-{state}", words, "still day") + _picture(
            f"{demo}-{state}-dark", words, "still night"
        )
        return f'<span class="living" data-demo="{demo}" data-try="{state}">{stills}</span>'
    if kind == "vote" and NAME.fullmatch(name):
        return f'<span class="vote" data-vote="{name}">{hands(name).svg(words)}</span>'
    if kind != "figure" or name not in FIGURES:
        raise WorkshopError(f"there is no figure {source!r}; figures: {', '.join(sorted(FIGURES))}")
    return f'<span class="figure">{FIGURES[name]().svg(words)}</span>'


def _picture(name: str, words: str, kind: str = "") -> str:
    return f'<img class="{kind}" src="../pictures/{name}.webp" alt="{escape(words)}">'


def _link(
    renderer: RendererProtocol,
    tokens: Sequence[Token],
    at: int,
    options: OptionsDict,
    env: MutableMapping[str, Any],
) -> str:
    target = str(tokens[at].attrs["href"])
    kind, _colon, name = target.partition(":")
    if kind not in LINKS:
        raise WorkshopError(
            f"a slide links to {target}; offline only demo:NAME, lesson:NAME and tensorboard: work"
        )
    return LINKS[kind](name)


def _to_demo(name: str) -> str:
    return f'<a class="go" href="../../demos/{escape(name)}/index.html">'


def _to_lesson(name: str) -> str:
    return f'<a class="go" data-port="jupyter" data-path="/lab/tree/{escape(name)}.ipynb">'


def _to_tensorboard(_: str) -> str:
    return '<a class="go" data-port="tensorboard" data-path="/">'


LINKS: dict[str, Callable[[str], str]] = {
    "demo": _to_demo,
    "lesson": _to_lesson,
    "tensorboard": _to_tensorboard,
}
"""What a link may point to, each with what opens it."""
