"""Names as people read them: valid ones as they are, others encoded, and each leads back to its file."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.documentos.paths import found, of_part, shown


@pytest.mark.parametrize(
    ("path", "member", "expected"),
    [
        (b"a%20b.xml", None, ("a%20b.xml", False)),
        ("São João/100%.xml".encode(), None, ("São João/100%.xml", False)),
        (b"nota\xff%41.xml", None, ("nota%FF%2541.xml", True)),
        (b"lote.zip", b"a%41.xml", ("lote.zip!/a%41.xml", False)),
        (b"lote.zip", b"n\xe3o.xml", ("lote.zip!/n%E3o.xml", True)),
        (b"lote.zip", b"a\0.xml", ("lote.zip!/a%00.xml", True)),
        (b"sub.zip!/x%.xml", None, ("sub.zip%21/x%25.xml", True)),
        (b"sub.zip!/r.zip", b"m.xml", ("sub.zip%21/r.zip!/m.xml", True)),
    ],
)
def test_a_name_is_shown_as_it_is_where_it_is_text(
    path: bytes, member: bytes | None, expected: tuple[str, bool]
) -> None:
    assert shown(path, member) == expected
    assert found(expected[0], codificado=expected[1]) == (path, member)


NAMES = st.lists(
    st.sampled_from([b"a", b".zip", b".zip!", b"%", b"41", b"%FF", b"\xff", b"/", b"!", "ç".encode()]), min_size=1
)


@given(NAMES, st.none() | NAMES)
def test_every_name_leads_back_to_its_file_and_no_two_are_one(path: list[bytes], member: list[bytes] | None) -> None:
    outer = b"".join(path).strip(b"/") or b"a"
    inner = None if member is None else b"".join(member)
    whole = outer if inner is None else outer + b".zip"
    caminho, codificado = shown(whole, inner)
    caminho.encode()
    assert found(caminho, codificado=codificado) == (whole, inner)


def test_a_coupon_is_called_by_its_number() -> None:
    assert (of_part("a.xml", 0), of_part("a.xml", 2)) == ("a.xml", "a.xml#2")
