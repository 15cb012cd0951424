"""Runs inside the machine under test: starts a kernel as a browser does and lets it compute.

usage: python -c "$(cat kernel_client.py)" PORT TOKEN_FILE KERNEL CODE     prints what the code printed
"""

import json
import sys
import time
import urllib.request
import uuid
from pathlib import Path

from websocket import create_connection


def call(port: str, token: str, method: str, path: str, body: dict | None = None) -> dict:
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}{path}",
        method=method,
        data=json.dumps(body).encode() if body is not None else None,
        headers={"Authorization": f"token {token}", "Content-Type": "application/json"},
    )
    with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=300) as answer:
        return json.loads(answer.read() or b"{}")


def execute(socket, code: str) -> str:
    """Send the code, collect what it prints until the kernel is idle again."""
    header = {
        "msg_id": uuid.uuid4().hex,
        "msg_type": "execute_request",
        "username": "test",
        "session": "test",
    }
    header |= {"version": "5.3", "date": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())}
    content = {"code": code, "silent": False, "store_history": False, "stop_on_error": True}
    message = {"header": header, "parent_header": {}, "metadata": {}, "content": content, "channel": "shell"}
    socket.send(json.dumps(message))
    printed = ""
    while True:
        reply = json.loads(socket.recv())
        if reply["parent_header"].get("msg_id") != header["msg_id"]:
            continue
        if reply["msg_type"] == "stream" and reply["content"]["name"] == "stdout":
            printed += reply["content"]["text"]
        elif reply["msg_type"] == "error":
            sys.exit("\n".join(reply["content"]["traceback"]))
        elif reply["msg_type"] == "status" and reply["content"]["execution_state"] == "idle":
            return printed


def main() -> None:
    port, token_file, name, code = sys.argv[1:]
    token = Path(token_file).read_text().strip()
    kernel = call(port, token, "POST", "/api/kernels", {"name": name})["id"]
    try:
        socket = create_connection(
            f"ws://127.0.0.1:{port}/api/kernels/{kernel}/channels",
            header=[f"Authorization: token {token}"],
            timeout=600,
        )
        print(execute(socket, code), end="")
        socket.close()
    finally:
        call(port, token, "DELETE", f"/api/kernels/{kernel}")


main()
