"""Small PDFs for tests, written by hand: ISO 32000, as little of it as readers need."""

import zlib


def pdf(*pages: str, count: int | None = None) -> bytes:
    """A PDF with these lines on its pages; a page without any is like a scan.

    `count` repeats the last page without making the file longer by much.
    """
    many = max(count or 0, len(pages))
    first = 4
    bodies = [_stream(_drawn(text)) for text in pages]
    kinds = [
        f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents {first + number} 0 R"
        " /Resources << /Font << /F1 3 0 R >> >> >>"
        for number in range(len(pages))
    ]
    at = first + len(bodies)
    kinds += [kinds[-1]] * (many - len(pages))
    kids = [f"{at + number} 0 R" for number in range(many)]
    objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Count {many} /Kids [{' '.join(kids)}] >>",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
        *bodies,
        *kinds,
    ]
    return _file([each.encode("cp1252") for each in objects])


def bomb(megabytes: int) -> bytes:
    """A PDF of a few kilobytes whose only page unpacks to so much."""
    packed = zlib.compress(b" " * megabytes * 1_000_000, 9)
    packed = zlib.compress(packed, 9)
    head = f"<< /Length {len(packed)} /Filter [/FlateDecode /FlateDecode] >>\nstream\n".encode()
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Count 1 /Kids [3 0 R] >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] /Contents 4 0 R /Resources << >> >>",
        head + packed + b"\nendstream",
    ]
    return _file(objects)


def _drawn(text: str) -> str:
    if not text:
        return "0 0 10 10 re f"
    lines = [line.translate({ord(c): f"\\{c}" for c in "()\\"}) for line in text.split("\n")]
    shown = " ".join(f"({line}) Tj T*" for line in lines)
    return f"BT /F1 12 Tf 14 TL 40 800 Td {shown} ET"


def _stream(content: str) -> str:
    return f"<< /Length {len(content.encode('cp1252'))} >>\nstream\n{content}\nendstream"


def _file(objects: list[bytes]) -> bytes:
    found, places = b"%PDF-1.4\n", []
    for number, each in enumerate(objects, start=1):
        places.append(len(found))
        found += b"%d 0 obj\n%s\nendobj\n" % (number, each)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    size = len(objects) + 1
    return (
        found
        + b"xref\n0 %d\n0000000000 65535 f \n%s" % (size, table)
        + b"trailer << /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (size, len(found))
    )
