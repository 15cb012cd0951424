"""Plain values go between the judge and a hand-in as JSON; nothing that comes back can run as code.

Texts, numbers, truth values, None, lists, tuples, sets, dictionaries, arrays and numbers of NumPy's, series
and data frames of pandas' go over. Anything else is refused on either side. Pickle would let a hand-in run
code here.
"""

from __future__ import annotations

import base64
import importlib
import sys
from typing import Any

import numpy as np

from lessonkit.watching import LARGEST

KINDS = "biufcSUmM"
"""The kinds of NumPy's types that are bytes and no objects."""


class NotPlainError(BaseException):
    """No check may take this for a wrong answer."""


def pack(value: Any) -> Any:
    """Return what JSON can hold of a value; raises NotPlainError for what is no plain value."""
    pandas: Any = sys.modules.get("pandas")
    if value is None or type(value) in (bool, int, float, str):
        return value
    if value is Ellipsis:
        return {"dots": []}
    if type(value) is complex:
        return {"complex": [value.real, value.imag]}
    if type(value) in (list, tuple, set, frozenset):
        return {type(value).__name__: [pack(each) for each in value]}
    if isinstance(value, dict):
        return {"dict": [[pack(key), pack(each)] for key, each in value.items()]}
    if isinstance(value, np.ndarray | np.generic):
        array = np.asarray(value)
        if array.dtype == object:
            return {"objects": [list(array.shape), [pack(each) for each in array.flat]]}
        if array.dtype.kind in KINDS:
            data = base64.b64encode(array.tobytes()).decode()
            kind = "array" if isinstance(value, np.ndarray) else "scalar"
            return {kind: [array.dtype.str, list(array.shape), data]}
    if pandas is not None and isinstance(value, pandas.Series):
        return {"series": [pack(value.to_numpy()), pack(value.index.to_numpy()), pack(value.name)]}
    if pandas is not None and isinstance(value, pandas.DataFrame):
        columns = [pack(value.iloc[:, place].to_numpy()) for place in range(value.shape[1])]
        return {"frame": [columns, pack(list(value.columns)), pack(value.index.to_numpy())]}
    raise NotPlainError(f"a {type(value).__name__} cannot be handed over, only plain values")


def unpack(packed: Any) -> Any:
    """Return the value; raises ValueError, TypeError or the like for what ``pack`` did not make."""
    if not isinstance(packed, dict):
        if isinstance(packed, list):
            raise ValueError("a bare list")
        return packed
    ((kind, parts),) = packed.items()
    if kind == "dots":
        return ...
    if kind == "complex":
        return complex(*parts)
    if kind in ("list", "tuple", "set", "frozenset"):
        made = {"list": list, "tuple": tuple, "set": set, "frozenset": frozenset}[kind]
        return made(map(unpack, parts))
    if kind == "dict":
        return {unpack(key): unpack(each) for key, each in parts}
    if kind == "objects":
        array = np.empty(len(parts[1]), dtype=object)
        array[:] = [unpack(each) for each in parts[1]]
        return array.reshape(parts[0])
    if kind in ("array", "scalar"):
        dtype = np.dtype(str(parts[0]))
        if dtype.kind not in KINDS:
            raise ValueError(f"an array of {dtype}")
        array = np.frombuffer(base64.b64decode(parts[2]), dtype).reshape(parts[1]).copy()
        return array if kind == "array" else array[()]
    pandas: Any = importlib.import_module("pandas")
    if kind == "series":
        return pandas.Series(unpack(parts[0]), index=unpack(parts[1]), name=unpack(parts[2]))
    if kind == "frame":
        columns = dict(enumerate(map(unpack, parts[0])))
        frame = pandas.DataFrame(columns, index=unpack(parts[2]))
        frame.columns = pandas.Index(unpack(parts[1]))
        return frame
    raise ValueError(f"the kind {kind}")


def give_changes(given: Any, now: Any) -> None:
    """Change an argument in place as the hand-in changed its copy, where a check notices that (``watching``).

    Of anything else the judge keeps what it gave: a hand-in must not choose its own questions.
    """
    if type(given) is list and type(now) is list:
        given[:] = now
        return
    both = isinstance(given, np.ndarray) and isinstance(now, np.ndarray)
    if both and given.size <= LARGEST and given.shape == now.shape and given.dtype == now.dtype:
        given[...] = now
