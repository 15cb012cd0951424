"""Importing the package must cost nothing, in every kernel's environment."""

from __future__ import annotations

import subprocess
import sys


def test_importing_the_package_imports_nothing_heavy() -> None:
    heavy = "{'numpy', 'matplotlib', 'theano', 'keras', 'tensorboard', 'IPython', 'anywidget', 'rich'}"
    code = f"import sys, workshop.teach; print(sorted({heavy} & set(sys.modules)))"
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert answer.stdout.strip() == "[]"


def test_importing_a_module_imports_no_library_that_is_taught() -> None:
    names = "batches, checkpoints, data, digitpad, events, graphs, keras, live, memory, pictures"
    names += ", sample_log, tensorboard, training"
    libraries = "{'theano', 'keras', 'tensorflow', 'tensorboard'}"
    code = f"from workshop.teach import {names}; import sys; print(sorted({libraries} & set(sys.modules)))"
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert answer.stdout.strip() == "[]"
