"""Runs inside the machine under test: requests that a browser could be made to send, and what comes back.

usage: python -c "$(cat requests_from_within.py)" PORT TOKEN REQUESTS     prints one status a request, as JSON

REQUESTS is a JSON list of {"method", "path", "headers", "body"}. With "cookie": true the request carries the
cookies of a browser that is logged in, to the path for which it has them ("outside": true: to no such path);
with "token": true the right token.
"""

import http.client
import json
import sys


def ask(port, method, path, headers, body=None):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    connection.request(method, path, body=body, headers=headers)
    return connection.getresponse()


def log_in(port, token):
    """Return the path of Jupyter's pages, and the cookies of a browser that opened one with the token."""
    headers = {"Host": f"localhost:{port}"}
    leading = ask(port, "GET", f"/tree?token={token}", headers)
    where = leading.getheader("Location")
    answers = [leading, ask(port, "GET", where, headers)]
    found = [
        value for answer in answers for name, value in answer.getheaders() if name.lower() == "set-cookie"
    ]
    return where.partition("/tree")[0], "; ".join(value.partition(";")[0] for value in found)


def status(port, token, request, base, cookies):
    headers = {"Host": f"localhost:{port}", **request.get("headers", {})}
    if request.get("cookie"):
        headers["Cookie"] = cookies
    if request.get("token"):
        headers["Authorization"] = f"token {token}"
    path = request["path"] if request.get("outside") else base + request["path"]
    return ask(port, request["method"], path, headers, request.get("body")).status


def main():
    port, token, requests = int(sys.argv[1]), sys.argv[2], json.loads(sys.argv[3])
    base, cookies = log_in(port, token) if any(request.get("cookie") for request in requests) else ("", "")
    print(json.dumps([status(port, token, request, base, cookies) for request in requests]))


main()
