"""Receipts that people hold against the bundle: the same events at the same places of the same log.

Rules:
- A receipt that does not verify under the log's key says nothing about the platform: it is told apart.
- A receipt that verifies and whose event the bundle has not at that place is the strongest evidence there is: the
  platform signed both.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from waarmerk.audit.contradictions import Compared, Found
from waarmerk.audit.loaded import Record
from waarmerk.errors import InputError, IntegrityError
from waarmerk.record.bundle.read import Bundle
from waarmerk.record.commitment import commitment
from waarmerk.record.log.keys import VerifierKey
from waarmerk.record.log.merkle import leaf_hash
from waarmerk.record.receipt import parse_receipt, verify_receipt
from waarmerk.record.verify import Tree


def receipts(record: Record, folder: Path, bundle: Bundle, keys: Sequence[VerifierKey]) -> Compared:
    """Every receipt in a folder. Raises `InputError` for a folder that cannot be read."""
    compared = Compared("receipts", str(folder))
    tree = Tree(bundle.signed(list(keys)).head, bundle.tile)
    for path in sorted(folder.glob("*.json")):
        compared.rows += 1
        try:
            receipt = parse_receipt(path.read_bytes())
            event, _ = verify_receipt(receipt, keys)
        except OSError as error:
            raise InputError(f"the receipt cannot be read: {error.strerror}", where=str(path)) from error
        except (InputError, IntegrityError) as error:
            compared.found.append(_found("receipt_unsound", path, question=True, why=error.message))
            continue
        if event.service != record.service or receipt.proof.index >= record.stop:
            compared.outside += 1
            continue
        compared.take("A6")
        mine = leaf_hash(commitment(receipt.salt, receipt.event))
        if tree.leaf(receipt.proof.index) != mine:
            compared.found.append(_found("receipt_not_in_log", path, index=receipt.proof.index, id=event.id))
    return compared


def _found(code: str, path: Path, *, question: bool = False, index: int | None = None, **fields: str) -> Found:
    return Found(
        code=code,
        obligation="A6",
        basis="proof",
        question=question,
        where=str(path),
        indexes=() if index is None else (index,),
        fields=dict(fields),
    )
