"""Importing the package must cost nothing, in every kernel's environment."""

from __future__ import annotations

import subprocess
import sys


def test_importing_the_package_imports_nothing_heavy() -> None:
    heavy = "{'numpy', 'matplotlib', 'theano', 'IPython', 'anywidget', 'rich'}"
    code = f"import sys, workshop.teach; print(sorted({heavy} & set(sys.modules)))"
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert answer.stdout.strip() == "[]"


def test_training_and_pictures_need_no_theano() -> None:
    names = "batches, checkpoints, data, digitpad, graphs, live, memory, pictures, training"
    code = f"from workshop.teach import {names}; import sys; print('theano' in sys.modules)"
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert answer.stdout.strip() == "False"
