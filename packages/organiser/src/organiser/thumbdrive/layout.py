"""Names on a stick that more than one module must know."""

from __future__ import annotations

START = "0_START_HERE.html"
SUMS = "SHA256SUMS"
"""Hash and name of each file, in the format of ``sha256sum``; written last."""
SIGNATURE = "SHA256SUMS.sig"
SIGNER = "signer.pub"
"""The public key that belongs to the signature."""
OWN = ".workshop-thumbdrive"
"""Names the files that are ours; anything else on a stick is a stranger's."""
UNFINISHED = ".unfinished"
"""Ends the name of a file that is being written."""
CLOSING = (SIGNATURE, SUMS)
"""Written after everything else: a stick with the new list has all that it names."""
WHEELS = "wheels"
DATA = "data"
DEBS = "debs"
"""Folders that set-up looks for on a stick."""
SITE = "site"
