"""A small writer of PDF: text in the fonts that every reader has, and boxes. Cards need no more."""

from __future__ import annotations

import zlib
from dataclasses import dataclass, field

POINTS_PER_MM = 72 / 25.4
A4 = (210.0, 297.0)
"""Width and height in mm."""
FONTS = {"regular": "Helvetica", "bold": "Helvetica-Bold", "code": "Courier-Bold"}


@dataclass
class Page:
    """One page; lengths are in mm from the upper left corner, sizes of text in points."""

    width: float = A4[0]
    height: float = A4[1]
    _drawn: list[str] = field(default_factory=list)

    def text(self, x: float, y: float, words: str, size: float, font: str = "regular") -> None:
        """Write a line whose letters stand on ``y``. What Windows-1252 lacks becomes a question mark."""
        letters = words.encode("cp1252", errors="replace")
        escaped = "".join(
            f"\\{byte:03o}" if byte in b"()\\" or not 32 <= byte < 127 else chr(byte) for byte in letters
        )
        self._drawn.append(f"BT /{font} {size:g} Tf {self._x(x)} {self._y(y)} Td ({escaped}) Tj ET")

    def box(self, x: float, y: float, width: float, height: float) -> None:
        """Fill a rectangle, given by its upper left corner."""
        sides = f"{width * POINTS_PER_MM:.3f} {height * POINTS_PER_MM:.3f}"
        self._drawn.append(f"{self._x(x)} {self._y(y + height)} {sides} re f")

    def line(self, x1: float, y1: float, x2: float, y2: float) -> None:
        """Draw a thin grey line, along which one cuts."""
        ends = f"{self._x(x1)} {self._y(y1)} m {self._x(x2)} {self._y(y2)} l"
        self._drawn.append(f"q 0.7 G 0.4 w {ends} S Q")

    def content(self) -> bytes:
        """Return what the page draws, in PDF's operators."""
        return "\n".join(self._drawn).encode("ascii")

    def _x(self, x: float) -> str:
        return f"{x * POINTS_PER_MM:.3f}"

    def _y(self, y: float) -> str:
        return f"{(self.height - y) * POINTS_PER_MM:.3f}"


def document(pages: list[Page], title: str) -> bytes:
    """Return a PDF 1.4 of some pages; the same pages make the same bytes."""
    objects: list[bytes] = []

    def add(body: bytes) -> int:
        objects.append(body)
        return len(objects)

    fonts = " ".join(f"/{name} {add(_font(base))} 0 R" for name, base in FONTS.items())
    tree = len(objects) + 2 * len(pages) + 1
    kids = []
    for page in pages:
        packed = zlib.compress(page.content(), 9)
        stream = add(b"<< /Length %d /Filter /FlateDecode >>\nstream\n%s\nendstream" % (len(packed), packed))
        size = f"{page.width * POINTS_PER_MM:.3f} {page.height * POINTS_PER_MM:.3f}"
        kids.append(
            add(
                f"<< /Type /Page /Parent {tree} 0 R /MediaBox [0 0 {size}] /Contents {stream} 0 R "
                f"/Resources << /Font << {fonts} >> >> >>".encode("ascii")
            )
        )
    listed = " ".join(f"{kid} 0 R" for kid in kids)
    add(f"<< /Type /Pages /Kids [{listed}] /Count {len(pages)} >>".encode("ascii"))
    root = add(f"<< /Type /Catalog /Pages {tree} 0 R >>".encode("ascii"))
    info = add(b"<< /Title <FEFF%s> >>" % title.encode("utf-16-be").hex().upper().encode("ascii"))
    return _file(objects, root, info)


def _font(base: str) -> bytes:
    return f"<< /Type /Font /Subtype /Type1 /BaseFont /{base} /Encoding /WinAnsiEncoding >>".encode("ascii")


def _file(objects: list[bytes], root: int, info: int) -> bytes:
    """Return header, objects, the table of where each begins, and trailer."""
    written = bytearray(b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n")
    starts = []
    for number, body in enumerate(objects, 1):
        starts.append(len(written))
        written += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = len(written)
    written += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    written += b"".join(b"%010d 00000 n \n" % start for start in starts)
    written += b"trailer\n<< /Size %d /Root %d 0 R /Info %d 0 R >>\n" % (len(objects) + 1, root, info)
    written += b"startxref\n%d\n%%%%EOF\n" % table
    return bytes(written)
