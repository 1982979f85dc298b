"""A pack: several receipts in one text, for somebody who holds many: a notifier, a trusted flagger, an authority.

Rules (schema `waarmerk.pack/1`):
- Canonical JSON (RFC 8785) of `schema` and `receipts`, a list of receipts as they are handed out one by one; nothing
  else, and no second spelling.
- In the order of their places in the log, none twice. A pack claims nothing that its receipts do not.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Literal

import msgspec

from waarmerk.errors import InputError
from waarmerk.record.commitment import canonical
from waarmerk.record.receipt import MAX_RECEIPT, Receipt, parse_receipt
from waarmerk.record.strict import exact, loads
from waarmerk.values import Json

SCHEMA = "waarmerk.pack/1"
MAX_RECEIPTS = 10_000
MAX_PACK = 64 << 20


class _Written(msgspec.Struct, forbid_unknown_fields=True):
    schema: Literal["waarmerk.pack/1"]
    receipts: list[dict[str, Json]]


def make_pack(receipts: Sequence[Receipt]) -> bytes:
    """The pack of these receipts. Raises `InputError` where it would have none, too many, or one twice."""
    ordered = sorted(receipts, key=lambda each: each.proof.index)
    _check([each.proof.index for each in ordered])
    return canonical({"schema": SCHEMA, "receipts": [loads(each.data) for each in ordered]})


def parse_pack(data: bytes) -> list[Receipt]:
    """The receipts in a pack, unverified. Raises `InputError` saying what is not as it should be."""
    if len(data) > MAX_PACK:
        raise InputError(f"a pack of {len(data)} bytes is above the limit of {MAX_PACK}")
    written = exact(data.removesuffix(b"\n"), _Written, "pack")
    found = []
    for number, value in enumerate(written.receipts):
        text = canonical(value)
        if len(text) > MAX_RECEIPT:
            raise InputError(f"a receipt has at most {MAX_RECEIPT} bytes", where=f"receipt {number}")
        try:
            found.append(parse_receipt(text))
        except InputError as error:
            raise InputError(error.message, where=f"receipt {number}", hint=error.hint) from error
    _check([each.proof.index for each in found])
    return found


def _check(places: Sequence[int]) -> None:
    if not 1 <= len(places) <= MAX_RECEIPTS:
        raise InputError(f"a pack has 1 to {MAX_RECEIPTS} receipts, not {len(places)}")
    for before, after in pairwise(places):
        if before >= after:
            raise InputError(f"the receipts are not in the order of the log, or one stands twice: {before}, {after}")
