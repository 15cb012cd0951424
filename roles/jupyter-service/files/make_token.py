"""Write a new random token: make_token.py FILE OWNER. Only root can name another owner than itself."""

import os
import secrets
import shutil
import sys

path, owner = sys.argv[1:]
beside = f"{path}.new"
with open(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
    file.write(secrets.token_hex(24) + "\n")
    file.flush()
    os.fsync(file.fileno())
if os.geteuid() == 0:
    shutil.chown(beside, owner)
os.rename(beside, path)
