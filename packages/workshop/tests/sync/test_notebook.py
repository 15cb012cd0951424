import json

import pytest

from workshop.sync.merge import Version

from .bed import notebook


def changed(data: bytes, **metadata: object) -> bytes:
    document = json.loads(data)
    document["metadata"].update(metadata)
    return json.dumps(document).encode()


OTHER = {
    "a source": notebook("1", "3"),
    "one more cell": notebook("1", "2", ""),
    "the order": notebook("2", "1"),
    "a tag": notebook("1", "2").replace(b'"metadata": {}', b'"metadata": {"tags": ["x"]}', 1),
    "the kernel": changed(notebook("1", "2"), kernelspec={"name": "theano"}),
    "half a file": notebook("1", "2")[:-20],
    "nothing": b"",
}


@pytest.mark.parametrize("what", OTHER)
def test_what_a_person_does_is_a_change(what: str) -> None:
    assert Version(OTHER[what]).meaning != Version(notebook("1", "2")).meaning


@pytest.mark.parametrize("data", [b"\0\r\n", b"\xff\xfe\r\n\0"])
def test_binary_data_is_compared_byte_by_byte(data: bytes) -> None:
    assert Version(data).meaning != Version(data.replace(b"\r\n", b"\n")).meaning
