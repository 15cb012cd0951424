"""Headers, markers and padding have the bytes that the specification gives."""

from __future__ import annotations

import struct

from organiser.appliance.vmdk.layout import Header, Marker, grain, marker, padded, tables_for


def test_a_header_is_read_as_it_was_written() -> None:
    header = Header(capacity=1 << 21, directory=12345)
    data = header.encode()
    assert len(data) == 512
    assert Header.decode(data) == header


def test_the_fields_lie_where_the_specification_says() -> None:
    data = Header(capacity=256).encode()
    assert data[:4] == b"KDMV"
    assert struct.unpack_from("<IIQQ", data, 4) == (3, 0x30001, 256, 128)
    assert struct.unpack_from("<Q", data, 56) == (0xFFFFFFFFFFFFFFFF,)
    assert data[73:77] == b"\n \r\n"
    assert struct.unpack_from("<H", data, 77) == (1,)


def test_markers() -> None:
    assert marker(Marker.FOOTER, 1) == struct.pack("<QII", 1, 0, 3) + bytes(496)
    assert marker(Marker.END_OF_STREAM, 0) == bytes(512)


def test_a_grain_is_padded_to_whole_sectors() -> None:
    data = grain(128, b"x" * 501)
    assert len(data) == 1024
    assert struct.unpack_from("<QI", data) == (128, 501)
    assert data[12:] == b"x" * 501 + bytes(511)
    assert padded(b"x" * 512) == b"x" * 512


def test_tables() -> None:
    assert [tables_for(sectors) for sectors in (128, 65536, 65537)] == [1, 1, 2]
