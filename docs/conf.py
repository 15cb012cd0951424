"""Sphinx's settings for the manual; tools/docs.bash builds it."""

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "tools"), *(str(path) for path in ROOT.glob("packages/*/src"))]

import manual_pages  # noqa: E402  # in tools/

project = "Deep Learning Workshop"
extensions = ["myst_parser"]
exclude_patterns = ["generated"]
html_theme = "furo"
html_show_copyright = False
html_title = project
html_show_sphinx = False
html_copy_source = False
# A summary would be fetched, which browsers refuse for file://.
html_show_search_summary = False
# The pages are read from a stick, without a network: no web fonts, no CDN.
myst_heading_anchors = 4
myst_enable_extensions = ["colon_fence"]
# Lexers guess nothing: an unmarked block is shown as it is.
highlight_language = "none"


def setup(app):
    """Write the generated pages among the others; Sphinx calls this before it reads any."""
    manual_pages.write(Path(app.srcdir) / "generated")
