"""Ansible action of modules that need no Python of their own where Ansible runs on the machine itself.

A module is packed with all that it imports, sent, unpacked, and compiled by another Python: half a second of
a processor, which was most of what a set-up took that had nothing to do. The worker that would wait for it
has the same libraries in memory and the same rights, so it does the work itself; it is the task's own, and so
are the variables that the task sets. Elsewhere, and where a task asks for other rights, the module is sent as
ever; so it is in a play that does not know this.

The files beside this one name the modules.
"""

from __future__ import annotations

import contextlib
import importlib.util
import io
import json
import os
import sys
from pathlib import Path
from typing import Any
from unittest.mock import patch

import ansible.module_utils
from ansible.plugins.action.normal import ActionModule as Normal
from ansible.plugins.loader import module_loader

try:
    from ansible.module_utils.testing import patch_module_args
except ImportError:  # before Ansible 2.19, where modules are sent as ever
    patch_module_args = None

# A module that is sent finds our own utilities there, too.
OURS = str(Path(__file__).resolve().parents[1] / "module_utils")


class ActionModule(Normal):
    """Runs the module whose name the task has."""

    def _execute_module(
        self, *given: Any, task_vars: Any = None, wrap_async: Any = False, **named: Any
    ) -> Any:
        """Return what the module printed."""
        if given or named or wrap_async or not self._is_at_home():
            return super()._execute_module(*given, task_vars=task_vars, wrap_async=wrap_async, **named)
        arguments = dict(self._task.args)
        self._update_module_args(self._task.action, arguments, task_vars)
        module, said, variables = self._module(), io.StringIO(), {}
        self._compute_environment_string(variables)
        with (
            patch_module_args(arguments),
            patch.dict(os.environ, {name: str(value) for name, value in variables.items()}),
            contextlib.redirect_stdout(said),
            contextlib.suppress(SystemExit),
        ):
            module.main()
        result = json.loads(said.getvalue())
        # As it is done to what a module prints that was sent.
        for name in ("stdout", "stderr"):
            if name in result:
                result.setdefault(f"{name}_lines", (result[name] or "").splitlines())
        return result

    def _is_at_home(self) -> bool:
        """Tell whether the worker is where the module would run, with its rights."""
        return (
            patch_module_args is not None
            and self._connection.transport == "local"
            and not self._play_context.become
        )

    def _module(self) -> Any:
        """Return the module that would have been sent."""
        # What is sent leaves nothing beside its source either, whosever folder that is.
        sys.dont_write_bytecode = True
        if OURS not in ansible.module_utils.__path__:
            ansible.module_utils.__path__.append(OURS)
        name = f"ansible.modules.{self._task.action.rpartition('.')[2]}"
        spec = importlib.util.spec_from_file_location(name, module_loader.find_plugin(self._task.action))
        sys.modules[name] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(sys.modules[name])
        return sys.modules[name]
