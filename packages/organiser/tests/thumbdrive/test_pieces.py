from pathlib import Path

from organiser.thumbdrive.pieces import Found, Piece, below


def test_what_is_below_a_folder(tmp_path: Path) -> None:
    for name in ("a", "deep/b", ".hidden", ".git/c"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(b"xy")
    found = Found(below(tmp_path, "into"), expected=[("more", 5)])
    assert [piece.name for piece in found.pieces] == ["into/a", "into/deep/b"]
    assert found.bytes == 9
    assert Piece("text", b"four").bytes == 4
