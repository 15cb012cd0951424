"""What an appliance says about its own updates: at build, in its descriptor, and in ``verify``.

A promise of updates holds only for an appliance that knows an address and a key.
"""

from __future__ import annotations

import tomllib

from workshop.sync.trust import REVISIONS, keys_of

ETC = "opt/workshop/etc"
NONE = (
    "Updates: none, for this appliance was built without an address; on a copy, "
    "'sudo workshop update source set ADDRESS --fingerprint SHA256:…' gives it one"
)


def sentence(choice: str, signers: str) -> str:
    """Return, in one line, from where and on whose word copies are updated.

    choice, signers: the texts of updates.toml and allowed-signers; empty where there is no such file.
    """
    url = tomllib.loads(choice).get("url")
    if not url or not signers:
        return NONE
    keys = [key.fingerprint for key in keys_of(signers) if key.signs(REVISIONS)]
    return f"Updates: from {url}, signed by {' or '.join(keys) or 'a GPG key'}"
