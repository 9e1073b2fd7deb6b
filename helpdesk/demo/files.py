"""Small real files for the demo's attachments: pictures, letters, a list."""

import struct
import zlib

from channels_app.adapters.base import InboundAttachment

_TYPES = {"png": "image/png", "pdf": "application/pdf", "txt": "text/plain"}
_WIDTH, _HEIGHT = 96, 64


def demo_file(name: str) -> InboundAttachment:
    """The file of that name as it comes with a mail; its extension decides what it is (png, pdf or txt)."""
    stem, _dot, extension = name.rpartition(".")
    content = {"png": _picture, "pdf": _letter, "txt": _list}[extension](stem)
    return InboundAttachment(name=name, content_type=_TYPES[extension], content=content)


def _picture(stem: str) -> bytes:
    """A lamp on a wall: a warm cone of light whose colour follows from the name."""
    tint = zlib.crc32(stem.encode()) % 60
    rows = bytearray()
    for y in range(_HEIGHT):
        rows.append(0)
        for x in range(_WIDTH):
            is_lit = abs(x - _WIDTH // 2) < y * 0.6
            glow = max(0, 90 - y) if is_lit else 0
            rows += bytes((min(255, 120 + glow + tint), min(255, 105 + glow), min(255, 95 + glow // 2)))
    header = struct.pack(">IIBBBBB", _WIDTH, _HEIGHT, 8, 2, 0, 0, 0)
    chunks = (b"IHDR" + header, b"IDAT" + zlib.compress(bytes(rows), 9), b"IEND")
    body = b"".join(struct.pack(">I", len(c) - 4) + c + struct.pack(">I", zlib.crc32(c)) for c in chunks)
    return b"\x89PNG\r\n\x1a\n" + body


def _letter(stem: str) -> bytes:
    """One page that says its own name."""
    text = f"BT /F1 24 Tf 72 720 Td (Wrenmoor Lamps) Tj 0 -40 Td /F1 14 Tf ({stem}) Tj ET".encode("ascii")
    objects = (
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(text), text),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    )
    page = bytearray(b"%PDF-1.4\n")
    places = []
    for number, body in enumerate(objects, start=1):
        places.append(len(page))
        page += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    start = len(page)
    page += b"xref\n0 %d\n0000000000 65535 f \n%s" % (len(objects) + 1, table)
    page += b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, start)
    return bytes(page)


def _list(stem: str) -> bytes:
    return f"{stem}\n\ncarton 1 of 4: 6 lamps\ncarton 2 of 4: 6 lamps\ncarton 3 of 4: 6 lamps\ncarton 4 of 4: missing\n".encode()
