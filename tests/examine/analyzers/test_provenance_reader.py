"""What the reader in the child says about media that were really signed, changed, cut and stripped."""

import io
import os
import re
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any, BinaryIO, cast

import av
import jsonschema
import numpy as np
import pytest
from c2pa import C2paDigitalSourceType, C2paError, Context
from c2pa import Reader as Library
from PIL import Image

from tests.support.certificates import C2PA_SIGNING, Authority, authority, signed
from waarmerk.errors import InputError
from waarmerk.examine.analyzers.media_types import media_type
from waarmerk.examine.analyzers.provenance import FACTS, READER
from waarmerk.examine.analyzers.provenance_reader import read, settings
from waarmerk.examine.media.medium import open_medium
from waarmerk.examine.media.nameless import Nameless
from waarmerk.examine.media.pieces import FileReading
from waarmerk.examine.media.reading import Plan, ReaderPlan, Reading
from waarmerk.values import Asset, Sha256

ASSET = Asset(
    path="clip.mp4",
    sha256=Sha256("0" * 64),
    bytes=1,
    kind="video",
    container="mov,mp4",
    video_codec="h264",
    duration_s=1.0,
    width=64,
    height=64,
    fps="10/1",
    audio=False,
)
CAPTURED, GENERATED = C2paDigitalSourceType.DIGITAL_CAPTURE, C2paDigitalSourceType.TRAINED_ALGORITHMIC_MEDIA


def clip(container: str = "mp4", codec: str = "libx264") -> bytes:
    file = io.BytesIO()
    with av.open(file, "w", format=container) as output:
        stream = output.add_stream(codec, rate=10)
        stream.width, stream.height, stream.pix_fmt = 64, 64, "yuv420p"
        noise = np.random.default_rng(1)
        for _ in range(10):
            frame = av.VideoFrame.from_ndarray(noise.integers(0, 255, (64, 64, 3)).astype(np.uint8))
            output.mux(stream.encode(frame))
        output.mux(stream.encode(None))
    return file.getvalue()


def photo(xmp: str = "") -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (64, 64), "teal").save(file, "jpeg", xmp=xmp.encode())
    return file.getvalue()


def xmp(note: str) -> str:
    return f'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF><rdf:Description {note}/></rdf:RDF></x:xmpmeta>'


@pytest.fixture(scope="module")
def mp4() -> bytes:
    return clip()


@pytest.fixture(scope="module")
def ours() -> Authority:
    return authority()


def facts(medium: bytes | BinaryIO, trusted: Authority | None = None) -> dict[str, Any]:
    file = io.BytesIO(medium) if isinstance(medium, bytes) else medium
    told = read(file, ASSET, {"trust_anchors": trusted.root.decode() if trusted else None})
    jsonschema.validate(told, FACTS)
    return told


def test_an_intact_manifest_of_a_signer_on_the_list_is_trusted(mp4: bytes, ours: Authority) -> None:
    told = facts(signed(mp4, "video/mp4", ours, CAPTURED, title="Interview"), ours)
    assert (told["manifest"], told["state"], told["tampered"], told["declared_synthetic"]) == (
        "embedded",
        "trusted",
        False,
        False,
    )
    (manifest,) = told["manifests"]
    assert manifest["active"]
    assert manifest["title"] == "Interview"
    assert manifest["signer"]["name"] == "Waarmerk demo signer"
    assert manifest["signer"]["algorithm"].lower() == "es256"
    assert manifest["digital_source_types"] == ["digitalCapture"]
    assert manifest["actions"] == [{"action": "c2pa.created", "when": None, "digital_source_type": "digitalCapture"}]


def test_a_signer_that_is_on_nobodys_list_is_valid_and_no_more(mp4: bytes, ours: Authority) -> None:
    medium = signed(mp4, "video/mp4", ours, CAPTURED)
    for trusted in (None, authority("Somebody else")):
        told = facts(medium, trusted)
        assert told["state"] == "valid"
        assert {"code": "signingCredential.untrusted", "outcome": "failure"} in told["codes"]
        assert not told["tampered"]


def test_a_signer_certified_for_c2pa_claims_is_trusted(mp4: bytes) -> None:
    official = authority("Camera maker", usage=C2PA_SIGNING)
    assert facts(signed(mp4, "video/mp4", official, CAPTURED), official)["state"] == "trusted"


@pytest.mark.parametrize(
    ("source_type", "synthetic"),
    [
        (C2paDigitalSourceType.TRAINED_ALGORITHMIC_MEDIA, True),
        (C2paDigitalSourceType.COMPOSITE_WITH_TRAINED_ALGORITHMIC_MEDIA, True),
        (C2paDigitalSourceType.COMPOSITE_SYNTHETIC, True),
        (C2paDigitalSourceType.ALGORITHMIC_MEDIA, True),
        (C2paDigitalSourceType.ALGORITHMICALLY_ENHANCED, False),
        (C2paDigitalSourceType.HUMAN_EDITS, False),
        (C2paDigitalSourceType.COMPOSITE_CAPTURE, False),
    ],
)
def test_the_declared_source_type_decides_what_is_synthetic(
    ours: Authority, source_type: C2paDigitalSourceType, synthetic: bool
) -> None:
    assert facts(signed(photo(), "image/jpeg", ours, source_type))["declared_synthetic"] is synthetic


@pytest.mark.parametrize(
    ("relationship", "synthetic"), [("parentOf", True), ("componentOf", True), ("inputTo", False)]
)
def test_what_a_medium_was_made_from_counts_what_inspired_it_does_not(
    mp4: bytes, ours: Authority, relationship: str, synthetic: bool
) -> None:
    generated = signed(mp4, "video/mp4", ours, GENERATED)
    intent = None if relationship == "parentOf" else CAPTURED
    medium = signed(mp4, "video/mp4", ours, intent, parents=[("made.mp4", generated)], relationship=relationship)
    told = facts(medium, ours)
    assert told["state"] == "trusted"
    assert told["declared_synthetic"] is synthetic
    (ingredient,) = told["manifests"][0]["ingredients"]
    assert (ingredient["title"], ingredient["relationship"], ingredient["intact"]) == ("made.mp4", relationship, True)
    assert ingredient["manifest"] == told["manifests"][1]["label"]


def test_an_ingredient_that_was_tampered_with_declares_nothing(mp4: bytes, ours: Authority) -> None:
    broken = bytearray(signed(mp4, "video/mp4", ours, GENERATED))
    broken[-100] ^= 1
    told = facts(signed(mp4, "video/mp4", ours, None, parents=[("made.mp4", bytes(broken))]), ours)
    assert told["manifests"][0]["ingredients"][0]["intact"] is False
    assert told["declared_synthetic"] is False


def test_a_flipped_bit_in_the_pictures_is_tampering_and_the_declaration_counts_no_more(
    mp4: bytes, ours: Authority
) -> None:
    medium = bytearray(signed(mp4, "video/mp4", ours, GENERATED))
    medium[medium.index(b"mdat") + 900] ^= 1
    told = facts(bytes(medium), ours)
    assert (told["state"], told["tampered"], told["declared_synthetic"]) == ("invalid", True, False)
    assert {"code": "assertion.bmffHash.mismatch", "outcome": "failure"} in told["codes"]


def test_a_changed_statement_is_tampering(mp4: bytes, ours: Authority) -> None:
    medium = signed(mp4, "video/mp4", ours, GENERATED).replace(b"trainedAlgorithmicMedia", b"digitalCaptureCapture00")
    told = facts(medium, ours)
    assert (told["state"], told["tampered"], told["declared_synthetic"]) == ("invalid", True, False)


def test_a_signed_file_that_was_cut_in_its_pictures_does_not_match_its_manifest(ours: Authority) -> None:
    told = facts(signed(photo(), "image/jpeg", ours, CAPTURED)[:-30], ours)
    assert (told["state"], told["tampered"]) == ("invalid", True)


def test_a_signed_file_that_was_cut_in_its_index_has_a_damaged_manifest(mp4: bytes, ours: Authority) -> None:
    told = facts(signed(mp4, "video/mp4", ours, CAPTURED)[:-300], ours)
    assert (told["manifest"], told["state"]) == ("damaged", None)


def test_bytes_that_should_be_a_manifest_and_are_none_are_damaged(mp4: bytes, ours: Authority) -> None:
    told = facts(signed(mp4, "video/mp4", ours, CAPTURED).replace(b"jumb", b"jumX", 1), ours)
    assert (told["manifest"], told["state"]) == ("damaged", None)
    assert told["error"]


def test_a_broken_file_without_a_manifest_is_not_said_to_have_had_one(mp4: bytes) -> None:
    for medium in (mp4[: len(mp4) // 2], b"\0\0\0\x18ftypisom" + b"\xff" * 99):
        told = facts(medium)
        assert told["manifest"] in ("none", "unreadable")
        assert told["traces"] == []


def test_a_failure_of_this_machine_is_no_fact_about_the_file(mp4: bytes, ours: Authority) -> None:
    class Failing(io.BytesIO):
        def seek(self, offset: int, whence: int = 0) -> int:
            if offset > 64:
                raise OSError(5, "Input/output error")
            return super().seek(offset, whence)

    with pytest.raises(InputError, match=r"its provenance could not be read: .*Input/output error"):
        facts(Failing(signed(mp4, "video/mp4", ours, CAPTURED)), ours)


def test_no_manifest_is_none(mp4: bytes) -> None:
    told = facts(mp4)
    assert (told["supported"], told["manifest"], told["state"], told["traces"]) == (True, "none", None, [])


@pytest.mark.parametrize(
    ("container", "codec", "kind"),
    [("webm", "libvpx-vp9", "video/webm"), ("mpegts", "libx264", "video/mp2t"), ("flv", "libx264", "video/x-flv")],
)
def test_a_format_that_cannot_be_read_is_not_called_without_provenance(container: str, codec: str, kind: str) -> None:
    told = facts(clip(container, codec))
    assert (told["format"], told["supported"], told["manifest"]) == (kind, False, "not-supported")


def test_the_format_is_told_by_the_bytes(mp4: bytes) -> None:
    expected = {
        "video/mp4": mp4,
        "video/quicktime": clip("mov"),
        "image/jpeg": photo(),
        "video/avi": clip("avi", "mpeg4"),
    }
    assert {media_type(io.BytesIO(medium)): medium for medium in expected.values()} == expected
    assert media_type(io.BytesIO(b"")) is None
    assert media_type(io.BytesIO(b"Good morning")) is None


@pytest.mark.parametrize(
    "medium", [b"", b"\0" * 100, b"\0\0\0\x18ftypisom", b"\xff\xd8\xff", b"RIFF", os.urandom(999)]
)
def test_what_is_no_medium_gives_facts_not_a_crash(medium: bytes) -> None:
    assert facts(medium)["state"] is None


def test_unsigned_notes_are_traces_and_declare_nothing() -> None:
    note = 'Iptc4xmpExt:DigitalSourceType="http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"'
    told = facts(photo(xmp(note)))
    assert told["traces"] == [
        {
            "kind": "xmp-digital-source-type",
            "value": "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia",
        }
    ]
    assert told["declared_synthetic"] is False


def test_a_manifest_that_was_cut_out_leaves_remains(ours: Authority) -> None:
    medium = signed(photo(), "image/jpeg", ours, CAPTURED)
    start = medium.index(b"\xff\xeb")
    # The segment's marker is turned into a comment: readers of provenance pass over it, the bytes stay.
    told = facts(medium[:start] + b"\xff\xfe" + medium[start + 2 :])
    assert told["manifest"] == "none"
    assert {"kind": "manifest-remains", "value": ""} in told["traces"]


def test_a_hostile_note_is_shortened_and_searched_in_linear_time() -> None:
    told = facts(photo(xmp(f'dcterms:provenance="{"x" * 2000}"')))
    assert len(told["traces"][0]["value"]) <= 300
    for hostile in (
        b"<x:xmpmeta>" * 300_000,
        b"<x:xmpmeta " * 300_000,
        b"<x:xmpmeta>" + b"dcterms:provenance" * 50_000,
    ):
        assert facts(b"\xff\xd8\xff" + hostile)["traces"] == []


@pytest.fixture
def listener() -> Iterator[tuple[str, list[str]]]:
    """A web server on loopback, and the paths that were asked of it."""
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_error(404)

        def log_message(self, *_: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/manifest.c2pa", asked
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.mark.parametrize("kind", ["video/mp4", "image/jpeg"])
def test_a_remote_manifest_is_named_and_never_asked_for(
    mp4: bytes, ours: Authority, listener: tuple[str, list[str]], kind: str
) -> None:
    url, asked = listener
    medium = signed(mp4 if kind == "video/mp4" else photo(), kind, ours, CAPTURED, remote_url=url)
    told = facts(medium, ours)
    assert (told["manifest"], told["remote_url"], told["state"]) == ("remote", url, None)
    assert asked == []
    # The same file does make the library ask when the one setting is missing: the server was really listening.
    with pytest.raises(C2paError):
        Library(kind, io.BytesIO(medium), context=Context.from_dict({"verify": {"remote_manifest_fetching": False}}))
    assert asked


def test_every_setting_is_one_that_the_library_knows() -> None:
    library = next(Path(cast(str, __import__("c2pa").__file__)).parent.rglob("*c2pa_c*.so")).read_bytes()

    def names(value: object) -> Iterator[str]:
        if isinstance(value, dict):
            for key, inner in value.items():
                yield key
                yield from names(inner)

    for name in names(settings("x")):
        assert re.search(name.encode(), library), name


@pytest.mark.parametrize("trusted", [True, False])
def test_manifests_are_read_inside_the_jail(mp4: bytes, ours: Authority, tmp_path: Path, trusted: bool) -> None:
    (path := tmp_path / "clip").write_bytes(signed(mp4, "video/mp4", ours, CAPTURED))
    reader = ReaderPlan(READER, {"trust_anchors": ours.root.decode() if trusted else None})
    with open_medium(path) as medium, Reading(medium, Plan(readers=(reader,), pictures=False)) as reading:
        (piece,) = reading
    assert isinstance(piece, FileReading)
    assert piece.error is None
    assert piece.facts is not None
    assert piece.facts["state"] == ("trusted" if trusted else "valid")


def test_the_file_that_the_child_gets_can_be_read(mp4: bytes, ours: Authority, tmp_path: Path) -> None:
    (path := tmp_path / "clip").write_bytes(medium := signed(mp4, "video/mp4", ours, CAPTURED))
    descriptor = os.open(path, os.O_RDONLY)
    try:
        assert facts(cast(BinaryIO, Nameless(descriptor, len(medium))), ours)["state"] == "trusted"
    finally:
        os.close(descriptor)
