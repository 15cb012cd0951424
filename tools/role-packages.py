#!/usr/bin/env python3
"""Print the names of the system's packages that the roles install: role-packages.py debian|fedora.

Runs in set-up's control environment, which has PyYAML.
"""

import sys
from pathlib import Path

import yaml

ROLES = Path(__file__).resolve().parent.parent / "roles"


def main() -> int:
    """Read the one list of packages, that of the role base-fedora."""
    variables = ROLES / "base-fedora" / "vars" / f"{sys.argv[1].capitalize()}.yml"
    print(*yaml.safe_load(variables.read_text(encoding="utf-8"))["__base_fedora_packages"])
    return 0


if __name__ == "__main__":
    sys.exit(main())
