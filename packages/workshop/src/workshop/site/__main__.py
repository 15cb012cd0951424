"""``python -m workshop.site --root DIR …``: what the service runs; the same as ``workshop web serve``."""

import sys

from workshop.core.command import one_error_path
from workshop.site.cli import app

with one_error_path():
    sys.exit(app(["serve", *sys.argv[1:]], standalone_mode=False))
