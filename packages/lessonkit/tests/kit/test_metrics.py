from typing import Any

import pytest

from lessonkit.judging import metrics_in


def stream(text: str | list[str]) -> dict[str, Any]:
    return {"output_type": "stream", "name": "stdout", "text": text}


def shown(**data: Any) -> dict[str, Any]:
    return {"output_type": "execute_result", "data": data}


@pytest.mark.parametrize(
    "output",
    [
        stream('{"a": 0.5}\n'),
        stream(["epoch 1\n", "epoch 2\n", '{"a": 0.5}\n']),
        stream('{\n "a": 0.5\n}\n'),
        shown(**{"application/json": {"a": 0.5}, "text/plain": "<JSON>"}),
        shown(**{"text/plain": "{'a': 0.5}"}),
    ],
)
def test_an_object_is_read_however_it_is_shown(output: dict[str, Any]) -> None:
    assert metrics_in({"outputs": [stream("before\n"), output]}) == {"a": 0.5}


@pytest.mark.parametrize(
    ("outputs", "told"),
    [
        ([], "shows no JSON object"),
        ([stream("accuracy 0.5\n")], "shows no JSON object"),
        ([stream("[1, 2]\n")], "shows no JSON object"),
        ([stream('{"a": NaN}')], "metric a is nan"),
        ([stream('{"a": [1]}')], "metric a must be"),
        ([stream('{"a": null}')], "metric a must be"),
    ],
)
def test_anything_else_is_told(outputs: list[dict[str, Any]], told: str) -> None:
    with pytest.raises(ValueError, match=told):
        metrics_in({"outputs": outputs})
