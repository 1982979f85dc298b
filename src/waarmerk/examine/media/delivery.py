"""The last step in the child: a kept picture is in its slot, its shot is known, the parent is told."""

from __future__ import annotations

from collections.abc import Callable

from waarmerk.examine.media.limits import Limits
from waarmerk.examine.media.pictures import Kept
from waarmerk.examine.media.ring import Ring
from waarmerk.examine.media.shots import Shots
from waarmerk.examine.media.wire import PictureReady


class Delivery:
    """Numbers and announces kept pictures. `free_slot` waits for a slot of the ring, `tell` sends the message.

    `until_s`: later pictures are not wanted.
    """

    def __init__(
        self,
        ring: Ring,
        limits: Limits,
        free_slot: Callable[[], int],
        tell: Callable[[PictureReady], None],
        until_s: float | None = None,
    ) -> None:
        self.ring = ring
        self.limits = limits
        self.until_s = until_s
        self.free_slot = free_slot
        self._tell = tell
        self._shots = Shots()
        self.count = 0

    @property
    def shots(self) -> tuple[float, ...]:
        """Where each shot's first kept picture lies, in seconds."""
        return tuple(self._shots.starts)

    def announce(self, slot: int, kept: Kept, frame: int, t_s: float) -> None:
        """Tells the parent of the picture that was written into `slot`."""
        luma = self.ring.luma(slot, kept.height, kept.width, kept.luma_height, kept.luma_width)
        self._tell(
            PictureReady(
                slot=slot,
                number=self.count,
                frame=frame,
                t_s=t_s,
                shot=self._shots.see(luma, t_s),
                height=kept.height,
                width=kept.width,
                luma_height=kept.luma_height,
                luma_width=kept.luma_width,
                scale=kept.scale,
            )
        )
        self.count += 1
