#!/usr/bin/env python3
"""Write down how a release test ended, for the manual's page Status.

usage: tools/testbed/record-proof.py NAME EXIT_STATUS
"""

from __future__ import annotations

import datetime
import subprocess
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PROOFS = ROOT / "docs/proofs.toml"
HEAD = "# How each release test ended last; tools/testbed/release.bash writes it. Commit it.\n"


def record(name: str, status: int, commit: str, day: datetime.date) -> None:
    """Replace the entry of one test; the others stay."""
    known = tomllib.loads(PROOFS.read_text(encoding="utf-8")) if PROOFS.exists() else {}
    known[name] = {"result": "passed" if status == 0 else "failed", "date": str(day), "commit": commit}
    entries = [
        f"\n[{test}]\n" + "".join(f'{key} = "{value}"\n' for key, value in entry.items())
        for test, entry in sorted(known.items())
    ]
    PROOFS.write_text(HEAD + "".join(entries), encoding="utf-8")


def described_commit() -> str:
    """Return the commit, marked if the checkout differs from it in more than this file."""
    git = ["git", "-c", f"safe.directory={ROOT}", "-C", str(ROOT)]
    commit = subprocess.check_output([*git, "rev-parse", "--short=8", "HEAD"], text=True).strip()
    changed = subprocess.check_output(
        [*git, "status", "--porcelain", "--", ".", ":!docs/proofs.toml"], text=True
    )
    return f"{commit}, changed" if changed.strip() else commit


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit("usage: tools/testbed/record-proof.py NAME EXIT_STATUS")
    record(sys.argv[1], int(sys.argv[2]), described_commit(), datetime.datetime.now(datetime.UTC).date())
