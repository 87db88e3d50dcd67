"""Archives member by member: what `unzip` reads is read, what is not is told as what it is."""

import contextlib
import io
import shutil
import struct
import subprocess
import zipfile
import zlib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.documentos.archive import BadArchive, Member, members, overlapping
from core.documentos.member import unpacked

CASOS = Path(__file__).parent / "casos"
LIMIT = 1_000_000
TEXT = b"<a>" + b"texto " * 200 + b"</a>"


def opened(content: bytes) -> io.BufferedReader:
    return io.BufferedReader(io.BytesIO(content))  # type: ignore[arg-type]


def listed(content: bytes) -> list[Member]:
    return list(members(opened(content)))


def read(content: bytes) -> dict[bytes, bytes | str]:
    """Return the content of each member, or why there is none."""
    file, found = opened(content), {}
    for member in members(file):
        try:
            found[member.name] = unpacked(file, member, LIMIT)
        except BadArchive as fault:
            found[member.name] = fault.motivo
    return found


def packed(method: int = zipfile.ZIP_DEFLATED, **texts: bytes) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", method) as archive:
        for name, text in (texts or {"a.xml": TEXT}).items():
            archive.writestr(name, text)
    return made.getvalue()


@pytest.mark.parametrize(
    ("name", "names"),
    [
        ("barra-so-no-diretorio", [b"2025\\nota.xml", b"boa.xml"]),
        ("nome-utf8-falso", [b"n\xe3\xe3o.xml", b"bom.xml"]),
        ("zip64-sentinelas-2-membros", [b"a.xml", b"b.xml"]),
    ],
)
def test_archives_that_other_programs_wrote_are_read(name: str, names: list[bytes]) -> None:
    found = read((CASOS / f"{name}.zip").read_bytes())
    assert sorted(found) == sorted(names)
    assert all(isinstance(text, bytes) and text[:1] == b"<" for text in found.values())


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_each_method_gives_the_content(method: int) -> None:
    assert read(packed(method)) == {b"a.xml": TEXT}


@pytest.mark.parametrize(("before", "after"), [(b"MZ" * 100, b""), (b"", b"lixo" * 10), (b"x", b"y")])
def test_what_stands_around_an_archive_does_not_matter(before: bytes, after: bytes) -> None:
    assert read(before + packed() + after) == {b"a.xml": TEXT}


@pytest.mark.parametrize("between", [b"x", b"PK\x06\x06" + bytes(52) + b"PK\x06\x07" + bytes(16)])
def test_what_stands_before_the_end_does_not_matter(between: bytes) -> None:
    content = packed()
    assert read(content[:-22] + between + content[-22:]) == {b"a.xml": TEXT}


def test_larger_records_that_nothing_points_to_do_not_matter() -> None:
    """As Java's Commons Compress writes them when told to always do so."""
    content = packed()
    _, _, _, _, count, size, offset, _ = struct.unpack("<4s4H2LH", content[-22:])
    wide = struct.pack("<4sQ2H2L4Q", b"PK\x06\x06", 44, 45, 45, 0, 0, count, count, size, offset)
    locator = struct.pack("<4sLQL", b"PK\x06\x07", 0, offset + size, 1)
    assert read(content[:-22] + wide + locator + content[-22:]) == {b"a.xml": TEXT}


def test_a_comment_that_looks_like_the_end_is_a_comment() -> None:
    made = io.BytesIO(packed())
    with zipfile.ZipFile(made, "a") as archive:
        archive.comment = b"PK\x05\x06" + bytes(30)
    assert read(made.getvalue()) == {b"a.xml": TEXT}


def test_more_members_than_a_short_number_counts_are_read() -> None:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for number in range(66_000):
            archive.writestr(f"{number}", b"")
    whole = made.getvalue()
    assert len(listed(whole)) == 66_000
    # as programs write it that know no larger record
    end = whole.rfind(b"PK\x05\x06")
    short = struct.pack("<HHLL", 66_000 % 65_536, 66_000 % 65_536, *struct.unpack("<QQ", _wide(whole)))
    older = whole[: whole.rfind(b"PK\x06\x06")] + whole[end : end + 8] + short + b"\0\0"
    assert len(listed(older)) == 66_000


def _wide(whole: bytes) -> bytes:
    at = whole.rfind(b"PK\x06\x06")
    return whole[at + 40 : at + 56]


def directory_with(content: bytes, at: int, value: bytes) -> bytes:
    """Return an archive whose first directory entry says something else."""
    begin = content.find(b"PK\x01\x02") + at
    return content[:begin] + value + content[begin + len(value) :]


@pytest.mark.parametrize(
    ("at", "value", "motivo", "said"),
    [
        (10, b"\x09\0", "zip_metodo", "Deflate64"),
        (10, b"\x5d\0", "zip_metodo", "Zstandard"),
        (10, b"\x4d\0", "zip_metodo", "o método 77"),
        (10, b"\x63\0", "zip_protegido", "senha"),
        (8, b"\x01\0", "zip_protegido", "senha"),
        (16, b"\0\0\0\0", "ilegivel", "CRC-32"),
        (42, b"\x05\0\0\0", "ilegivel", "onde o diretório diz"),
    ],
)
def test_what_cannot_be_read_is_told_as_what_it_is(at: int, value: bytes, motivo: str, said: str) -> None:
    file = opened(directory_with(packed(), at, value))
    (member,) = members(file)
    with pytest.raises(BadArchive, match=said) as caught:
        unpacked(file, member, LIMIT)
    assert caught.value.motivo == motivo


def test_a_directory_that_breaks_off_gives_what_stands_before() -> None:
    whole = packed(a=TEXT, b=TEXT, c=TEXT)
    third = whole.rfind(b"PK\x01\x02")
    broken = whole[:third] + b"XX" + whole[third + 2 :]
    given = members(opened(broken))
    assert [next(given).name, next(given).name] == [b"a", b"b"]
    with pytest.raises(BadArchive, match="depois de 2 arquivos"):
        next(given)


@pytest.mark.parametrize(
    "content", [b"", b"PK", b"PK\x05\x06" + bytes(10), packed()[:-30], b"PK\x05\x06" + b"\xff" * 18]
)
def test_what_has_no_directory_is_told(content: bytes) -> None:
    with pytest.raises(BadArchive) as caught:
        listed(content)
    assert caught.value.motivo == "zip_invalido"


def test_a_member_is_cut_off_at_the_limit() -> None:
    file = opened(packed(a=b" " * (LIMIT + 1)))
    (member,) = members(file)
    with pytest.raises(BadArchive) as caught:
        unpacked(file, member, LIMIT)
    assert caught.value.motivo == "grande_demais"


def test_a_bomb_of_members_inside_each_other_is_noticed() -> None:
    whole = packed(a=TEXT, b=TEXT)
    second = whole.rfind(b"PK\x01\x02")
    twice = whole[: second + 42] + bytes(4) + whole[second + 46 :]
    assert overlapping(listed(whole)) == set()
    assert overlapping(listed(twice)) == {1}


@pytest.mark.parametrize(
    ("raw", "flags", "extra", "name"),
    [
        ("ção".encode("cp437", "replace"), 0, b"", "ção".encode("cp437", "replace").decode("cp437").encode()),
        ("ção".encode(), 0, b"", "ção".encode()),
        ("ção".encode("latin-1"), 0x800, b"", "ção".encode("latin-1")),
        (
            b"c.xml",
            0,
            b"up\x0b\0\x01" + zlib.crc32(b"c.xml").to_bytes(4, "little") + "ç.xml".encode(),
            "ç.xml".encode(),
        ),
        (b"c.xml", 0, b"up\x0b\0\x01" + bytes(4) + "ç.xml".encode(), b"c.xml"),
    ],
    ids=["dos", "utf-8 without its mark", "mark without utf-8", "field for it", "field of another name"],
)
def test_a_name_is_read_from_its_bytes(raw: bytes, flags: int, extra: bytes, name: bytes) -> None:
    entry = struct.pack(
        "<4s6H3L5H2L", b"PK\x01\x02", 20, 20, flags, 0, 0, 0, 0, 0, 0, len(raw), len(extra), 0, 0, 0, 0, 0
    )
    directory = entry + raw + extra
    end = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 1, 1, len(directory), 0, 0)
    assert [member.name for member in listed(directory + end)] == [name]


@settings(deadline=None)
@given(st.binary(max_size=300))
def test_any_bytes_end_in_members_or_a_reason(content: bytes) -> None:
    for whole in (content, content + packed()[-60:], packed() + content):
        with contextlib.suppress(BadArchive):
            read(whole)


@settings(deadline=None)
@given(st.data())
def test_a_damaged_archive_never_gives_other_bytes_than_were_packed(data: st.DataObject) -> None:
    method = data.draw(st.sampled_from([zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA]))
    content = bytearray(packed(method))
    for _ in range(data.draw(st.integers(1, 3))):
        content[data.draw(st.integers(0, len(content) - 1))] ^= data.draw(st.integers(1, 255))
    try:
        found = read(bytes(content))
    except BadArchive:
        return
    assert all(text == TEXT or isinstance(text, str) for text in found.values())


@pytest.mark.skipif(not shutil.which("zip"), reason="zip is not installed")
@pytest.mark.parametrize("flags", [["-9"], ["-0"], ["-Z", "bzip2"], ["-fz"], ["-P", "senha"]], ids=" ".join)
def test_what_zip_writes_is_read(tmp_path: Path, flags: list[str]) -> None:
    (tmp_path / "ação.xml").write_bytes(TEXT)
    subprocess.run(["zip", "-q", *flags, "x.zip", "ação.xml"], cwd=tmp_path, check=True)
    found = read((tmp_path / "x.zip").read_bytes())
    assert found == {"ação.xml".encode(): "zip_protegido" if "-P" in flags else TEXT}
