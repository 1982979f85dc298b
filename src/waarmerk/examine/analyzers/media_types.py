"""What kind of file this is, told by its first bytes and nothing else: for readers that need a media type."""

from __future__ import annotations

from typing import BinaryIO, Final

_PACKET: Final = 188
"""Bytes of a packet of an MPEG transport stream, each beginning with a G."""

_BRANDS: Final = {
    b"qt  ": "video/quicktime",
    b"heic": "image/heic",
    b"heix": "image/heic",
    b"mif1": "image/heif",
    b"avif": "image/avif",
    b"avis": "image/avif",
    b"M4A ": "audio/mp4",
}
_RIFF: Final = {b"WEBP": "image/webp", b"AVI ": "video/avi", b"WAVE": "audio/wav"}
_MAGIC: Final = (
    (b"\xff\xd8\xff", 0, "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", 0, "image/png"),
    (b"GIF8", 0, "image/gif"),
    (b"II*\0", 0, "image/tiff"),
    (b"MM\0*", 0, "image/tiff"),
    (b"\0\0\0\x0cJXL ", 0, "image/jxl"),
    (b"moov", 4, "video/quicktime"),
    (b"mdat", 4, "video/quicktime"),
    (b"wide", 4, "video/quicktime"),
    (b"ID3", 0, "audio/mpeg"),
    (b"fLaC", 0, "audio/flac"),
    (b"\x1aE\xdf\xa3", 0, "video/webm"),
    (b"OggS", 0, "application/ogg"),
    (b"FLV\x01", 0, "video/x-flv"),
)


def media_type(file: BinaryIO) -> str | None:
    """The media type, or None where the first bytes tell nothing. Leaves the file at its start."""
    file.seek(0)
    head = file.read(_PACKET + 1)
    file.seek(0)
    if head[4:8] == b"ftyp":
        return _BRANDS.get(head[8:12], "video/mp4")
    for magic, offset, kind in _MAGIC:
        if head[offset : offset + len(magic)] == magic:
            return kind
    if head[:1] == head[_PACKET:] == b"G":
        return "video/mp2t"
    return _RIFF.get(head[8:12]) if head[:4] == b"RIFF" else None
