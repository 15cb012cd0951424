"""Answers to an exercise in Theano are tried without a compiler, which takes less time."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator

from lessonkit.tried_answers import Cheaper, Tried

NEEDS_C = "AbstractConv2d Theano optimization failed"
"""What Theano says of a convolution in groups, which it has only in C."""


@contextlib.contextmanager
def in_python() -> Iterator[None]:
    """Let Theano run what is compiled in this block in Python: without a compiler it does, whatever its mode.

    A check calls each function a few times, with few numbers: writing C, or only finding in the cache what
    was written before, takes longer. The graph is optimised as the learner's would be, for what is stable
    there has to be stable here.
    """
    theano = sys.modules.get("theano")
    if theano is None:
        yield
        return
    compiler, theano.config.cxx = theano.config.cxx, ""
    try:
        yield
    finally:
        theano.config.cxx = compiler


def needs_c(tried: Tried) -> bool:
    """Tell whether an answer calls for something that Theano has only in C."""
    return NEEDS_C in tried["message"] + tried["error"]


CHEAPER = Cheaper(in_python, needs_c)
