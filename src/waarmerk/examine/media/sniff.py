"""Who reads this file: seen in its first bytes alone, before the jail closes, since it decides what is imported."""

from __future__ import annotations

HEAD_BYTES = 4096


def form_of(head: bytes) -> str | None:
    """Pillow's name for the still that begins with `head` (its first 4096 bytes); None: a matter for FFmpeg."""
    if head[4:8] == b"ftyp":
        return "AVIF" if head[8:12] in {b"avif", b"avis"} else None
    if head.startswith(b"RIFF") and head[8:12] == b"WEBP":
        return "WEBP"
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        moving = 0 < head.find(b"acTL") < (head.find(b"IDAT") % len(head))
        return None if moving else "PNG"
    starts = ((b"\xff\xd8\xff", "JPEG"), (b"BM", "BMP"), (b"II*\0", "TIFF"), (b"MM\0*", "TIFF"))
    return next((form for start, form in starts if head.startswith(start)), None)
