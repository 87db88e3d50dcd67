"""A report about an odd answer: shapes and instants stay, whatever may name a shop, a box or a person goes."""

from datetime import UTC, datetime

import pytest

from alerts.sat.shape import Avaliacao
from flows.sat.anonymous import TITLE, report
from flows.sat.evaluate import OK, Veredito
from sandbox.sat_wire import CNPJ, NSERIE, VAZIA, chave, pending, refusal_line, status_line

NOON = datetime(2026, 3, 10, 15, tzinfo=UTC)
FOUND = Veredito(OK, "10000")


def said(linha: str) -> str:
    return report(linha, FOUND)


def shown(name: str, value: str) -> str:
    """Return how a value of a field stands in the report."""
    (line,) = [one for one in said(status_line(agora=NOON, **{name: value})).splitlines() if f"| {name} |" in one]
    return line.split("`")[1]


@pytest.mark.parametrize(
    ("name", "value", "seen"),
    [
        ("DH_ATUAL", "20260310120000", "20260310120000"),
        ("DH_ATUAL", "20269910120000", "#" * 14),
        ("DH_ATUAL", "2026031012000", "#" * 13),
        ("CERT_VENCIMENTO", "20300101", "20300101"),
        ("CERT_VENCIMENTO", "11222333000181", "#" * 14),
        ("ESTADO_OPERACAO", "0", "0"),
        ("ESTADO_OPERACAO", "123", "###"),
        ("MT_TOTAL", "1.5 GB", "1.5 GB"),
        ("MT_TOTAL", "8 GB\n", r"8 GB\n"),
        ("MT_TOTAL", "8 GB da Ana", "# ## ## ###"),
        ("VER_SB", "02.03.00", "02.03.00"),
        ("NSERIE", NSERIE, "#########"),
        ("LAN_IP", "192.168.0.10", "###.###.#.##"),
        ("LAN_MAC", "02:00:5E:00:00:01", "##:##:##:##:##:##"),
        ("mensagem", "Olá, Ana", "###, ###"),
        ("STATUS_LAN", "NÃO CONECTADO", "NÃO CONECTADO"),
        ("STATUS_LAN", "CONECTADO 2", "######### #"),
        ("STATUS_LAN", "uma frase inteira", "### ##### #######"),
        ("NIVEL_BATERIA", "PADARIADASILVA", "##############"),
        ("TIPO_LAN", "", ""),
    ],
)
def test_a_value_stays_only_while_it_looks_as_one_of_its_field(name: str, value: str, seen: str) -> None:
    assert shown(name, value) == seen


@pytest.mark.parametrize(("raw", "seen"), [("a`b", r"#\x60#"), ("\x1b[3m", r"\x1b[##"), ("\t", r"\t")])
def test_what_would_end_a_cell_or_move_a_cursor_is_written_out(raw: str, seen: str) -> None:
    assert shown("mensagem", raw) == seen


@pytest.mark.parametrize(
    ("linha", "amount", "names"),
    [
        (status_line(agora=NOON), "28 campos", ["numeroSessao", "ESTADO_OPERACAO"]),
        (status_line(agora=NOON) + "|", "29 campos", ["numeroSessao", "ESTADO_OPERACAO", "?"]),
        (status_line(agora=NOON) + "|x|y", "30 campos", ["numeroSessao", "mensagemSEFAZ", "?"]),
        (refusal_line("10098"), "5 campos", ["numeroSessao", "mensagemSEFAZ"]),
        ("", "1 campo", ["numeroSessao"]),
        ("\r\n", "1 campo", ["numeroSessao"]),
    ],
    ids=["status", "one more", "two more", "refusal", "nothing", "an empty line"],
)
def test_fields_have_their_names_where_their_number_tells_which_they_are(
    linha: str, amount: str, names: list[str]
) -> None:
    lines = said(linha).splitlines()
    assert lines[0] == TITLE
    assert f"- {amount}" in lines
    cells = [one.split(" | ")[1] for one in lines if one.startswith("| ") and one.split(" | ")[0][2:].isdigit()]
    assert set(names) <= set(cells)
    assert ("?" in cells) is ("?" in names)
    assert ("NSERIE" in cells) is (len(cells) in (28, 29))


def test_of_keys_it_is_told_what_names_nobody() -> None:
    text = said(status_line(agora=NOON, **pending(3)))
    assert "- ULTIMO_CF_E_SAT: chave válida da UF 35, mês 2511" in text
    assert "- LISTA_FINAL menos LISTA_INICIAL: 2 documentos" in text
    assert "- mesma série e mesmo CNPJ: True" in text
    assert [one for one in (CNPJ, NSERIE, chave(500)) if one in text] == []


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"ULTIMO_CF_E_SAT": "12345"}, "- ULTIMO_CF_E_SAT: chave inválida, 5 caracteres"),
        ({"ULTIMO_CF_E_SAT": "7"}, "- ULTIMO_CF_E_SAT: chave inválida, 1 caractere"),
        ({"LISTA_INICIAL": chave(9), "LISTA_FINAL": chave(8)}, "menos LISTA_INICIAL: -1 documento"),
        ({"LISTA_INICIAL": chave(1), "LISTA_FINAL": chave(2, nserie="900005555")}, "mesmo CNPJ: False"),
    ],
)
def test_what_is_odd_about_keys_is_told(fields: dict[str, str], told: str) -> None:
    assert told in said(status_line(agora=NOON, **fields))


@pytest.mark.parametrize("empty", [VAZIA, "", "0"])
def test_of_keys_that_are_none_nothing_is_told(empty: str) -> None:
    text = said(status_line(agora=NOON, ULTIMO_CF_E_SAT=empty, LISTA_INICIAL=empty, LISTA_FINAL=chave(3)))
    assert "- ULTIMO_CF_E_SAT" not in text
    assert "- LISTA_FINAL: chave válida" in text
    assert "menos" not in text


def test_what_was_judged_stands_at_its_end() -> None:
    judged = [
        Avaliacao("relogio", "aviso", True, "dito", {"segundos": 7200}),
        Avaliacao("rede", "aviso", False, "", {}),
    ]
    lines = report(refusal_line("10098"), Veredito("recusado", "10098", "ocupado", judged)).splitlines()
    assert lines[-2:] == ["- relogio: ativo, {'segundos': 7200}", "- rede: inativo, {}"]
    assert "- resultado: recusado 10098" in lines
    assert "- resultado: invalido" in report("<html>", Veredito("invalido", "")).splitlines()
