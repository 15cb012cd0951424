"""Of what a page sends, requests to run a cell are known in both of Jupyter's protocols, and nothing else."""

from __future__ import annotations

import json

import pytest
from jupyter_server.services.kernels.connection.base import serialize_msg_to_ws_v1

from workshop.jupyter.channels import RUN, _run_request


def parts(kind: str) -> dict[str, object]:
    # What a message holds may name any kind.
    return {"header": {"msg_id": "1", "msg_type": kind}, "content": {"code": f"print('{RUN}')"}}


def text(kind: str) -> str:
    return json.dumps({**parts(kind), "channel": "shell"})


def binary(kind: str) -> bytes:
    said = parts(kind)
    message = [json.dumps(part).encode() for part in (said["header"], {}, {}, said["content"])]
    return bytes(serialize_msg_to_ws_v1(message, "shell"))


@pytest.mark.parametrize("sent", [text, binary])
def test_only_a_request_to_run_is_one(sent: object) -> None:
    assert callable(sent)
    found = _run_request(sent(RUN))
    assert found is not None and found["msg_id"] == "1"
    assert _run_request(sent("inspect_request")) is None
    assert _run_request(sent(f"{RUN}_of_tomorrow")) is None


@pytest.mark.parametrize("message", [b"", b"x", b"\x00" * 40 + RUN.encode(), "{}"])
def test_what_is_no_message_is_none(message: str | bytes) -> None:
    assert _run_request(message) is None
