"""What Theano says of wrong answers, in words that a learner can use: an entry point of ``lessonkit``."""

from __future__ import annotations

import re

from lessonkit.faults import Phrases

PHRASES = Phrases(
    results=(
        (
            re.compile(r"The updates parameter must be"),
            "updates are pairs in a list, each a shared variable and its new value",
        ),
        (
            re.compile(r"update target must be a SharedVariable"),
            "in each pair the shared variable comes first, and its new value second",
        ),
        (
            re.compile(
                r"Bad input argument to theano[\s\S]*Wrong number of dimensions: expected (\d), got (\d)"
            ),
            "the expression wants {0} axes, and what it is tried with has {1}",
        ),
    ),
    anywhere=(
        (
            re.compile(r"_tensor_py_operators\.\w+\(\) got an unexpected keyword argument"),
            "it stops{inside}: numpy's functions know no expressions; x.mean() and T.log(x) do",
        ),
        (
            re.compile(r"Variables do not support boolean operations"),
            "it stops{inside}: an expression has no value yet, so neither `if` nor numpy can compare it",
        ),
        (
            re.compile(r"^DisconnectedInputError"),
            "it stops{inside}: what the slope is asked of does not depend on what it is asked along",
        ),
        (
            re.compile(
                r": An update must have.*shared_var\.type=(\S+\(.*\)), "
                r"update_val=.*update_val\.type=(\S+\(.*\))\)"
            ),
            "an update has to be of the type of what it updates, {0}, and this is {1}: "
            "np.float32(…) makes a float32 of a number of NumPy's",
        ),
    ),
    beyond=re.compile(
        r"\s*(?:Apply node that caused the error|Backtrace when (?:that|the) variable is created)"
    ),
)
