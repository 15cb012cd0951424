"""Ansible modules as tests load and run them, with what the modules share."""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import yaml
from ansible import module_utils

ROOT = Path(__file__).resolve().parents[1]
UTILS = str(ROOT / "module_utils")
SHARED = "import sys, ansible.module_utils as utils; utils.__path__.append(sys.argv[1]); "
"""The start of a script that finds what the modules share, by its first argument."""
RUN = SHARED + "import runpy; del sys.argv[:2]; runpy.run_path(sys.argv[0], run_name='__main__')"


def load_module(path: str) -> Any:
    """Import the file of a module, to test its functions."""
    if UTILS not in module_utils.__path__:
        module_utils.__path__.append(UTILS)
    file = ROOT / path
    spec = importlib.util.spec_from_file_location(file.stem, file)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules[file.stem] = module  # dataclasses look there
    spec.loader.exec_module(module)
    return module


def roles_of_site() -> list[str]:
    """Return the roles of a whole machine, as the play imports them."""
    play = yaml.safe_load((ROOT / "playbooks/site.yml").read_text(encoding="utf-8"))[0]
    return [each["role"] for each in play["roles"]]


def run_module(path: str, /, **arguments: Any) -> dict[str, Any]:
    """Run a module as Ansible does; return its result."""
    given = json.dumps({"ANSIBLE_MODULE_ARGS": {**arguments, "_ansible_check_mode": False}})
    done = subprocess.run(
        [sys.executable, "-c", RUN, UTILS, ROOT / path],
        input=given,
        capture_output=True,
        text=True,
        check=False,
    )
    return dict(json.loads(done.stdout))
