"""Write a new random token, unless there is one of this machine's own: make_token.py FILE OWNER.

Only root can name another owner than itself. FILE.organiser says that the token is not the machine's own.
Prints what was done: made, replaced or kept.
"""

import os
import secrets
import shutil
import sys
from pathlib import Path

path, owner = sys.argv[1:]
beside, organisers = Path(f"{path}.new"), Path(f"{path}.organiser")
had = Path(path).exists()
if had and not organisers.exists():
    print("kept")
    sys.exit()
with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
    file.write(secrets.token_hex(24) + "\n")
    file.flush()
    os.fsync(file.fileno())
if os.geteuid() == 0:
    shutil.chown(beside, owner)
beside.rename(path)
organisers.unlink(missing_ok=True)
print("replaced" if had else "made")
