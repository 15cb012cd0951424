"""The program of a seat's unit: JupyterHub's single-user server, without what only a hub needs.

Importing ``jupyterhub.singleuser`` brings the pages of the hub and its database with it (SQLAlchemy, alembic)
for one name in the log and functions that no seat calls: 26 MB of each seat, and a quarter of a processor
second of each start.
"""

from __future__ import annotations

import importlib
import importlib.util
import sys
from types import ModuleType

DATABASE = "jupyterhub.orm"
PAGES = "jupyterhub.handlers.pages"


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
    load_later(DATABASE)


def main() -> None:
    """Become the server of a seat."""
    leave_the_hub_out()
    from jupyterhub.singleuser import main as serve

    serve()


if __name__ == "__main__":
    main()
