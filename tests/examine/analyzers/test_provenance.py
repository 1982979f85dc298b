"""The analyzer's side in the parent: the operator's trust list, and what a reading becomes."""

from pathlib import Path

import pytest

from tests.examine.analyzers.test_provenance_reader import ASSET
from tests.support.certificates import authority
from waarmerk.errors import InputError
from waarmerk.examine.analyzers.interface import AnalyzerOptions
from waarmerk.examine.analyzers.provenance import READER, ProvenanceAnalyzer
from waarmerk.examine.media.pieces import FileReading
from waarmerk.values import Abstention, Finding

PEM = authority().root


def list_file(folder: Path, content: bytes) -> AnalyzerOptions:
    (path := folder / "anchors.pem").write_bytes(content)
    return AnalyzerOptions(trust_anchors=path)


def test_only_the_certificates_of_the_trust_list_reach_the_child(tmp_path: Path) -> None:
    options = list_file(tmp_path, b"# our own\n" + PEM + b"\n# and\n" + PEM)
    told = ProvenanceAnalyzer().reader_settings(options)["trust_anchors"]
    assert told == (PEM + PEM).decode()


def test_without_a_list_nobody_is_trusted() -> None:
    assert ProvenanceAnalyzer().reader_settings(AnalyzerOptions()) == {"trust_anchors": None}


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"hello",
        b"-----BEGIN CERTIFICATE-----\nabc\n-----END CERTIFICATE-----\n",
        PEM[:-40],
        PEM + b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
        bytes(range(256)),
    ],
)
def test_a_list_of_rubbish_is_refused_in_a_sentence(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(InputError) as refused:
        ProvenanceAnalyzer().reader_settings(list_file(tmp_path, content))
    assert refused.value.sentence() == (
        f"{tmp_path / 'anchors.pem'}: the trust list holds no readable certificate, or a damaged one "
        "(give certificates in PEM: -----BEGIN CERTIFICATE----- ...)"
    )


@pytest.mark.parametrize("path", ["missing.pem", ".", "/dev/zero", "a\0b"])
def test_a_list_that_is_no_file_is_refused(tmp_path: Path, path: str) -> None:
    with pytest.raises(InputError, match="the trust list"):
        ProvenanceAnalyzer().reader_settings(AnalyzerOptions(trust_anchors=tmp_path / path))


def test_a_list_of_a_terabyte_is_refused_unread(tmp_path: Path) -> None:
    with (tmp_path / "big.pem").open("wb") as sparse:
        sparse.truncate(1 << 40)
    with pytest.raises(InputError, match="larger than 8 MiB"):
        ProvenanceAnalyzer().reader_settings(AnalyzerOptions(trust_anchors=tmp_path / "big.pem"))


def finding(*readings: FileReading) -> Finding:
    watch = ProvenanceAnalyzer().start(ASSET, AnalyzerOptions())
    for reading in readings:
        watch.see(reading)
    return watch.finding()


def test_what_the_reader_found_is_the_finding() -> None:
    found = finding(FileReading("somebody:else", {"a": 1}), FileReading(READER, {"manifest": "none"}))
    assert (found.answer, found.facts) == (None, {"manifest": "none"})


def test_a_reader_that_failed_is_an_abstention_with_its_reason() -> None:
    assert finding(FileReading(READER, None, "it took too long")).answer == Abstention(
        reason="analyzer-failed", detail="it took too long"
    )
    assert isinstance(finding().answer, Abstention)
