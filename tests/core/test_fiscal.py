"""Check digits, against the law's own examples, hypothesis and satcomum's independent reading of a CF-e key."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from satcomum.ersat import ChaveCFeSAT

from core.fiscal import (
    CODIGOS_UF,
    chave_valida,
    cnpj_valido,
    cpf_valido,
    digito_chave,
    digitos_cnpj,
    digitos_cpf,
    montar_chave_cfe,
)

BASES = st.text("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ", min_size=12, max_size=12).filter(
    lambda base: len(set(base)) > 1
)
NUMERIC_BASES = st.text("0123456789", min_size=12, max_size=12).filter(lambda base: len(set(base)) > 1)
CNPJ = "11222333000181"


@st.composite
def chaves(draw: st.DrawFn) -> str:
    base = draw(NUMERIC_BASES)
    return montar_chave_cfe(
        cnpj=base + digitos_cnpj(base),
        nserie=draw(st.text("0123456789", min_size=9, max_size=9)),
        ncf=draw(st.integers(1, 999_999)),
        aamm=f"{draw(st.integers(13, 26)):02d}{draw(st.integers(1, 12)):02d}",
        uf=draw(st.sampled_from(sorted(CODIGOS_UF))),
        aleatorio=draw(st.text("0123456789", min_size=6, max_size=6)),
    )


@pytest.mark.parametrize(
    ("cnpj", "valid"),
    [
        # pragma: allowlist nextline secret
        ("12ABC34501DE35", True),  # the example of the alphanumeric CNPJ's own norm
        (CNPJ, True),
        ("11222333000180", False),
        ("12ABC34501DE34", False),  # pragma: allowlist secret
        ("12abc34501de35", False),  # pragma: allowlist secret
        ("12ABC34501DEA5", False),  # pragma: allowlist secret
        ("00000000000000", False),
        ("1122233300018", False),
        ("11.222.333/0001-81", False),
        ("１1222333000181", False),
        ("11222333000181\n", False),
        ("", False),
    ],
)
def test_cnpj(cnpj: str, valid: bool) -> None:
    assert cnpj_valido(cnpj) is valid


@pytest.mark.parametrize(
    ("cpf", "valid"),
    [
        ("11144477735", True),
        ("11144477734", False),
        ("11111111111", False),
        ("1114447773", False),
        ("111.444.777-35", False),
        ("1114447773A", False),
        ("", False),
    ],
)
def test_cpf(cpf: str, valid: bool) -> None:
    assert cpf_valido(cpf) is valid


@given(BASES)
def test_computed_digits_make_a_valid_cnpj(base: str) -> None:
    assert cnpj_valido(base + digitos_cnpj(base))


@given(st.text("0123456789", min_size=9, max_size=9).filter(lambda base: len(set(base)) > 1))
def test_computed_digits_make_a_valid_cpf(base: str) -> None:
    assert cpf_valido(base + digitos_cpf(base))


@given(chaves())
def test_a_built_key_is_accepted_by_satcomum_too(chave: str) -> None:
    assert len(chave) == 44
    assert chave_valida(chave, "59")
    assert ChaveCFeSAT("CFe" + chave).digito_verificador == digito_chave(chave[:43])


@given(chaves(), st.sampled_from([*range(6, 20), *range(22, 44)]), st.integers(1, 9))
def test_two_readings_agree_about_a_damaged_key(chave: str, place: int, shift: int) -> None:
    damaged = chave[:place] + str((int(chave[place]) + shift) % 10) + chave[place + 1 :]
    assert chave_valida(damaged, "59") is satcomum_accepts(damaged)


def satcomum_accepts(chave: str) -> bool:
    try:
        ChaveCFeSAT("CFe" + chave)
    except ValueError:
        return False
    return True


def test_every_part_is_in_its_place() -> None:
    chave = montar_chave_cfe(cnpj=CNPJ, nserie="900001234", ncf=42, aamm="2511", uf="23", aleatorio="654321")
    assert chave[:43] == "23" + "2511" + CNPJ + "59" + "900001234" + "000042" + "654321"


@pytest.mark.parametrize(
    "parts",
    [
        {"uf": "99"},
        {"aamm": "2513"},
        {"aamm": "2500"},
        {"cnpj": "11222333000180"},
        {"cnpj": "12ABC34501DE35"},  # pragma: allowlist secret
        {"ncf": 1_000_000},
        {"nserie": "1234567890"},
        {"aleatorio": "abcdef"},
    ],
)
def test_wrong_parts_make_no_key(parts: dict[str, str | int]) -> None:
    good = {"cnpj": CNPJ, "nserie": "900001234", "ncf": 1, "aamm": "2511"}
    with pytest.raises(ValueError, match="CF-e"):
        montar_chave_cfe(**(good | parts))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("emitente", "modelo", "valid"),
    [
        (CNPJ, "55", True),
        ("12ABC34501DE35", "55", True),  # pragma: allowlist secret
        ("12ABC34501DE35", "59", False),  # pragma: allowlist secret
        ("00011144477735", "55", True),
        ("00011144477735", "59", False),
        ("00011144477734", "55", False),
    ],
)
def test_who_may_issue_depends_on_the_model(emitente: str, modelo: str, valid: bool) -> None:
    base = f"352511{emitente}{modelo}{1:022d}"[:43]
    assert chave_valida(base + digito_chave(base)) is valid
    assert chave_valida(base + digito_chave(base), "57") is False


@pytest.mark.parametrize("remainder_base", ["0" * 42 + "6", "0" * 43])
def test_remainder_zero_or_one_gives_zero(remainder_base: str) -> None:
    assert digito_chave(remainder_base) == "0"
