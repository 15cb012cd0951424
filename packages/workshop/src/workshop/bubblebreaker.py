# The former name of the package `bubblebreaker`, which learners' own notebooks still import.
"""``workshop.bubblebreaker`` is ``bubblebreaker``, and each module of the one is that of the other."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType

import bubblebreaker


class _FormerNames(MetaPathFinder, Loader):
    """Finds ``workshop.bubblebreaker.X`` as the very module ``bubblebreaker.X``, not as a copy of it."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if not fullname.startswith(f"{__name__}."):
            return None
        return ModuleSpec(fullname, self)

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        module = importlib.import_module(spec.name.removeprefix("workshop."))
        spec.loader_state = module.__spec__
        return module

    def exec_module(self, module: ModuleType) -> None:
        # The import system has just written the former name into it.
        assert module.__spec__ is not None
        module.__spec__ = module.__spec__.loader_state


sys.meta_path.insert(0, _FormerNames())
sys.modules[__name__] = bubblebreaker
