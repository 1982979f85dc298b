"""What a bundle from a stranger may try, and the sentence it gets."""

import io
import stat
import struct
import zipfile
from pathlib import Path

import pytest

from tests.record.bundle.members import members, packed
from tests.record.making import Record
from waarmerk.errors import InputError, IntegrityError
from waarmerk.record.bundle import archive
from waarmerk.record.bundle.manifest import EVENTS, MANIFEST, MAX_LINE, parse_line, print_line
from waarmerk.record.bundle.read import open_bundle
from waarmerk.record.steps import Trust, bundle_steps
from waarmerk.record.store import Stored

SMALL = Record(3)


@pytest.fixture
def content(tmp_path: Path) -> dict[str, bytes]:
    return members(SMALL.bundle(tmp_path / "sound.zip"))


def verify(path: Path) -> None:
    with open_bundle(path) as bundle:
        for _ in bundle_steps(bundle, Trust([SMALL.key])):
            pass


def refused(path: Path, match: str, kind: type[Exception] = InputError) -> None:
    with pytest.raises(kind, match=match):
        verify(path)


@pytest.mark.parametrize(
    "name",
    ["../evil", "/etc/passwd", "tile/../../x", "C:\\x", "tile\\0\\000", "a//b", "./a", ".hidden", "tile/0/é", "x\n"],
)
def test_a_name_that_is_no_plain_relative_path_is_refused(
    content: dict[str, bytes], tmp_path: Path, name: str
) -> None:
    refused(packed(tmp_path / "b.zip", {**content, name: b""}), "plain relative path")


def test_a_name_with_a_nul_that_readers_cut_differently_is_refused(content, tmp_path: Path) -> None:
    path = packed(tmp_path / "b.zip", {**content, "checkpointZx": b""})
    path.write_bytes(path.read_bytes().replace(b"checkpointZx", b"checkpoint\0x"))
    refused(path, "plain relative path|damaged")


def test_a_name_that_stands_twice_is_refused(content, tmp_path: Path) -> None:
    path = packed(tmp_path / "b.zip", content)
    with zipfile.ZipFile(path, "a") as more, pytest.warns(UserWarning, match="Duplicate"):
        more.writestr("checkpoint", content["checkpoint"])
    refused(path, "same name")


def test_a_link_is_refused(content, tmp_path: Path) -> None:
    path = packed(tmp_path / "b.zip", content)
    link = zipfile.ZipInfo("tile/0/001")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(path, "a") as more:
        more.writestr(link, "/etc/passwd")
    refused(path, "regular file")


@pytest.mark.parametrize("name", ["checkpoint", "bundle.json", "tile/0/000.p/3"])
def test_only_the_events_may_be_compressed_so_that_nothing_else_can_swell(content, tmp_path: Path, name: str) -> None:
    path = tmp_path / "b.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as made:
        for member, data in content.items():
            made.writestr(member, bytes(10_000_000) if member == name else data)
    refused(path, "compressed, expected stored")


def test_events_that_swell_are_cut_off_at_the_first_line_that_is_too_long(content, tmp_path: Path) -> None:
    path = packed(tmp_path / "b.zip", {**content, EVENTS: bytes(50_000_000)})
    assert path.stat().st_size < 100_000
    refused(path, "events.jsonl line 1: |it has no end")


def test_other_methods_of_compression_are_refused(content, tmp_path: Path) -> None:
    path = tmp_path / "b.zip"
    with zipfile.ZipFile(path, "w") as made:
        for member, data in content.items():
            made.writestr(member, data, zipfile.ZIP_LZMA if member == EVENTS else zipfile.ZIP_STORED)
    refused(path, "compressed, expected stored")


def test_members_that_lie_over_each_other_are_refused(content, tmp_path: Path) -> None:
    path = packed(tmp_path / "b.zip", content)
    data = bytearray(path.read_bytes())
    with zipfile.ZipFile(path) as made:
        first = made.start_dir
    # The second entry of the directory is made to point at the first one's data.
    second = data.index(b"PK\x01\x02", first + 4)
    data[second + 42 : second + 46] = struct.pack("<I", 0)
    path.write_bytes(data)
    refused(path, "over each other|damaged")


def test_an_encrypted_member_is_refused(content, tmp_path: Path) -> None:
    path = packed(tmp_path / "b.zip", content)
    data = bytearray(path.read_bytes())
    entry = data.index(b"PK\x01\x02")
    data[entry + 8] |= 1
    path.write_bytes(data)
    refused(path, "encrypted")


def test_bytes_before_the_first_member_behind_the_end_and_a_comment_are_refused(content, tmp_path: Path) -> None:
    path = packed(tmp_path / "b.zip", content)
    path.write_bytes(b"PK and more" + path.read_bytes())
    refused(path, "before the first member")
    packed(path, content)
    path.write_bytes(path.read_bytes() + b"\0")
    refused(path, "ends where its directory ends")
    with zipfile.ZipFile(packed(path, content), "a") as made:
        made.comment = b"hello"
    refused(path, "ends where its directory ends")


def test_a_directory_beyond_the_limits_is_refused_before_it_is_read(
    content, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(archive, "MAX_MEMBERS", 4)
    verify(packed(tmp_path / "b.zip", content))
    refused(packed(tmp_path / "c.zip", {**content, "x": b""}), "has 5 members")


@pytest.mark.parametrize("zip64", [b"PK\x06\x06" + bytes(28) + b"\xff" * 8 + bytes(16) + b"PK\x06\x07" + bytes(16)])
def test_a_large_directory_is_told_by_its_zip64_end(zip64: bytes, tmp_path: Path) -> None:
    path = tmp_path / "b.zip"
    path.write_bytes(zip64 + b"PK\x05\x06" + b"\xff" * 16 + b"\0\0")
    refused(path, "18446744073709551615 members")


def change(content: dict[str, bytes], old: bytes, new: bytes) -> dict[str, bytes]:
    assert old in content[MANIFEST]
    return {**content, MANIFEST: content[MANIFEST].replace(old, new)}


@pytest.mark.parametrize(
    ("old", "new", "match"),
    [
        (b"waarmerk.bundle/1", b"waarmerk.bundle/2", r"schema is 'waarmerk.bundle/2', expected waarmerk.bundle/1"),
        (b'"end":3', b'"end":3,"end":3', "'end' stands twice"),
        (b'"end":3', b'"end":4', "range 0 to 4 is not in a log of 3"),
        (b'"end":3', b'"end":0', "range 0 to 0 is not"),
        (b'"end":3', b'"end":9000000000000000', "range 0 to 9000000000000000 is not"),
        (b'"events":3', b'"events":4', "cannot be 4 events"),
        (b'"events":3', b'"events":2', "there are 3 events, bundle.json promises 2"),
        (b'"size":3', b'"size":4', "tile/0/000.p/3 does not belong"),
        (b'"blobs":[]', b'"blobs":["%s"]' % (b"a" * 64), "blobs/aaaa.* is missing"),
        (b'"blobs":[]', b'"blobs":["x"]', "not as its schema says"),
        (b'"end":3', b'"end": 3', "canonical form"),
        (b'"end":3', b'"end":3.5', "not as its schema says"),
        (b'"end":3', b'"ende":3', "not as its schema says"),
        (b'"end":3', b'"end":NaN', "NaN is no JSON"),
        (b"example.com", b"\\ud800", "no canonical JSON"),
        (b"example.com", b"\xff", "is not"),
        (b"{", b"[", "not JSON"),
    ],
)
def test_a_manifest_that_is_not_as_it_should_be_is_told_apart(content, tmp_path, old, new, match) -> None:
    refused(packed(tmp_path / "b.zip", change(content, old, new)), match)


def test_a_range_too_large_for_its_tiles_is_refused_before_they_are_counted(content, tmp_path: Path) -> None:
    large = change(content, b'"end":3', b'"end":9000000000000000')
    large[MANIFEST] = large[MANIFEST].replace(b'"size":3', b'"size":9000000000000000')
    refused(packed(tmp_path / "b.zip", large), "the tiles of 9000000000000000 entries cannot be among 4 members")


def test_a_manifest_of_another_log_or_size_does_not_fit_the_checkpoint(content, tmp_path: Path) -> None:
    other = change(content, b'"origin":"example.com/log"', b'"origin":"example.org/log"')
    refused(packed(tmp_path / "b.zip", other), "the checkpoint of 3 of example.com/log", IntegrityError)


@pytest.mark.parametrize("name", ["checkpoint", "bundle.json", "events.jsonl", "tile/0/000.p/3"])
def test_a_part_that_is_missing_is_named(content, tmp_path: Path, name: str) -> None:
    del content[name]
    refused(packed(tmp_path / "b.zip", content), name)


def test_a_tile_cut_short_says_what_was_expected(content, tmp_path: Path) -> None:
    content["tile/0/000.p/3"] = content["tile/0/000.p/3"][:-1]
    refused(packed(tmp_path / "b.zip", content), "has 95 bytes, expected 3 hashes of 32", IntegrityError)
    content["tile/0/000.p/3"] = bytes(9000)
    refused(packed(tmp_path / "b.zip", content), "more than 8192 bytes")


@pytest.mark.parametrize(
    ("old", "new", "match"),
    [
        (b'"v":1', b'"v":2', "not the one that was logged"),
        (b'{"event":', b'{"Event":', "a line reads"),
        (b'"index":0', b'"index":00', "a line reads"),
        (b'"index":0', b'"index":-1', "a line reads"),
        (b'"salt":"', b'"salt":"A', "a line reads"),
        (b"\n", b"\r\n", "a line reads"),
        (b"\n", b"", "not the one that was logged"),
    ],
)
def test_a_line_that_is_not_as_it_should_be_is_refused(content, tmp_path: Path, old, new, match) -> None:
    lines = content[EVENTS].splitlines(keepends=True)
    content[EVENTS] = lines[0].replace(old, new, 1) + b"".join(lines[1:])
    with pytest.raises((InputError, IntegrityError), match=match):
        verify(packed(tmp_path / "b.zip", content))


@pytest.mark.parametrize(
    ("old", "new", "match"),
    [
        (b'"kind":"service.declared"', b'"kind":"service.invented"', "no kind of event called 'service.invented'"),
        (b'"v":1}', b'"v":2}', "version 2 of service.declared is not known"),
        (b'"v":1}', b'"v":1,"v":1}', "a key that stands twice"),
        (b'"video.example"', b'"\\ud800"', "not JSON|canonical"),
    ],
)
def test_a_wrong_event_that_was_really_logged_is_named(tmp_path: Path, old: bytes, new: bytes, match: str) -> None:
    sound = SMALL.events[0]
    assert old in sound.event
    wrong = Stored(0, sound.salt, sound.event.replace(old, new))
    record = Record(0)
    record.log([wrong])
    content = members(SMALL.bundle(tmp_path / "sound.zip", 0, 1))
    del content["tile/0/000.p/3"]
    storage = record.storage.content
    content |= {name: storage[f"public/{name}"] for name in ("checkpoint", "tile/0/000.p/1")}
    content[MANIFEST] = content[MANIFEST].replace(b'"size":3', b'"size":1')
    content[EVENTS] = print_line(wrong)
    refused(packed(tmp_path / "b.zip", content), match)


def test_a_blob_is_what_its_name_says(tmp_path: Path) -> None:
    record = Record(2)
    digest = "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824"
    record.blobs[digest] = b"hello"
    path = record.bundle(tmp_path / "b.zip", blobs=[digest])
    with open_bundle(path) as bundle:
        bundle.check_blobs()
    content = members(path)
    content[f"blobs/{digest}"] = b"hallo"
    with pytest.raises(IntegrityError, match="the blob's SHA-256 is"), open_bundle(packed(path, content)) as bundle:
        bundle.check_blobs()


@pytest.mark.parametrize("data", [b"", b"PK", b"PK\x05\x06" + bytes(17), b"x" * 100], ids=len)
def test_what_is_no_zip_is_refused(data: bytes, tmp_path: Path) -> None:
    path = tmp_path / "b.zip"
    path.write_bytes(data)
    refused(path, "ends where its directory ends")
    path.write_bytes(b"PK\x05\x06" + bytes(18))
    refused(path, "there is no bundle.json in it")


def test_a_folder_a_pipe_or_nothing_is_refused(tmp_path: Path) -> None:
    refused(tmp_path, "not a regular file")
    refused(Path("/dev/zero"), "not a regular file")
    refused(tmp_path / "none", "cannot read it")


def test_a_line_longer_than_any_event_is_not_read_whole() -> None:
    line = io.BytesIO(b'{"event":' + b"x" * (2 * MAX_LINE)).readline(MAX_LINE)
    with pytest.raises(InputError, match="it has no end"):
        parse_line(line, 1)
