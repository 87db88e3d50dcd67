"""A CF-e key taken apart, beside satcomum's independent reading."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from satcomum.ersat import ChaveCFeSAT

from core.chave_cfe import ChaveCFe
from core.fiscal import digito_chave, montar_chave_cfe

CNPJ = "11222333000181"
PARTS = {"cnpj": CNPJ, "nserie": "900001234", "aamm": "2511", "uf": "23", "aleatorio": "654321"}
KEY = montar_chave_cfe(ncf=42, **PARTS)


def with_digit(base: str) -> str:
    return base + digito_chave(base)


def test_every_part_is_read() -> None:
    assert ChaveCFe.ler(KEY) == ChaveCFe(uf="23", aamm="2511", cnpj=CNPJ, nserie="900001234", numero=42)


@pytest.mark.parametrize("around", [" ", "\n", "\r\n", "\t"])
def test_spaces_around_do_not_matter(around: str) -> None:
    assert ChaveCFe.ler(around + KEY + around) == ChaveCFe.ler(KEY)


@given(st.integers(1, 999_999), st.integers(13, 26), st.integers(1, 12), st.text("0123456789", min_size=9, max_size=9))
def test_satcomum_reads_the_same(ncf: int, year: int, month: int, nserie: str) -> None:
    key = montar_chave_cfe(ncf=ncf, **PARTS | {"aamm": f"{year:02d}{month:02d}", "nserie": nserie})
    ours, theirs = ChaveCFe.ler(key), ChaveCFeSAT("CFe" + key)
    assert ours is not None
    assert (ours.nserie, ours.numero) == (theirs.numero_serie, int(theirs.numero_cupom_fiscal))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "0" * 44,
        KEY[:-1],
        KEY + "0",
        f"CFe{KEY}",
        KEY[:20] + " " + KEY[21:],
        KEY[:-1] + str((int(KEY[-1]) + 1) % 10),
        with_digit("99" + KEY[2:43]),
        with_digit(KEY[:4] + "13" + KEY[6:43]),
        with_digit(KEY[:4] + "00" + KEY[6:43]),
        with_digit(KEY[:19] + "0" + KEY[20:43]),
        with_digit(KEY[:20] + "65" + KEY[22:43]),
        KEY.translate(str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")),
        KEY.translate(str.maketrans("0123456789", "０１２３４５６７８９")),
        KEY.replace("1", "¹"),
        KEY[:10] + "A" + KEY[11:],
        KEY[:10] + "\0" + KEY[11:],
    ],
)
def test_a_malformed_key_is_none(text: str) -> None:
    assert ChaveCFe.ler(text) is None


@given(st.text(st.characters(categories=None), max_size=60) | st.text("0123456789", min_size=44, max_size=44))
def test_no_text_raises_anything(text: str) -> None:
    found = ChaveCFe.ler(text)
    assert found is None or 0 <= found.numero <= 999_999
