"""A seat's server starts without the hub's own modules, and has them where something asks for them."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

pytest.importorskip("jupyterhub")

LOOK = """
import json, sys
from organiser.hub.singleuser import leave_the_hub_out
leave_the_hub_out()
from jupyterhub.singleuser import main
from jupyterhub import log, scopes
heavy = [each for each in ("alembic", "sqlalchemy.sql", "jupyterhub.handlers.base") if each in sys.modules]
few = scopes._intersect_expanded_scopes({"access:servers", "self"}, {"access:servers"})
from jupyterhub import orm
print(json.dumps({
    "main": main.__self__.__name__,
    "heavy": heavy,
    "scopes": sorted(few),
    "database": orm.User.__tablename__,
    "then": "alembic" in sys.modules and "sqlalchemy.orm" in sys.modules,
}))
"""


def test_a_seats_server_is_jupyterhubs_without_the_hub() -> None:
    done = subprocess.run([sys.executable, "-c", LOOK], capture_output=True, text=True, check=True)
    assert json.loads(done.stdout) == {
        "main": "JupyterHubSingleUser",
        "heavy": [],
        "scopes": ["access:servers"],
        "database": "users",
        "then": True,
    }
