"""Ansible modules as tests load and run them."""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]


def load_module(path: str) -> Any:
    """Import the file of a module, to test its functions."""
    file = ROOT / path
    spec = importlib.util.spec_from_file_location(file.stem, file)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def run_module(path: str, /, **arguments: Any) -> dict[str, Any]:
    """Run a module as Ansible does; return its result."""
    given = json.dumps({"ANSIBLE_MODULE_ARGS": {**arguments, "_ansible_check_mode": False}})
    done = subprocess.run(
        [sys.executable, ROOT / path], input=given, capture_output=True, text=True, check=False
    )
    return dict(json.loads(done.stdout))
