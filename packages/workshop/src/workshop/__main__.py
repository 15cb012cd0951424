"""``python -m workshop``: the same as the ``workshop`` command."""

from __future__ import annotations

import sys

from workshop import __version__
from workshop.ending import one_error_path


def main() -> None:
    """Run the command; ``sync``, which timers and buttons call often, starts without all the rest."""
    if sys.argv[1:] == ["--version"]:
        print(f"workshop {__version__}")
        return
    if sys.argv[1:2] == ["sync"]:
        from workshop.sync.command import main as sync

        with one_error_path():
            sync(sys.argv[2:])
        return
    try:
        from workshop.cli import main as run
    except ModuleNotFoundError as error:
        sys.exit(f"workshop: {sys.executable} has no {error.name}; run tools/workshop of the checkout")
    run()


if __name__ == "__main__":
    main()
