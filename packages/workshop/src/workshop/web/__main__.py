"""``python -m workshop.web --root DIR …``: what the service runs; the same as ``workshop web serve``."""

import sys

from workshop.cli import main

sys.argv[1:1] = ["web", "serve"]
main()
