"""How soon a case is taken up: order before trusted flagger before notice before own initiative; views raise it.

A priority is a number for the queue, smaller is sooner; within one number, the older goes first. An archive
waits for all of them.
"""

from __future__ import annotations

ORDER, TRUSTED, COMPLAINT, NOTICE, OWN, ARCHIVE = 100, 200, 300, 400, 500, 600
_STEPS = (100, 1_000, 10_000, 100_000)
"""Views an hour, each worth a tenth of the distance to the next class: views never overtake a class."""
_STEP = 10


def priority(base: int, views_per_hour: float) -> int:
    """The priority of a case that came in as `base` and is watched so often."""
    return base - _STEP * sum(views_per_hour >= bound for bound in _STEPS)
