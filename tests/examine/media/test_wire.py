import io

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from waarmerk.examine.media import wire
from waarmerk.examine.media.limits import LIMITS

MESSAGES: list[wire.Message] = [
    wire.Jailed(("rlimits",), "FFmpeg 8.1"),
    wire.ReaderBegins("a:b"),
    wire.ReaderEnds("a:b", {"x": [1, None]}),
    wire.ReaderEnds("a:b", None, "why"),
    wire.PictureReady(1, 2, 3, 0.5, 0, 96, 160, 48, 80, 1.0),
    wire.Finished(10, 4.0, "nonref", (0.0, 1.5), None, None, 2),
    wire.Refused("is no video", "try another", no_medium=True),
]


@pytest.mark.parametrize("message", MESSAGES, ids=lambda message: type(message).__name__)
def test_a_message_survives_the_way(message: wire.Message) -> None:
    assert wire.decode(wire.encode(message)) == message


def test_a_job_survives_the_way() -> None:
    job = wire.Job(
        path="a\n\x1b[31m",
        bytes=3,
        sha256="0" * 64,
        medium=7,
        ring=8,
        readers=(wire.ReaderJob("a:b", {"x": 1}),),
        pictures=True,
        frames=(1, 2),
        skip="intra",
        limits=LIMITS,
    )
    stream = io.BytesIO()
    wire.send(stream, job)
    stream.seek(0)
    assert wire.receive_job(stream) == job


@given(st.one_of(st.binary(max_size=200), st.text(max_size=200).map(str.encode)))
def test_anything_else_is_an_error_of_the_decoder(data: bytes) -> None:
    with pytest.raises((msgspec.DecodeError, UnicodeDecodeError)):
        wire.decode(data)


@pytest.mark.parametrize(
    "data",
    [
        b'{"type":"picture","slot":"0"}',
        b'{"type":"unknown"}',
        b'{"type":"finished","frames_seen":1,"rate":4,"skipped":"bidir","shots":[],"cut_s":null,"cut":null}',
        b"[" * 100_000,
    ],
)
def test_a_message_of_the_wrong_shape_is_refused(data: bytes) -> None:
    with pytest.raises((msgspec.DecodeError, RecursionError)):
        wire.decode(data)
