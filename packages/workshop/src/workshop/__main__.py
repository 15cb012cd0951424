"""``python -m workshop``: the same as the ``workshop`` command."""

from __future__ import annotations

import os
import sys

from workshop.errors import WorkshopError


def main() -> None:
    """Run the command; ``sync``, which timers and buttons call often, starts without all the rest."""
    if sys.argv[1:2] != ["sync"]:
        try:
            from workshop.cli import main as run
        except ModuleNotFoundError as error:
            sys.exit(f"workshop: {sys.executable} has no {error.name}; run tools/workshop of the checkout")
        run()
        return
    from workshop.sync.command import main as sync

    try:
        try:
            sync(sys.argv[2:])
        finally:
            sys.stdout.flush()
    except BrokenPipeError:
        # Whoever read it has gone. Python would flush again at the end, and complain.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
    except (WorkshopError, OSError, KeyboardInterrupt) as error:
        from workshop.cli import end_with

        end_with(error)


if __name__ == "__main__":
    main()
