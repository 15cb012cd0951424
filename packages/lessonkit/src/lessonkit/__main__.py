"""``python -m lessonkit`` is the command ``lessonkit``."""

from lessonkit.cli import main

main()
