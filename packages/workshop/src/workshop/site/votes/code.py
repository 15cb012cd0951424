"""A QR code of a short address, as an SVG: ISO/IEC 18004, bytes, versions 1 to 3, error correction M.

These versions hold one block of code words and at most one alignment pattern, which keeps the code short;
42 characters are enough for an address on a local network.
"""

from __future__ import annotations

from workshop.errors import WorkshopError

SIZES = {1: (16, 10), 2: (28, 16), 3: (44, 26)}
"""By version: the code words of data and of error correction at level M."""
QUIET = 4
"""Modules of margin that a reader needs."""
FORMAT_M = 0b00
FORMAT_GENERATOR, FORMAT_MASK = 0b10100110111, 0b101010000010010
FIELD = 0x11D
"""The polynomial of the field of 256 elements."""

Modules = list[list[bool | None]]
"""Rows of modules: dark, light, or not yet set."""


def svg(text: str) -> str:
    """Return the code of ``text`` as an SVG, dark on white with its margin whatever the page's colours are.

    Raises WorkshopError when the text is longer than 42 characters or not ASCII.
    """
    modules = matrix(text)
    size = len(modules) + 2 * QUIET
    path = "".join(
        f"M{x + QUIET} {y + QUIET}h1v1h-1z"
        for y, row in enumerate(modules)
        for x, dark in enumerate(row)
        if dark
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size} {size}" shape-rendering="crispEdges">'
        f'<path fill="#fff" d="M0 0h{size}v{size}H0z"/><path fill="#000" d="{path}"/></svg>'
    )


def matrix(text: str) -> list[list[bool]]:
    """Return the modules of the code of ``text``, True for dark, with the mask that is penalised least."""
    version, words = _code_words(text)
    best: tuple[int, list[list[bool]]] | None = None
    for mask in range(8):
        modules = _patterns(version)
        fixed = [[each is not None for each in row] for row in modules]
        _place(modules, words)
        done = [
            [bool(dark) ^ (not fixed[y][x] and _is_masked(mask, y, x)) for x, dark in enumerate(row)]
            for y, row in enumerate(modules)
        ]
        _write_format(done, mask)
        penalty = _penalty(done)
        if best is None or penalty < best[0]:
            best = penalty, done
    assert best is not None
    return best[1]


def _code_words(text: str) -> tuple[int, list[int]]:
    """Return the smallest version that holds the text, and its code words, those of correction at the end."""
    try:
        content = text.encode("ascii")
    except UnicodeEncodeError:
        content = b""
    version = next((each for each in SIZES if len(content) <= SIZES[each][0] - 2), None)
    if version is None or not content:
        raise WorkshopError(f"{text!r} does not fit into a QR code; use a shorter address")
    data, correction = SIZES[version]
    # Mode 4 (bytes), the length in eight bits, the bytes, four bits of zero: nibbles that are whole again.
    bits = f"0100{len(content):08b}" + "".join(f"{each:08b}" for each in content) + "0000"
    words = [int(bits[at : at + 8], 2) for at in range(0, len(bits), 8)]
    words += [(0xEC, 0x11)[number % 2] for number in range(data - len(words))]
    return version, words + _remainder(words, correction)


def _times(a: int, b: int) -> int:
    """Multiply in the field."""
    product = 0
    while b:
        if b & 1:
            product ^= a
        a = a << 1 ^ (FIELD if a & 0x80 else 0)
        b >>= 1
    return product


def _remainder(words: list[int], count: int) -> list[int]:
    """Return ``count`` words of Reed-Solomon correction: what is left by the generator's division."""
    generator = [1]
    root = 1
    for _ in range(count):
        shifted = [*generator, 0]
        generator = [
            each ^ _times(root, before) for each, before in zip(shifted, [0, *generator], strict=True)
        ]
        root = _times(root, 2)
    left = [*words, *[0] * count]
    for at in range(len(words)):
        first = left[at]
        for offset, each in enumerate(generator):
            left[at + offset] ^= _times(first, each)
    return left[len(words) :]


def _patterns(version: int) -> Modules:
    """Return what every code of the version has: finders, timing, alignment, and room for the format."""
    size = 17 + 4 * version
    modules: Modules = [[None] * size for _ in range(size)]
    for top, left in ((0, 0), (0, size - 7), (size - 7, 0)):
        for y in range(max(0, top - 1), min(size, top + 8)):
            for x in range(max(0, left - 1), min(size, left + 8)):
                ring = max(abs(y - top - 3), abs(x - left - 3))
                modules[y][x] = ring in (0, 1, 3)
    for at in range(8, size - 8):
        modules[6][at] = modules[at][6] = at % 2 == 0
    if version > 1:
        for y in range(-2, 3):
            for x in range(-2, 3):
                modules[size - 7 + y][size - 7 + x] = max(abs(y), abs(x)) != 1
    for at in range(9):
        for y, x in ((8, at), (at, 8)):
            if modules[y][x] is None:
                modules[y][x] = False
    for at in range(8):
        modules[8][size - 1 - at] = modules[size - 1 - at][8] = False
    return modules


def _place(modules: Modules, words: list[int]) -> None:
    """Fill what is free with the bits, in columns of two, up and down from the right."""
    size = len(modules)
    bits = iter("".join(f"{word:08b}" for word in words))
    upward = True
    for right in (*range(size - 1, 6, -2), 5, 3, 1):
        for y in range(size - 1, -1, -1) if upward else range(size):
            for x in (right, right - 1):
                if modules[y][x] is None:
                    modules[y][x] = next(bits, "0") == "1"
        upward = not upward


def _is_masked(mask: int, y: int, x: int) -> bool:
    """Tell whether the mask turns this module round."""
    return (
        (y + x) % 2, y % 2, x % 3, (y + x) % 3, (y // 2 + x // 3) % 2, y * x % 2 + y * x % 3,
        (y * x % 2 + y * x % 3) % 2, ((y + x) % 2 + y * x % 3) % 2,
    )[mask] == 0  # fmt: skip


def _write_format(modules: list[list[bool]], mask: int) -> None:
    """Write the level and the mask, with their own correction, at both places, and the dark module."""
    told = FORMAT_M << 3 | mask
    rest = told << 10
    for shift in range(4, -1, -1):
        if rest >> (shift + 10) & 1:
            rest ^= FORMAT_GENERATOR << shift
    value = (told << 10 | rest) ^ FORMAT_MASK
    bits = [bool(value >> at & 1) for at in range(15)]
    size = len(modules)
    around = [*range(6), 7, 8]
    for at in range(8):
        modules[around[at]][8] = bits[at]
        modules[8][size - 1 - at] = bits[at]
    for at in range(7):
        modules[8][(5, 4, 3, 2, 1, 0)[at - 1] if at else 7] = bits[8 + at]
        modules[size - 7 + at][8] = bits[8 + at]
    modules[size - 8][8] = True


def _penalty(modules: list[list[bool]]) -> int:
    """Return how hard the code is to read, after the standard's four rules."""
    size = len(modules)
    lines = ["".join("01"[dark] for dark in row) for row in modules]
    lines += ["".join("01"[row[x]] for row in modules) for x in range(size)]
    penalty = 0
    for line in lines:
        runs = line.replace("01", "0 1").replace("10", "1 0").split()
        penalty += sum(len(run) - 2 for run in runs if len(run) >= 5)
        penalty += 40 * sum(line[at : at + 11] in ("10111010000", "00001011101") for at in range(size - 10))
    for y in range(size - 1):
        for x in range(size - 1):
            penalty += 3 * (modules[y][x] == modules[y][x + 1] == modules[y + 1][x] == modules[y + 1][x + 1])
    dark = sum(map(sum, modules)) / size**2
    return penalty + 10 * int(abs(dark * 100 - 50) / 5)
