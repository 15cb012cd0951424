"""``python -m workshop``: the same as the ``workshop`` command."""

from workshop.core.command import main

if __name__ == "__main__":
    main()
