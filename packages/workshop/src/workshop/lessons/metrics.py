"""What a lesson's metrics cells show."""

from __future__ import annotations

import ast
import json
import math
from typing import Any

from workshop.lessons.model import Cell

Metric = float | int | str | bool


def metrics_in(cell: Cell) -> dict[str, Metric]:
    """Return the metrics that an executed cell shows; the last output that is an object counts.

    Raises ValueError when there is none, or when a value is neither a finite number nor a text nor
    a truth value.
    """
    for output in reversed(cell.get("outputs", [])):
        found = _object_in(output)
        if found is not None:
            return {str(name): _sound(name, value) for name, value in found.items()}
    raise ValueError("shows no JSON object; end the cell with print(json.dumps({...}))")


def _object_in(output: dict[str, Any]) -> dict[Any, Any] | None:
    """Return the object that one output shows, if it does."""
    data = output.get("data", {})
    if isinstance(data.get("application/json"), dict):
        shown: dict[Any, Any] = data["application/json"]
        return shown
    text = (
        _text(output.get("text")) if output.get("output_type") == "stream" else _text(data.get("text/plain"))
    )
    lines = text.strip().splitlines()
    return _parse(text) or (_parse(lines[-1]) if lines else None)


def _text(value: str | list[str] | None) -> str:
    return "".join(value or "")


def _parse(text: str) -> dict[Any, Any] | None:
    """Read a text as a JSON object or as a Python dict of plain values."""
    for read in (json.loads, ast.literal_eval):
        try:
            value = read(text.strip())
        except (ValueError, SyntaxError):
            continue
        if isinstance(value, dict):
            return value
    return None


def _sound(name: object, value: Any) -> Metric:
    """Refuse a value that a bar cannot be held against and JSON cannot carry."""
    if isinstance(value, float) and not math.isfinite(value):
        raise ValueError(f"the metric {name} is {value}")
    if not isinstance(value, float | int | str | bool):
        raise ValueError(f"the metric {name} must be a number, a text or a truth value, not {value!r}")
    return value
