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
    documento_ausente,
    documento_valido,
    formatar_chave,
    formatar_documento,
    formatar_parte,
    mascarar_documento,
    montar_chave_cfe,
    normalizar_chave,
    normalizar_documento,
    parece_chave,
    tipo_documento,
)

BASES = st.text("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ", min_size=12, max_size=12).filter(
    lambda base: len(set(base)) > 1
)
NUMERIC_BASES = st.text("0123456789", min_size=12, max_size=12).filter(lambda base: len(set(base)) > 1)
CNPJ = "11222333000181"
CNPJ_CURTO = "000123450001" + digitos_cnpj("000123450001")
DOCUMENTOS = st.one_of(
    BASES.map(lambda base: base + digitos_cnpj(base)),
    st.text("0123456789", min_size=9, max_size=9)
    .filter(lambda base: len(set(base)) > 1)
    .map(lambda base: base + digitos_cpf(base)),
)


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


@given(DOCUMENTOS)
def test_however_a_document_is_written_it_is_the_same(documento: str) -> None:
    formatted = formatar_documento(documento)
    for written in (documento, formatted, formatted.lower(), f" {formatted}\n", formatted.replace("-", "\u2013")):
        assert normalizar_documento(written) == documento
        assert documento_valido(written)
        assert not documento_ausente(written)
    assert formatar_documento(formatted) == formatted
    assert documento not in mascarar_documento(formatted)


@given(st.one_of(st.text(), st.integers(), st.floats(), st.none(), st.binary()))
def test_anything_at_all_has_a_normal_form_that_is_its_own(anything: object) -> None:
    bare = normalizar_documento(anything)
    assert bare == normalizar_documento(bare)
    assert bare.isascii()
    assert set(bare) <= set("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ")


@pytest.mark.parametrize(
    ("written", "normal", "kind"),
    [
        ("111.444.777-35", "11144477735", "cpf"),  # 14 characters, and still a person
        ("12.abc.345/01de-35", "12ABC34501DE35", "cnpj"),  # pragma: allowlist secret
        ("１１144477735", "144477735", None),
        ("ß", "", None),
        (11144477735, "11144477735", "cpf"),
        (1234567890, "01234567890", "cpf"),
        (191, "00000000191", "cpf"),
        (6990590000123, "06990590000123", "cnpj"),
        (int(CNPJ_CURTO), CNPJ_CURTO, "cnpj"),  # as a CPF its digits are wrong
        (True, "", None),
        (-1, "", None),
        (None, "", None),
        ("", "", None),
    ],
)
def test_the_normal_form_and_the_kind_it_tells(written: object, normal: str, kind: str | None) -> None:
    assert normalizar_documento(written) == normal
    assert tipo_documento(written) == kind


@pytest.mark.parametrize(
    "written", [None, "", "  ", "-", "./-", "000.000.000-00", "99999999999999", 0, "X", "ver contrato " * 9]
)
def test_a_placeholder_is_no_document(written: object) -> None:
    assert documento_ausente(written)
    assert not documento_valido(written)


def test_a_document_that_is_none_is_shown_as_it_is_and_hidden_all_the_same() -> None:
    assert formatar_documento("12-3") == "123"
    assert mascarar_documento("12-3") == "***"
    assert mascarar_documento(CNPJ) == "***0181"


@pytest.mark.parametrize("foreign", ["AB-12/é", "12345678901", "12345678901234", "é11144477735", " 0042", ""])
def test_the_identification_of_a_foreigner_is_shown_as_it_is(foreign: str) -> None:
    assert formatar_parte(foreign) == foreign


@given(DOCUMENTOS)
def test_a_party_with_a_document_is_shown_by_it(documento: str) -> None:
    assert formatar_parte(documento) == formatar_documento(documento)


@given(chaves(), st.sampled_from(["", "CFe", "cfe", "CFe ", "NFe", "NFS", "DCe"]))
def test_however_a_key_is_written_it_is_the_same(chave: str, prefix: str) -> None:
    assert normalizar_chave(f" {prefix}{formatar_chave(chave)}\n") == chave
    assert normalizar_chave(formatar_chave(prefix + chave)) == chave
    assert formatar_chave(chave).split() == [chave[start : start + 4] for start in range(0, 44, 4)]
    assert parece_chave(chave)


@pytest.mark.parametrize("text", ["", "1" * 43, "1" * 45, "A" * 44, "１" * 44, "1" * 44 + "\n"])
def test_what_has_not_the_shape_of_a_key(text: str) -> None:
    assert not parece_chave(text)
