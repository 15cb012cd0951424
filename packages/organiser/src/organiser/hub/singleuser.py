"""The program of a seat's unit: JupyterHub's single-user server, without what only a hub needs.

Importing ``jupyterhub.singleuser`` brings the pages of the hub and its database with it (SQLAlchemy, alembic)
for one name in the log and functions that no seat calls: a third of each seat's memory, and more than a third
of a processor second of each start. Where node is installed, JupyterLab asks it at each start from where
packages would come if somebody built JupyterLab: another quarter.
"""

from __future__ import annotations

import gc
import importlib
import importlib.util
import sys
from types import ModuleType

LATER = ("jupyterhub.orm", "jupyterhub.roles")
ERRORS = "sqlalchemy.exc"
PAGES = "jupyterhub.handlers.pages"
WITHOUT = ("jupyterhub.utils", "jupyterhub.scopes")
GARBAGE_THRESHOLD = 20_000
"""New objects between two looks for garbage; 700 by default."""


class HealthCheckHandler:
    """Stands for the hub's page of that name, which ``jupyterhub.log`` tells apart: a seat has none."""


def load_later(name: str) -> None:
    """Import a module of a package as soon as somebody asks it for anything."""
    package, _, own = name.rpartition(".")
    parent = importlib.import_module(package)
    spec = importlib.util.find_spec(name)
    if spec is None or spec.loader is None:
        return
    spec.loader = importlib.util.LazyLoader(spec.loader)
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    setattr(parent, own, module)
    spec.loader.exec_module(module)


def leave_the_hub_out() -> None:
    """Let ``jupyterhub.singleuser`` be imported without the hub's pages, and its database on demand."""
    package, _, own = PAGES.rpartition(".")
    handlers, pages = ModuleType(package), ModuleType(PAGES)
    handlers.__path__ = []
    setattr(pages, HealthCheckHandler.__name__, HealthCheckHandler)
    setattr(handlers, own, pages)
    sys.modules |= {package: handlers, PAGES: pages}
    for name in LATER:
        load_later(name)
    _import_without_the_database(*WITHOUT)


def _import_without_the_database(*names: str) -> None:
    """Import modules of which only functions of the hub's ask the database anything."""
    package, _, own = ERRORS.rpartition(".")
    database, errors = ModuleType(package), ModuleType(ERRORS)
    vars(errors)["SQLAlchemyError"] = type("SQLAlchemyError", (Exception,), {})
    vars(database).update(
        {
            "__path__": [],
            own: errors,
            # What they keep of it becomes the true one as soon as it is used.
            "__getattr__": lambda name: getattr(importlib.import_module(package), name),
        }
    )
    sys.modules |= {package: database, ERRORS: errors}
    try:
        for name in names:
            importlib.import_module(name)
    finally:
        del sys.modules[package], sys.modules[ERRORS]


def leave_builds_out() -> None:
    """Let JupyterLab start without asking node for settings of builds, which no seat makes."""
    commands = importlib.import_module("jupyterlab.commands")
    vars(commands)["_yarn_config"] = lambda logger: {"yarn config": {}, "npm config": {}}


def main() -> None:
    """Become the server of a seat."""
    # Nearly all that a start makes stays: looking for garbage among it finds none.
    gc.set_threshold(GARBAGE_THRESHOLD)
    leave_the_hub_out()
    leave_builds_out()
    from jupyterhub.singleuser import main as serve

    serve()


if __name__ == "__main__":
    main()
