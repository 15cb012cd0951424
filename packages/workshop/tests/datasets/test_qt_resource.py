from __future__ import annotations

import io
import struct
import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workshop.datasets.gcompris import COMPRESSED, FOLDER, ZSTANDARD, read_resource
from workshop.datasets.store import WrongContentError

Tree = dict[str, "bytes | Tree"]


def resource(tree: Tree, version: int = 2, flags: int = 0) -> bytes:
    """Write a resource file as Qt's rcc does: breadth first, children side by side."""
    names, contents, nodes = b"", b"", []
    queue: list[tuple[str, bytes | Tree]] = [("", tree)]
    following = 1
    for name, content in queue:
        head = struct.pack(">I", len(names))
        names += struct.pack(">HI", len(name.encode("utf-16-be")) // 2, 0) + name.encode("utf-16-be")
        if isinstance(content, dict):
            node = head + struct.pack(">HII", FOLDER, len(content), following)
            queue.extend(content.items())
            following += len(content)
        else:
            node = head + struct.pack(">HHHI", flags, 0, 1, len(contents))
            packed = (
                struct.pack(">I", len(content)) + zlib.compress(content) if flags & COMPRESSED else content
            )
            contents += struct.pack(">I", len(packed)) + packed
        nodes.append(node + (bytes(8) if version >= 2 else b""))
    head_size = 20 if version < 3 else 24
    tree_at = head_size
    contents_at = tree_at + sum(map(len, nodes))
    head = struct.pack(">4I", version, tree_at, contents_at, contents_at + len(contents))
    return b"qres" + head + bytes(head_size - 20) + b"".join(nodes) + contents + names


def files(raw: bytes) -> dict[str, bytes]:
    return dict(read_resource(io.BytesIO(raw)))


@pytest.mark.parametrize("version", [1, 2, 3])
@pytest.mark.parametrize("flags", [0, COMPRESSED])
def test_every_file_comes_with_its_path(version: int, flags: int) -> None:
    tree: Tree = {"a": {"deep": {"ünï.txt": b"one"}, "two.bin": bytes(1000)}, "empty": {}, "top": b""}
    assert files(resource(tree, version, flags)) == {
        "a/deep/ünï.txt": b"one",
        "a/two.bin": bytes(1000),
        "top": b"",
    }


def test_zstandard_is_named() -> None:
    with pytest.raises(WrongContentError, match="Zstandard"):
        files(resource({"a": b"x"}, flags=ZSTANDARD))


def test_folders_that_contain_themselves_end() -> None:
    node = struct.pack(">IHII", 0, FOLDER, 1, 0) + bytes(8)
    raw = b"qres" + struct.pack(">4I", 2, 20, 42, 42) + node + bytes(6)
    with pytest.raises(WrongContentError, match="no end"):
        files(raw)


@settings(max_examples=100, deadline=None)
@given(raw=st.binary(max_size=120), start=st.sampled_from([b"", b"qres"]))
def test_any_bytes_are_files_or_wrong_content(raw: bytes, start: bytes) -> None:
    try:
        files(start + raw)
    except WrongContentError as error:
        assert "\n" not in str(error)


@pytest.mark.parametrize("cut", range(0, 100, 7))
def test_a_cut_file_is_damaged(cut: int) -> None:
    whole = resource({"a": {"b": b"content" * 9}})
    assert len(whole) > 110
    with pytest.raises(WrongContentError, match=r"damaged|not a resource"):
        files(whole[:cut])
