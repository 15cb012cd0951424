"""Write a new random token: make_token.py FILE OWNER. Only root can name another owner than itself."""

import os
import secrets
import shutil
import sys
from pathlib import Path

path, owner = sys.argv[1:]
beside = Path(f"{path}.new")
with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
    file.write(secrets.token_hex(24) + "\n")
    file.flush()
    os.fsync(file.fileno())
if os.geteuid() == 0:
    shutil.chown(beside, owner)
beside.rename(path)
