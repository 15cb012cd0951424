"""The kernels of the lessons, and which of them a machine may be made without: the one table of both.

The roles cannot read it; ``tests/roles/test_kernels.py`` holds their defaults to it.
"""

from __future__ import annotations

NAMES = {"python3": "Python 3", "theano": "Theano", "tensorflow": "TensorFlow", "pytorch": "PyTorch"}
"""What people see, by the kernel's name."""
ENVIRONMENTS = {name: "jupyter" if name == "python3" else name for name in NAMES}
"""Where each kernel runs."""
OPTIONAL = ("tensorflow", "pytorch")
"""What may be left out; the small image has none of them."""
