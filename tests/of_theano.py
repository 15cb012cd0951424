"""Which unit tests need the lessons' environment: tests/machines/lessons/test_theano.py runs them there."""

from __future__ import annotations

import re

SOME = re.compile(r'importorskip\("(theano|onnx|h5py|sklearn)"|^ +import theano', re.MULTILINE)
"""In files with such tests."""
ALL = re.compile(r'^(\w+ = )?pytest\.importorskip\("(theano|onnx|h5py|sklearn)"', re.MULTILINE)
"""In files that have no others."""
