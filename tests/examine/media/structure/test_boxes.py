import io
import struct

from hypothesis import given
from hypothesis import strategies as st

from waarmerk.examine.media.structure import boxes
from waarmerk.examine.media.structure.boxes import DEPTH_MOST, Box
from waarmerk.examine.media.structure.window import Window, printable


def box(kind: str, body: bytes = b"") -> bytes:
    return struct.pack(">I4s", len(body) + 8, kind.encode("latin-1")) + body


def parsed(data: bytes) -> boxes.BoxTree:
    return boxes.parse(Window(io.BytesIO(data)))


def test_boxes_nest_in_file_order() -> None:
    tree = parsed(
        box("ftyp", b"isom") + box("moov", box("mvhd") + box("trak", box("tkhd")) + box("trak")) + box("mdat")
    )
    assert [path for path, _ in tree.root.walk()] == [
        "ftyp",
        "moov",
        "moov/mvhd",
        "moov/trak",
        "moov/trak/tkhd",
        "moov/trak",
        "mdat",
    ]
    assert tree.damage == []


def test_large_sizes_and_sizes_to_the_end_are_read() -> None:
    tree = parsed(struct.pack(">I4sQ", 1, b"free", 20) + bytes(4) + struct.pack(">I4s", 0, b"mdat") + bytes(100))
    assert [(child.kind, child.size) for child in tree.root.children] == [("free", 20), ("mdat", 108)]


def test_a_uuid_box_is_named_by_its_identifier() -> None:
    (child,) = parsed(box("uuid", bytes(range(16)) + b"rest")).root.children
    assert child.kind == "uuid:000102030405060708090a0b0c0d0e0f"
    assert child.end - child.body == 4


def test_a_box_that_reaches_past_its_parent_ends_its_level() -> None:
    inner = struct.pack(">I4s", 500, b"tkhd")
    tree = parsed(box("moov", box("trak", inner)) + box("mdat"))
    assert tree.damage == ["tkhd: reaches 492 bytes past its parent"]
    assert [path for path, _ in tree.root.walk()] == ["moov", "moov/trak", "moov/trak/tkhd", "mdat"]


def test_a_size_smaller_than_its_header_is_damage() -> None:
    assert parsed(struct.pack(">I4s", 5, b"moov") + bytes(20)).damage == ["file: no box at byte 0"]


def test_depth_is_bounded() -> None:
    data = b""
    for _ in range(40):
        data = box("moov", data)
    tree = parsed(data)
    assert max(path.count("/") for path, _ in tree.root.walk()) == DEPTH_MOST
    assert tree.damage == [f"moov: nested deeper than {DEPTH_MOST}"]


def test_the_number_of_boxes_is_bounded() -> None:
    tree = parsed(box("free") * (boxes.BOXES_MOST + 10))
    assert len(tree.root.children) == boxes.BOXES_MOST
    assert tree.damage == [f"more than {boxes.BOXES_MOST} boxes: the rest was not read"]


def test_quicktimes_meta_without_version_is_read_like_isos() -> None:
    handler = box("hdlr", bytes(24))
    iso, quicktime = parsed(box("meta", bytes(4) + handler)), parsed(box("meta", handler))
    for tree in (iso, quicktime):
        assert [path for path, _ in tree.root.walk()] == ["meta", "meta/hdlr"]


@given(st.binary(max_size=600))
def test_any_bytes_give_a_tree_whose_children_lie_within_their_parents(data: bytes) -> None:
    def check(parent: Box) -> None:
        position = parent.body
        for child in parent.children:
            assert position <= child.start < child.end <= parent.end
            position = child.end
            check(child)

    check(parsed(data).root)


@given(st.binary(max_size=3000))
def test_text_is_always_printable_and_short(data: bytes) -> None:
    text = printable(data)
    assert text.isprintable()
    assert len(text) <= 400
