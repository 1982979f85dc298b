"""Opening dumps: every published form, and every archive that is not what it says."""

import io
import zipfile
from pathlib import Path

import pytest

from waarmerk.dsa.dumps import archive
from waarmerk.dsa.dumps.archive import Dumps, NotRead, Opened, list_files
from waarmerk.errors import InputError


def zipped(**members: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in members.items():
            packed.writestr(name.replace("__", "."), content)
    return buffer.getvalue()


def opened(*paths: Path) -> tuple[list[tuple[str, bytes]], list[str], list[InputError]]:
    good, other, bad = [], [], []
    for member in Dumps(list_files(paths)):
        if isinstance(member, Opened):
            good.append((member.name.rpartition("/")[2], member.stream.read()))
        elif isinstance(member, NotRead):
            other.append(member.name.rpartition("/")[2])
        else:
            bad.append(member)
    return good, other, bad


def test_a_csv_a_zip_a_zip_of_zips_and_a_folder_of_them_are_read_in_order(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(b"1")
    (tmp_path / "b.zip").write_bytes(zipped(two__csv=b"2", one__csv=b"3"))
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "c.zip").write_bytes(zipped(inner__zip=zipped(deep__csv=b"4")))
    assert opened(tmp_path)[0] == [("a.csv", b"1"), ("one.csv", b"3"), ("two.csv", b"2"), ("deep.csv", b"4")]


def test_other_files_are_named_and_not_read(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(b"1")
    (tmp_path / "a.zip.sha1").write_bytes(b"x")
    (tmp_path / "b.zip").write_bytes(zipped(readme__txt=b"x", b__csv=b"2"))
    good, other, bad = opened(tmp_path)
    assert (len(good), other, bad) == (2, ["a.zip.sha1", "readme.txt"], [])


def test_a_single_file_is_read_whatever_its_name(tmp_path: Path) -> None:
    file = tmp_path / "download"
    file.write_bytes(b"1")
    assert opened(file)[0] == [("download", b"1")]


def test_an_encrypted_member_is_named_and_the_next_is_read(tmp_path: Path) -> None:
    content = bytearray(zipped(a__csv=b"1", b__csv=b"2"))
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        content[content.index(signature) + offset] |= 1
    (tmp_path / "a.zip").write_bytes(content)
    good, _, bad = opened(tmp_path)
    assert [name for name, _ in good] == ["b.csv"]
    assert "encrypted" in bad[0].message and bad[0].where.endswith("a.zip/a.csv")


def test_a_zip_bomb_is_refused_before_it_unpacks(tmp_path: Path) -> None:
    (tmp_path / "a.zip").write_bytes(zipped(a__csv=b"0" * (8 * 2**20)))
    good, _, bad = opened(tmp_path)
    assert good == [] and "ZIP bomb" in bad[0].message


def test_real_repetition_is_no_bomb(tmp_path: Path) -> None:
    row = b"".join(
        b'%d,"the same sentence for every statement of the day, word for word, as some do"\n' % n
        for n in range(60_000)
    )
    (tmp_path / "a.zip").write_bytes(zipped(a__csv=row))
    good, _, bad = opened(tmp_path)
    assert len(good) == 1 and bad == []


def test_zips_nested_without_end_are_refused(tmp_path: Path) -> None:
    (tmp_path / "a.zip").write_bytes(zipped(b__zip=zipped(c__zip=zipped(d__csv=b"1"))))
    assert "nested deeper" in opened(tmp_path)[2][0].message


def test_too_many_members_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "MAX_MEMBERS", 2)
    (tmp_path / "a.zip").write_bytes(zipped(a__csv=b"1", b__csv=b"2", c__csv=b"3"))
    assert "holds 3 files" in opened(tmp_path)[2][0].message


def test_an_inner_zip_too_large_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "MAX_INNER", 10)
    (tmp_path / "a.zip").write_bytes(zipped(b__zip=zipped(d__csv=b"1")))
    assert "inner ZIP is larger" in opened(tmp_path)[2][0].message


@pytest.mark.parametrize(
    ("content", "sentence"),
    [(b"hello", "no ZIP file"), (b"PK\x03\x04broken", "damaged"), (zipped(), "empty"), (b"", "no ZIP file")],
)
def test_a_file_that_is_no_archive_is_named(tmp_path: Path, content: bytes, sentence: str) -> None:
    (tmp_path / "a.zip").write_bytes(content)
    (tmp_path / "b.csv").write_bytes(b"1")
    good, _, bad = opened(tmp_path)
    assert len(good) == 1 and sentence in bad[0].message


def test_an_empty_folder_and_a_missing_path_are_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="folder is empty"):
        list_files([tmp_path])
    with pytest.raises(InputError, match="no such file"):
        list_files([tmp_path / "gone"])


def test_full_and_light_of_one_day_together_are_refused(tmp_path: Path) -> None:
    for name in ("sor-global-2026-03-01-full.zip", "sor-global-2026-03-02-light.zip"):
        (tmp_path / name).write_bytes(b"x")
    assert len(list_files([tmp_path])) == 2
    (tmp_path / "sor-global-2026-03-01-light.zip").write_bytes(b"x")
    with pytest.raises(InputError, match="2026-03-01 is given as full"):
        list_files([tmp_path])


def test_full_and_light_of_one_day_in_one_zip_are_not_counted_twice(tmp_path: Path) -> None:
    names = (
        "sor-global-2025-09-01-full-0__csv",
        "sor-global-2025-09-01-light-0__csv",
        "sor-global-2025-09-02-light__csv",
    )
    (tmp_path / "days.zip").write_bytes(zipped(**dict.fromkeys(names, b"1")))
    good, _, bad = opened(tmp_path)
    assert [name for name, _ in good] == ["sor-global-2025-09-01-full-0.csv", "sor-global-2025-09-02-light.csv"]
    assert [error.message for error in bad] == [
        "2025-09-01 was read as full already; this is light, so it was left out"
    ]


@pytest.mark.parametrize(("name", "content", "says"), [("a.zip", b"hello", "no ZIP"), ("a.csv", b"%PDF-1.7", "PDF")])
def test_a_file_given_by_name_that_is_something_else_is_said_so(
    tmp_path: Path, name: str, content: bytes, says: str
) -> None:
    (tmp_path / name).write_bytes(content)
    good, _, bad = opened(tmp_path / name)
    assert good == [] and says in bad[0].message


def test_a_file_given_twice_or_beside_its_folder_is_read_once(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(b"1")
    (tmp_path / "b.csv").write_bytes(b"2")
    assert opened(tmp_path / "b.csv", tmp_path, tmp_path / "b.csv")[0] == [("b.csv", b"2"), ("a.csv", b"1")]
