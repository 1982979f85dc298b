"""Every bound on a stranger's file, by name and with its reason.

They are generous for anything a camera, an editor or a platform makes, and stop what was made to hurt. A bound
that is met ends in one sentence or, where pictures were already kept, in a cut that the report states.
"""

from __future__ import annotations

from dataclasses import dataclass

MIB = 1 << 20


@dataclass(frozen=True)
class Limits:
    """The bounds of one examination; tests and operators pass their own."""

    file_bytes: int = 256 << 30
    """Reading and digesting more than this takes longer than anybody waits for one answer."""

    streams: int = 32
    """A film with every language and commentary has about 30; each stream costs parser state."""

    tiles: int = 256
    """A HEIC of 48 megapixels in tiles of 512 pixels has 192, each a stream to FFmpeg."""

    picture_pixels: int = 8192 * 4352
    """8K with room for alignment: the largest frame that any phone, camera or platform delivers as video."""

    still_pixels: int = 256_000_000
    """The largest phone sensors give 200 megapixels; beyond it a few kilobytes can claim gigabytes."""

    still_pixels_whole: int = 50_000_000
    """Stills that cannot be decoded at reduced size take 4 bytes a pixel: with the work on them, `child_data`."""

    kept_pixels: int = 3840 * 2160
    """A kept picture travels at native size up to 4K, and scaled down above: four of them make the ring."""

    luma_side: int = 512
    """PDQ and the measures of light need no more; area-averaged, so nothing is lost to them."""

    slots: int = 4
    """Two samples held by their user, one being written, one waiting: neither side stands still."""

    rate: float = 4.0
    """Kept pictures a second: manipulation and known pictures last longer than a quarter of a second."""

    samples: int = 43_200
    """Three hours at four a second; a longer medium is sampled more thinly, spread over all of it."""

    sound_s: float = 24 * 3600.0
    """Sound of a day gives 700,000 codes; what comes after is left out, and told."""

    frames: int = 5_000_000
    """Twenty-three hours at 60 a second; what comes after is reported as cut, whatever the header claims."""

    decode_errors: int = 1_000
    """A damaged medium goes on after a bad picture, one that is noise throughout does not go on for ever."""

    child_data: int = 416 * MIB
    """Private memory of the child (RLIMIT_DATA): with the parent's share it keeps a whole check under 700 MB."""

    child_address_space: int = 3 << 30
    """Libraries and shared pictures are mapped, not all resident: a second wall behind `child_data`."""

    child_files: int = 16
    """Three pipes, the medium and the ring are all that the child ever holds open."""

    child_file_bytes: int = 0
    """The child writes no file at all (RLIMIT_FSIZE); its pictures go through memory mapped beforehand."""

    cpu_start_s: float = 60.0
    """Imports, probing and readers together take about one second; a parser that loops is stopped here."""

    cpu_per_second: float = 6.0
    """Software AV1 at 8K and 60 pictures a second needs about this much for one second of medium."""

    cpu_s: int = 24 * 3600
    """No medium is worth more than a day of one core, however long it says it is."""

    slowest_bytes_per_s: int = 64
    """A duration is believed as far as the bytes carry it; half a kilobit a second is below any video."""

    silence_s: float = 120.0
    """Between two messages lies at most a few seconds of work, even on a crowded machine."""

    reader_s: float = 60.0
    """A reader of the file itself takes milliseconds, and seconds where it digests gigabytes."""

    patience: float = 4.0
    """Times the CPU time that the parent waits in all: a crowded machine gives a child a quarter of a core."""

    message_bytes: int = 16 * MIB
    """Facts of one reader: a box tree of a long fragmented file is the largest, about one megabyte."""

    def cpu(self, duration_s: float | None, size: int) -> int:
        """CPU seconds the child may use for a medium of this (claimed) duration and `size` in bytes."""
        carried = size / self.slowest_bytes_per_s
        believed = min(duration_s, carried) if duration_s is not None else carried
        return int(min(self.cpu_start_s + self.cpu_per_second * max(believed, 0.0), self.cpu_s))

    def wall(self, duration_s: float | None, size: int) -> float:
        """Seconds that the parent waits for the child in all; its own work between is not counted."""
        return self.silence_s + self.patience * self.cpu(duration_s, size)

    def rate_for(self, duration_s: float | None) -> float:
        """Kept pictures a second, so that `samples` of them cover a medium of this duration."""
        if duration_s is None or duration_s * self.rate <= self.samples:
            return self.rate
        return self.samples / duration_s


LIMITS = Limits()
