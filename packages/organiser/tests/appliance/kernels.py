"""A kernel of a few bytes: it says its name to the first serial port and stops.

It has the header of the Linux/x86 boot protocol 2.03, so that a boot loader starts it like a real one.
"""

from __future__ import annotations

import struct

SETUP = 1024
# cld; call next; next: pop esi; add esi,19; mov dx,0x3f8; lodsb; test al,al; jz halt; out dx,al; jmp lodsb
# halt: hlt; jmp halt
CODE = bytes.fromhex("fce8000000005e83c61366baf803ac84c07403eeebf8f4ebfd")


def kernel(name: str) -> bytes:
    """Return a kernel that says its name, in a line of its own."""
    body = CODE + f"\r\nthis is {name}\r\n".encode() + b"\0"
    body = body.ljust(4096, b"\0")
    setup = bytearray(SETUP)
    setup[0x1F1] = 1  # further sectors of set-up code
    struct.pack_into("<I", setup, 0x1F4, len(body) // 16)
    struct.pack_into("<H", setup, 0x1FE, 0xAA55)
    setup[0x200:0x202] = b"\xeb\x3c"
    setup[0x202:0x206] = b"HdrS"
    struct.pack_into("<H", setup, 0x206, 0x0203)
    setup[0x211] = 1  # to be loaded at 1 MiB
    struct.pack_into("<I", setup, 0x214, 0x100000)
    struct.pack_into("<I", setup, 0x22C, 0x37FFFFFF)
    return bytes(setup) + body
