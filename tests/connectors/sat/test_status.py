"""The tolerant reading of a status line, beside satcfe's strict one."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from satcfe.resposta import RespostaConsultarStatusOperacional

from connectors.sat.status import FIELDS, Busy, InvalidAnswer, StatusOperacional, parse
from core.errors import Misconfigured, PlatformError, Rejected, Transient
from sandbox.sat_wire import CAMPOS_STATUS, chave, pending, refusal_line, status_line

NOON = datetime(2026, 3, 10, 15, tzinfo=UTC)
NOON_IN_SHOP = datetime(2026, 3, 10, 12)  # noqa: DTZ001 - a box tells no zone


def healthy(sessao: int = 123456, **fields: Any) -> str:
    return status_line(sessao, agora=NOON, **fields)


def read(**fields: Any) -> StatusOperacional:
    return parse(healthy(**fields))


def test_every_field_has_the_name_type_and_value_of_satcfe() -> None:
    fields: dict[str, Any] = pending(3)
    line = healthy(**fields)
    theirs, ours = RespostaConsultarStatusOperacional.analisar(line), parse(line)
    assert [name for name, _ in FIELDS] == list(CAMPOS_STATUS)
    assert {name: getattr(ours, name) for name in CAMPOS_STATUS} == {
        name: getattr(theirs, name) for name in CAMPOS_STATUS
    }
    assert {name: type(getattr(ours, name)) for name in CAMPOS_STATUS} == {
        name: type(getattr(theirs, name)) for name in CAMPOS_STATUS
    }
    assert ours.status == theirs.status == "Desbloqueado"
    assert (ours.atributos.funcao, ours.atributos.verbatim) == (theirs.atributos.funcao, theirs.atributos.verbatim)


def test_a_real_capture_has_a_newline_in_the_middle_of_the_line() -> None:
    found = parse(healthy(TIPO_LAN="static\n", LAN_IP="010.000.000.001"))
    assert (found.TIPO_LAN, found.LAN_IP) == ("static", "10.0.0.1")  # type: ignore[attr-defined]
    assert found.ESTADO_OPERACAO == 0


@pytest.mark.parametrize("tail", ["|", "| ", "|\r\n", "\n", "\r\n", ""])
def test_one_empty_field_or_line_end_too_many_is_dropped(tail: str) -> None:
    found = parse(healthy() + tail)
    assert f"{found.CERT_VENCIMENTO} {found.ESTADO_OPERACAO}" == "2030-02-02 0"


@pytest.mark.parametrize("line", [healthy() + "|x", healthy() + "||", healthy().rpartition("|")[0]])
def test_another_number_of_fields_is_no_answer(line: str) -> None:
    with pytest.raises(InvalidAnswer, match=r"tem \d+ campos em vez de 28"):
        parse(line)


@pytest.mark.parametrize(
    ("sent", "expected"),
    [
        ("192.168.000.100", "192.168.0.100"),
        ("000.000.000.000", "0.0.0.0"),
        (" 010.001.002.003 ", "10.1.2.3"),
        ("10.1.2", "10.1.2"),
        ("10.1.2.x", "10.1.2.x"),
        ("10.1.2.0003", "10.1.2.0003"),
        ("fe80::1", "fe80::1"),
        ("", ""),
    ],
)
@pytest.mark.parametrize("name", ["LAN_IP", "LAN_MASK", "LAN_GW", "LAN_DNS_1", "LAN_DNS_2"])
def test_addresses_lose_their_zeros_and_odd_ones_stay(name: str, sent: str, expected: str) -> None:
    assert getattr(read(**{name: sent}), name) == expected


@pytest.mark.parametrize("name", ["DH_ATUAL", "DH_CFE", "DH_ULTIMA"])
@pytest.mark.parametrize(
    ("sent", "expected"),
    [
        ("20260310120000", NOON_IN_SHOP),
        (" 20260310120000\n", NOON_IN_SHOP),
        ("", None),
        ("00000000000000", None),
        ("20261310120000", None),
        ("20260230120000", None),
        ("20260310120060", None),
        ("2026031012000", None),
        ("202603101200000", None),
        ("20260310 12000", None),
        ("٢٠٢٦٠٣١٠١٢٠٠٠٠", None),
        ("ontem", None),
    ],
)
def test_date_times(name: str, sent: str, expected: datetime | None) -> None:
    assert getattr(read(**{name: sent}), name) == expected


@pytest.mark.parametrize("name", ["CERT_EMISSAO", "CERT_VENCIMENTO"])
@pytest.mark.parametrize(
    ("sent", "expected"),
    [("20260310", date(2026, 3, 10)), ("", None), ("00000000", None), ("20260230", None), ("2026-03-10", None)],
)
def test_dates(name: str, sent: str, expected: date | None) -> None:
    assert getattr(read(**{name: sent}), name) == expected


@pytest.mark.parametrize(
    ("sent", "number", "label"),
    [
        ("0", 0, "Desbloqueado"),
        (" 1 ", 1, "Bloqueado pela SEFAZ"),
        ("2", 2, "Bloqueado pelo contribuinte"),
        ("3", 3, "Bloqueado autonomamente"),
        ("4", 4, "Bloqueado para desativação"),
        ("7", 7, "(desconhecido: 7)"),
        ("", None, "(desconhecido: None)"),
        ("-1", None, "(desconhecido: None)"),
        ("٣", None, "(desconhecido: None)"),
        pytest.param("9" * 5000, None, "(desconhecido: None)", id="endless"),
    ],
)
def test_the_state_and_its_label(sent: str, number: int | None, label: str) -> None:
    found = read(ESTADO_OPERACAO=sent)
    assert (found.ESTADO_OPERACAO, found.status) == (number, label)


def test_a_never_used_box_leaves_its_keys_and_dates_empty() -> None:
    empty = dict.fromkeys(("ULTIMO_CF_E_SAT", "LISTA_INICIAL", "LISTA_FINAL", "DH_CFE"))
    found = read(**empty)
    assert (found.ULTIMO_CF_E_SAT, found.LISTA_INICIAL, found.LISTA_FINAL, found.DH_CFE) == ("", "", "", None)


@pytest.mark.parametrize("sent", ["", "NÃO CONECTADO", "NAO_CONECTADO", " CONECTADO "])
def test_words_are_only_trimmed(sent: str) -> None:
    found = read(STATUS_LAN=sent).STATUS_LAN
    assert found == sent.strip()


def test_the_notice_of_sefaz_is_kept() -> None:
    found = read(cod="001", mensagemSEFAZ="Compareça ao posto fiscal")
    assert (found.cod, found.mensagemSEFAZ) == ("001", "Compareça ao posto fiscal")


@pytest.mark.parametrize(
    ("code", "kind", "says"),
    [
        ("10001", Misconfigured, "código de ativação"),
        ("10098", Busy, "ocupado"),
        ("10099", Transient, "erro desconhecido"),
        ("10002", Rejected, "Texto do equipamento"),
        ("10097", Rejected, "Texto do equipamento"),
    ],
)
@pytest.mark.parametrize("tail", ["", "|", "|||"])
def test_refusals(code: str, kind: type[PlatformError], says: str, tail: str) -> None:
    with pytest.raises(PlatformError) as caught:
        parse(refusal_line(code, "Texto do equipamento") + tail)
    assert type(caught.value) is kind
    assert code in str(caught.value)
    assert says in str(caught.value)


def test_a_refusal_may_carry_every_field() -> None:
    with pytest.raises(Transient, match="10098"):
        parse(healthy(EEEEE="10098"))


def test_a_refusal_without_words_still_makes_a_sentence() -> None:
    with pytest.raises(Rejected, match=r"\(10050\): sem mensagem\.$"):
        parse(refusal_line("10050", " "))


@pytest.mark.parametrize("size", [200, 201, 50_000])
def test_a_refusal_is_told_in_a_sentence_of_sane_length(size: int) -> None:
    with pytest.raises(Rejected) as caught:
        parse(refusal_line("10050", "x" * size))
    assert str(caught.value).count("x") == 200


@pytest.mark.parametrize(
    "code",
    [
        "08000",
        "15000",
        "11001",
        "15001",
        "19001",
        "11002",
        "19002",
        "11003",
        "19003",
        "15002",
        "15097",
        "06006",
        "07003",
    ]
    + [f"{family}0{end}" for family in ("06", "08", "11", "15", "19") for end in ("98", "99")],
)
def test_the_answer_to_another_function_is_no_refusal(code: str) -> None:
    with pytest.raises(InvalidAnswer, match=rf"outra função \(código {code}\)"):
        parse(refusal_line(code))


@pytest.mark.parametrize(
    ("echoed", "sent", "same"),
    [("000007", 7, True), ("7", 7, True), (" 000007", 7, True), ("000070", 7, False), ("", 7, False), ("x", 7, False)],
)
def test_the_session_number_must_be_the_one_sent(echoed: str, sent: int, same: bool) -> None:
    line = healthy(numeroSessao=echoed)
    if same:
        assert parse(line, sent).numeroSessao == 7
    else:
        with pytest.raises(InvalidAnswer, match="outra sessão"):
            parse(line, sent)


def test_a_wrong_code_answered_to_another_session_parks_no_box() -> None:
    with pytest.raises(InvalidAnswer, match="outra sessão"):
        parse(refusal_line("10001", sessao=111111), 222222)


def test_where_the_hub_made_the_session_number_it_is_not_compared() -> None:
    assert parse(healthy(1)).numeroSessao == 1
    assert parse(healthy(numeroSessao="")).numeroSessao is None


@pytest.mark.parametrize(
    "line",
    [
        *("", "|", "||||", "lixo", "1|2|3|4", "null", "{}", "%PDF-1.7", "<html>||||</html>", "10000|10000"),
        *("1|10000|x|y", "1|1000|a|b|c", "1|100000|a|b|c", "1|١٠٠٠٠|a|b|c", "1|OK|a|b|c"),
        pytest.param("\0" * 60, id="NUL"),
        pytest.param("\ud800|" * 28, id="surrogates"),
    ],
)
def test_garbage_is_no_answer(line: str) -> None:
    with pytest.raises(InvalidAnswer) as caught:
        parse(line)
    assert str(caught.value).endswith(".")


def test_what_no_database_can_hold_is_replaced() -> None:
    found = read(STATUS_LAN="CONEC\0TADO", mensagemSEFAZ="meio \ud83d par \udc00")
    assert (found.STATUS_LAN, found.mensagemSEFAZ) == ("CONEC\ufffdTADO", "meio ? par ?")
    found.atributos.verbatim.encode()
    assert "\0" not in found.atributos.verbatim


ANYTHING = st.text(st.characters(categories=None) | st.sampled_from("|0123456789\0\n\ud800"), max_size=300)


@given(ANYTHING, st.none() | st.integers(100_000, 999_999))
@example("|" * 27, None)
def test_no_text_raises_anything_but_our_own_faults(line: str, sessao: int | None) -> None:
    try:
        parse(line, sessao)
    except PlatformError as fault:
        assert str(fault)  # noqa: PT017 - both outcomes are right


@given(st.dictionaries(st.sampled_from(CAMPOS_STATUS[2:]), ANYTHING.filter(lambda text: "|" not in text)))
def test_one_odd_field_never_blinds_the_others(odd: dict[str, str]) -> None:
    found = read(**odd)
    plain = read()
    for name in set(CAMPOS_STATUS) - set(odd):
        assert getattr(found, name) == getattr(plain, name)
    assert isinstance(found.status, str)
    found.atributos.verbatim.encode()


def test_keys_are_kept_as_text() -> None:
    found = read(ULTIMO_CF_E_SAT=f" {chave(42)} ").ULTIMO_CF_E_SAT
    assert found == chave(42)
