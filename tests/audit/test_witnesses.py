"""Are checkpoints cosigned: with a witness that was there in time, late, or not at all."""

from pathlib import Path

import pytest

from tests.audit.story import START, Story, loaded
from waarmerk.audit.limits import limits_of
from waarmerk.audit.load import Keys
from waarmerk.audit.obligations import OBLIGATIONS, all_obligations
from waarmerk.audit.obligations.interface import CannotTest, Case
from waarmerk.record.log.checkpoint import CHECKPOINT
from waarmerk.record.log.keys import COSIGNATURE, SigningKey
from waarmerk.record.log.note import Note, parse_note, signature_by
from waarmerk.record.log.reader import read_checkpoint
from waarmerk.record.log.storage import PUBLIC

WITNESS = SigningKey("witness.example", COSIGNATURE, bytes(range(32)))


def judged(tmp_path: Path, *, cosigned_after: float | None, given: bool = True) -> list[Case]:
    """A3 over a record of 100 hours; the witness came so many hours later, or never."""
    story = Story().until(100)
    log = story.log()
    if cosigned_after is not None:
        note = parse_note(read_checkpoint(log.storage, [log.key]).note.data)
        moment = int(START.timestamp() + (100 + cosigned_after) * 3600)
        signed = Note(note.text, (*note.signatures, signature_by(WITNESS, note.text, moment)))
        log.storage.write({PUBLIC + CHECKPOINT: signed.data})
    keys = Keys([log.key], [WITNESS.verifier] if given else [])
    (record,) = loaded(log.bundle(tmp_path / "b.zip"), keys)
    all_obligations()
    record.limits, _ = limits_of(record, all_obligations(), {})
    return list(OBLIGATIONS["A3"].test(record))


def test_a_witness_in_time_is_in_order(tmp_path: Path) -> None:
    assert [case.verdict for case in judged(tmp_path, cosigned_after=2)] == ["kept"]


@pytest.mark.parametrize(("after", "came"), [(None, "nothing"), (30, "late")])
def test_no_witness_and_one_too_late_deviate(after: float | None, came: str, tmp_path: Path) -> None:
    assert [(case.verdict, case.came) for case in judged(tmp_path, cosigned_after=after)] == [("deviates", came)]


def test_without_a_witnesss_key_it_cannot_be_tested(tmp_path: Path) -> None:
    with pytest.raises(CannotTest) as cannot:
        judged(tmp_path, cosigned_after=2, given=False)
    assert cannot.value.why == "no_witness_key"
