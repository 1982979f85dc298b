"""Formats of exchange: what was written is read again, unknown fields too; what is no list is told with its place."""

import io
import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.bank.store.storing import codes, frames
from waarmerk.bank.exchange.formats import FORMATS, format_of, sniffed
from waarmerk.bank.exchange.interface import Record
from waarmerk.bank.signals.interface import KnownItem, Parts
from waarmerk.bank.signals.pdq import print_hash
from waarmerk.bank.signals.vpdq import FrameHashes
from waarmerk.bank.store.packing import pack_item
from waarmerk.errors import InputError, UsageError

PDQ = "f8f8f0cee0f4a84f06370a22038f63f0b36e2ed596621e1d33e6b39c4e9c9b22"
FULL = ("csv", "threatexchange", "hma", "stix")


def refuse(error: InputError) -> None:
    raise error


def read(name: str, text: str | bytes, bad=refuse) -> list[Record]:
    data = text.encode() if isinstance(text, str) else text
    return list(format_of(name).read(io.BytesIO(data), "list", bad))


def write(name: str, *records: Record) -> bytes:
    out = io.BytesIO()
    format_of(name).write(records, out)
    return out.getvalue()


def plain(record: Record) -> tuple:
    packed = None if record.item is None else pack_item(record.item)
    return packed, record.state, record.id, record.at, record.tags, record.note, record.fields


def picture(seed: int, quality: int = 100) -> KnownItem:
    return KnownItem(
        "image", FrameHashes(np.zeros(1, np.int64), np.asarray([quality], np.uint8), codes(seed), np.zeros(1))
    )


@st.composite
def items(draw) -> KnownItem:
    seed = draw(st.integers(0, 2**32))
    digests = {
        "sha256": draw(st.none() | st.just(f"{seed:064x}")),
        "md5": draw(st.none() | st.just(f"{seed:032x}")),
    }
    kind = draw(st.sampled_from(["image", "video", "heard", "parts", "digest"]))
    if kind == "image":
        one = picture(seed, draw(st.sampled_from([50, 87, 100])))
        return KnownItem("image", one.frames, **digests)
    if kind == "digest":
        return KnownItem("video", FrameHashes.none(), **(digests | {"sha256": f"{seed:064x}"}))
    found = frames(seed, draw(st.integers(1, 5)))
    audio = codes(seed, 3)[:, 0].astype(np.uint32) if kind == "heard" else None
    parts = Parts(codes(seed + 1), np.zeros(1, np.int64), np.ones(1, np.uint8)) if kind == "parts" else Parts.none()
    return KnownItem("video", found, parts, audio, **digests)


tagged = st.text("ab %é", min_size=1, max_size=8)
words = st.text("abcÉ☃-.:_\"'é", min_size=1, max_size=8)
records = st.builds(
    Record,
    items(),
    st.sampled_from(["known", "withdrawn"]),
    st.none() | st.integers(0, 10**12).map(str),
    st.none() | st.just("2026-03-04T05:06:07.000Z"),
    st.lists(st.just("T0087.001") | words | tagged, max_size=3, unique=True).map(
        lambda tags: tuple(sorted(tags, key=lambda t: t != "T0087.001"))
    ),
    st.text("aé, \n\"{}'", max_size=20).map(str.strip),
    st.dictionaries(st.sampled_from(["owner", "x y", "confidence,"]), words, max_size=3),
)


@pytest.mark.parametrize("name", FULL)
@settings(max_examples=40, deadline=None)
@given(several=st.lists(records, max_size=4, unique_by=lambda record: (record.id, pack_item(record.item))))
def test_a_round_trip_loses_nothing(name: str, several: list[Record]) -> None:
    ids = [record.id for record in several if record.id is not None]
    if len(ids) != len(set(ids)):
        return
    back = read(name, write(name, *several))
    given_states = [plain(record) for record in several]
    got = [plain(record) for record in back]
    if name == "threatexchange":  # a status says what it is, and stays as a field
        got = [(*one[:-1], {k: v for k, v in one[-1].items() if k not in ("status", "should_delete")}) for one in got]
    if name == "stix":  # an indicator has an id and a time
        assert all(record.id is not None or one.id is None for one, record in zip(several, back, strict=True))
    assert got == given_states
    assert [plain(record) for record in read(name, write(name, *back))] == [plain(record) for record in back]


@pytest.mark.parametrize("name", [*FULL, "mediareview"])
def test_a_file_that_was_written_is_known_by_its_beginning(name: str) -> None:
    found = sniffed(write(name, Record(picture(1), tags=("TransformedContent",)))[:4096])
    assert found is FORMATS[name]


def test_unknown_fields_of_a_descriptor_survive_and_what_is_deleted_or_genuine_is_told() -> None:
    rows = [
        {"id": "1", "raw_indicator": PDQ, "type": "HASH_PDQ", "status": "MALICIOUS",
         "owner": {"id": "7", "name": "x"}, "tags": {"data": [{"text": "a"}, {"text": "b"}]},
         "added_on": "2026-01-01T00:00:00+0000", "reactions": []},
        {"id": "2", "should_delete": True},
        {"id": "3", "raw_indicator": PDQ, "type": "HASH_PDQ", "status": "NON_MALICIOUS"},
    ]  # fmt: skip
    first, gone, genuine = read("threatexchange", json.dumps({"data": rows}))
    assert (first.tags, first.fields) == (
        ("a", "b"),
        {"status": "MALICIOUS", "owner": {"id": "7", "name": "x"}, "reactions": []},
    )
    assert (gone.item, gone.state, gone.id, genuine.state) == (None, "withdrawn", "2", "not-a-fake")
    again = read("threatexchange", write("threatexchange", first, gone))
    assert (again[0].fields, again[1].state, again[1].id) == (first.fields, "withdrawn", "2")


def test_csv_without_a_heading_is_a_hash_a_type_and_tags() -> None:
    several = read("csv", f"{PDQ}\n{PDQ.upper()},pdq,a b\n{'0' * 32},video_md5\n{'1' * 64},sha256\n")
    assert [record.tags for record in several] == [(), ("a", "b"), (), ()]
    assert [len(record.item.frames) for record in several] == [1, 1, 0, 0]
    assert (several[2].item.md5, several[3].item.sha256) == ("0" * 32, "1" * 64)


@pytest.mark.parametrize(
    ("bad", "told"),
    [
        ("x,pdq,", "line 3, column 1: a PDQ hash has"),
        (f"{PDQ},none,", "line 3, column 1: 'none' is no type of hash"),
        (f"{PDQ},pdq,a,b", "line 3, column 72: more values than columns"),
        (",pdq,", "line 3, column 1: there is no hash"),
    ],
)
def test_a_bad_row_of_csv_is_named_and_passed_over_or_refuses_the_file(bad: str, told: str) -> None:
    text = f"signal,type,tags\n{PDQ},pdq,a\n{bad}\n{PDQ[::-1]},pdq,b\n"
    with pytest.raises(InputError) as error:
        read("csv", text)
    assert told in error.value.message
    faults: list[InputError] = []
    assert [record.tags for record in read("csv", text, faults.append)] == [("a",), ("b",)]
    assert len(faults) == 1


@pytest.mark.parametrize("name", ["threatexchange", "hma", "stix", "stopncii"])
@pytest.mark.parametrize(
    "text",
    [
        "", "{", "[1", '{"a": 1}', '{"data": 1}', "null", "\x00", "[" * 100_000,
        '{"data": [1], "content": [1], "objects": [1], "hashRecords": [1]}',
        "\udcff".encode("utf-8", "surrogatepass"),
    ],
)  # fmt: skip
def test_what_is_no_list_is_one_sentence(name: str, text) -> None:
    with pytest.raises(InputError) as error:
        read(name, text)
    assert "\n" not in error.value.sentence()


def test_where_json_breaks_off_is_told_by_line_and_column() -> None:
    with pytest.raises(InputError, match="line 2, column 3"):
        read("hma", "[\n  }\n")


def test_stopncii_takes_out_what_is_not_active() -> None:
    rows = [
        {
            "hashValue": PDQ,
            "signalType": "ImagePDQ",
            "hashStatus": "Active",
            "caseNumbers": ["c"],
            "lastModtimestamp": 5,
        },
        {"hashValue": "0" * 32, "signalType": "VideoMD5", "hashStatus": "Withdrawn"},
        {"hashValue": "1" * 32, "signalType": "VideoMD5", "hashStatus": "Blocked"},
    ]
    text = json.dumps({"hashRecords": rows, "nextSetTimeStamp": 9, "hasMoreRecords": False})
    assert sniffed(text.encode()).name == "stopncii"
    several = read("stopncii", text)
    assert [record.state for record in several] == ["known", "withdrawn", "withdrawn"]
    assert (several[0].at, several[0].fields) == ("5", {"hashStatus": "Active", "caseNumbers": ["c"]})
    with pytest.raises(UsageError, match="not written"):
        write("stopncii", *several)


NCMEC = f"""<?xml version="1.0" encoding="UTF-8"?>
<queryResult xmlns="https://hashsharing.ncmec.org/hashsharing/v2" maxTimestamp="2026-01-02T00:00:00Z">
 <images count="3" maxTimestamp="x">
  <image>
   <member id="43">Example</member><timestamp>2026-01-01T00:00:00Z</timestamp><id>image1</id>
   <classification>A1</classification>
   <fingerprints><md5>{"A" * 32}</md5><sha1>{"b" * 40}</sha1><pdq>{PDQ}</pdq></fingerprints>
  </image>
  <image><member id="43">Example</member><id>image2</id><fingerprints><sha1>{"c" * 40}</sha1></fingerprints></image>
 </images>
 <deletedVideos count="1"><video><member id="43">Example</member><id>video4</id></video></deletedVideos>
</queryResult>"""


def test_ncmec_entries_are_read_and_deleted_ones_taken_out() -> None:
    assert sniffed(NCMEC.encode()).name == "ncmec"
    faults: list[InputError] = []
    image, gone = read("ncmec", NCMEC, faults.append)
    assert (image.item.md5, print_hash(image.item.frames.codes[0])) == ("a" * 32, PDQ)
    assert (image.id, image.at, image.tags) == ("43/image1", "2026-01-01T00:00:00Z", ("A1",))
    assert image.fields["sha1"] == "b" * 40
    assert (gone.item, gone.state, gone.id) == (None, "withdrawn", "43/video4")
    assert [error.message.split(":")[0] for error in faults] == ["line 9"]


def test_what_a_member_of_ncmec_deleted_is_taken_out_whatever_the_member_is_called_by_then() -> None:
    def answer(*entries: str) -> str:
        return f"<queryResult><images>{''.join(entries)}</images></queryResult>"

    listed = answer(
        f'<image><member id="7">Old</member><id>a</id><fingerprints><pdq>{PDQ}</pdq></fingerprints></image>'
    )
    deleted = answer(
        '<deletedImage><member id="7">New</member><timestamp>2026-01-03T00:00:00Z</timestamp>'
        "<id>a</id></deletedImage>",
        '<deletedVideo><member id="8">Other</member><id>b</id></deletedVideo>',
    )
    (there,) = read("ncmec", listed)
    first, second = read("ncmec", deleted)
    assert (first.item, first.state, first.id, first.at) == (None, "withdrawn", there.id, "2026-01-03T00:00:00Z")
    assert (second.state, second.id) == ("withdrawn", "8/b")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('<!DOCTYPE a [<!ENTITY b "c">]>\n<queryResult>&b;</queryResult>', "line 1: a document type"),
        ('<!DOCTYPE a SYSTEM "file:///etc/passwd"><queryResult/>', "line 1: a document type"),
        ("<queryResult>\n<image></queryResult>", "line 2, column"),
        ("<queryResult>&b;</queryResult>", "line 1, column"),
        ("<a>" * 100, "nested too deep"),
        ("", "line 1, column 1: no element found"),
    ],
)
def test_xml_that_declares_entities_or_breaks_off_is_refused(text: str, told: str) -> None:
    with pytest.raises(InputError) as error:
        read("ncmec", text)
    assert told in error.value.message


def test_a_bundle_names_the_technique_and_the_same_item_has_the_same_id() -> None:
    record = Record(picture(1), tags=("T0086.002", "election"), note="said by x")
    bundle = json.loads(write("stix", record))
    kinds = {one["type"]: one for one in bundle["objects"]}
    assert set(kinds) == {"attack-pattern", "indicator", "relationship"}
    assert kinds["attack-pattern"]["external_references"] == [{"source_name": "DISARM", "external_id": "T0086.002"}]
    assert kinds["indicator"]["pattern"] == f"[file:hashes.PDQ = '{print_hash(codes(1)[0])}']"
    assert kinds["relationship"]["source_ref"] == kinds["indicator"]["id"]
    assert write("stix", record) == write("stix", record)
    (back,) = read("stix", json.dumps(bundle))
    assert plain(back) == plain(record)


def test_a_strangers_indicator_is_read_by_its_pattern() -> None:
    rows = [
        {"type": "indicator", "id": "indicator--1", "created": "2026-01-01T00:00:00Z", "revoked": True,
         "pattern": f"[file:hashes.'SHA-256' = '{'A' * 64}' OR file:hashes.MD5 = '{'b' * 32}']", "confidence": 9},
        {"type": "malware", "id": "malware--1"},
    ]  # fmt: skip
    (record,) = read("stix", json.dumps({"type": "bundle", "id": "bundle--1", "objects": rows}))
    assert (record.item.sha256, record.item.md5, record.state) == ("a" * 64, "b" * 32, "withdrawn")
    assert record.fields == {"confidence": 9}


def test_a_review_with_a_hash_is_known_and_what_is_genuine_is_not() -> None:
    def review(category: str, **medium) -> dict:
        return {"@context": "https://schema.org", "@type": "MediaReview", "@id": "https://f.example/1",
                "mediaAuthenticityCategory": category, "author": {"name": "F"}, "datePublished": "2026-01-01",
                "itemReviewed": {"@type": "VideoObject", "contentUrl": "https://x.example/v", **medium}}  # fmt: skip

    faked = review("TransformedContent", sha256="a" * 64, identifier={"propertyID": "pdq", "value": PDQ})
    satire = review("https://schema.org/SatireOrParodyContent", sha256="b" * 64)
    several = read("mediareview", json.dumps({"@graph": [faked, satire, {"@type": "Article"}]}))
    assert [record.state for record in several] == ["known", "not-a-fake"]
    assert (several[0].item.sha256, print_hash(several[0].item.frames.codes[0])) == ("a" * 64, PDQ)
    again = read("mediareview", write("mediareview", *several))
    assert [plain(record) for record in again] == [plain(record) for record in several]
    with pytest.raises(InputError, match="an address and no hash"):
        read("mediareview", json.dumps(review("TransformedContent")))
    with pytest.raises(InputError, match="no category"):
        read("mediareview", json.dumps(review("Other", sha256="a" * 64)))


def test_a_vpdq_file_is_one_video_byte_for_byte() -> None:
    data = f"0,100,{PDQ},0.000\n30,49,{PDQ[::-1]},1.001\n".encode()
    assert sniffed(data).name == "vpdq"
    (record,) = read("vpdq", data)
    assert write("vpdq", record) == data
    with pytest.raises(UsageError, match="2 items"):
        write("vpdq", record, record)
    with pytest.raises(InputError, match="line 2, column"):
        read("vpdq", data.replace(b"49", b"101"))


@settings(max_examples=60, deadline=None)
@given(name=st.sampled_from(sorted(FORMATS)), data=st.binary(max_size=200))
def test_noise_is_refused_in_one_sentence_or_holds_nothing(name: str, data: bytes) -> None:
    faults: list[InputError] = []
    try:
        read(name, data, faults.append)
    except InputError as error:
        assert error.message
