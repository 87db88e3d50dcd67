"""A document as a person reads it: who, what, how much, what happened to it, what it belongs to."""

from collections.abc import Callable
from dataclasses import fields, replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from conftest import Configure

from cli.documentos_mostrar import listed, show
from flows.documentos.detalhe import Detalhe
from flows.documentos.views.documentos import DocumentoRow
from flows.documentos.views.eventos import EventoView
from flows.documentos.views.itens import ItemView
from flows.documentos.views.ligacoes import LigacaoView
from sandbox.documentos.comum import BRASILIA, DESTINATARIO, EMITENTE, QUANDO, cpf
from sandbox.documentos.notas import nota

KEY = nota(7).chave
GROUPED = " ".join(KEY[start : start + 4] for start in range(0, 44, 4))
FIELDS: dict[str, Any] = {
    "chave_acesso": KEY,
    "situacao": "autorizada",
    "data_importacao": datetime(2026, 1, 16, 12, tzinfo=UTC),
}
Shown = Callable[..., list[str]]


def blank(kind: type[Any], **known: object) -> Any:
    """Return a row of a view of which only this is known."""
    return kind(**({one.name: None for one in fields(kind)} | known))


def detail(especie: str = "nfe", **campos: object) -> Detalhe:
    return Detalhe(1, especie, True, FIELDS | campos, (), 0, (), (), ())


@pytest.fixture
def shown(capsys: pytest.CaptureFixture[str]) -> Shown:
    """Show a document with these fields; return its lines."""

    def lines(given: Detalhe | None = None, **campos: object) -> list[str]:
        show(given or detail(**campos))  # type: ignore[arg-type]
        return capsys.readouterr().out.splitlines()

    return lines


def test_of_what_says_hardly_anything_it_is_told_what_is_not_said(shown: Shown) -> None:
    assert shown() == [
        "NF-e sem número: autorizada",
        f"Chave: {GROUPED}",
        "Emissão: não diz",
        "",
        "Total: não diz",
        "",
        "Importado em 16/01/2026 09:00 (-0300)",
    ]


@pytest.mark.parametrize(
    ("campos", "head"),
    [
        ({"numero_nf": "7", "serie": "1"}, "NF-e 7, série 1: autorizada"),
        ({"numero_nf": "7", "serie": "0"}, "NF-e 7, série 0: autorizada"),
        ({"especie": "cte", "numero_ct": "9"}, "CT-e 9: autorizada"),
        ({"especie": "cfe", "numero": "3"}, "CF-e 3: autorizada"),
        ({"especie": "outra", "numero": "3"}, "outra 3: autorizada"),
        ({"situacao": "cancelada"}, "NF-e sem número: CANCELADA"),
        ({"situacao": "denegada"}, "NF-e sem número: DENEGADA"),
        ({"situacao": "sem_protocolo"}, "NF-e sem número: SEM PROTOCOLO: não prova autorização"),
    ],
)
def test_its_first_line_says_what_it_is_and_its_state(shown: Shown, campos: dict[str, Any], head: str) -> None:
    assert shown(**campos)[0] == head


@pytest.mark.parametrize(
    ("campos", "said"),
    [
        ({"ambiente": 2}, ["Ambiente de homologação: SEM VALOR FISCAL"]),
        ({"ambiente": 1}, []),
        (
            {"protocolo": "135", "recebido_em": QUANDO},
            ["Protocolo: 135 de 15/01/2026 10:30 (-0300)"],
        ),
        ({"protocolo": "135"}, ["Protocolo: 135 de não diz"]),
        ({"status_nfe": "100", "motivo": "Autorizado"}, ["Status: 100 Autorizado"]),
        ({"status_cte": "100", "motivo": None}, ["Status: 100"]),
        ({"status": "7000"}, ["Status: 7000"]),
        ({"motivo": "sem status"}, []),
    ],
)
def test_what_proves_it_stands_behind_its_date(shown: Shown, campos: dict[str, Any], said: list[str]) -> None:
    lines = [one for one in shown(**campos)[1:-4] if not one.startswith(("Chave: ", "Emissão: "))]
    assert lines == said


def test_of_a_summary_it_is_said_first_that_there_is_no_more(shown: Shown) -> None:
    lines = shown(replace(detail(ambiente=2), completo=False))
    assert lines[1:3] == [
        "Só o resumo é conhecido; o documento ainda não chegou.",
        "Ambiente de homologação: SEM VALOR FISCAL",
    ]


def test_an_instant_is_told_in_the_document_s_own_offset(shown: Shown, configure: Configure) -> None:
    acre = datetime.fromisoformat("2026-01-31T22:30:00-05:00")
    lines = shown(data_emissao=acre)
    assert "Emissão: 31/01/2026 22:30 (-0500)" in lines
    configure(core__timezone="America/Manaus")
    assert shown(data_emissao=acre)[-1] == "Importado em 16/01/2026 08:00 (-0400)"


@pytest.mark.parametrize(
    ("campos", "said"),
    [
        (
            {
                "emit_cnpj": EMITENTE.documento,
                "emit_nome": "Exemplo",
                "emit_ie": "1100",
                "emit_endereco": "Rua A, 1",
                "emit_municipio": "São Paulo",
                "emit_uf": "SP",
            },
            ["Emitente: Exemplo, 11.222.333/0001-81, IE 1100, Rua A, 1, São Paulo/SP"],
        ),
        ({"dest_cnpj_cpf": DESTINATARIO.documento}, ["Destinatário: 44.555.666/0001-" + DESTINATARIO.documento[-2:]]),
        ({"dest_cnpj_cpf": "AB-12/é", "dest_uf": "EX"}, ["Destinatário: AB-12/é, EX"]),
        ({"dest_nome": "Ana"}, ["Destinatário: Ana"]),
        ({"dest_ie": "1100", "dest_uf": "SP"}, []),
        (
            {"tomador_nome": "T", "rem_nome": "R", "receb_nome": "B", "exped_nome": "X", "transportador_nome": "C"},
            ["Remetente: R", "Expedidor: X", "Recebedor: B", "Tomador: T", "Transportador: C"],
        ),
    ],
    ids=["all of it", "a number", "from abroad", "a name", "nobody", "many"],
)
def test_who_takes_part_is_told_with_what_is_known(shown: Shown, campos: dict[str, Any], said: list[str]) -> None:
    assert shown(**campos)[3:-4] == said


def test_a_person_is_told_by_cpf_as_people_write_it(shown: Shown) -> None:
    bare = cpf(123456789)
    assert f"Destinatário: {bare[:3]}.{bare[3:6]}.{bare[6:9]}-{bare[9:]}" in shown(dest_cnpj_cpf=bare)


@pytest.mark.parametrize(
    ("campos", "said"),
    [
        ({"natureza": "Venda", "tipo": 1, "finalidade": 4}, ["Natureza: Venda, saída, devolução"]),
        ({"natureza": "Venda", "tipo": 0, "finalidade": 9}, ["Natureza: Venda, entrada"]),
        ({"natureza_operacao": "Frete"}, ["Natureza: Frete"]),
        ({"tipo": 1}, []),
        (
            {
                "municipio_inicio": "Santos",
                "uf_inicio": "SP",
                "municipio_fim": "Recife",
                "uf_fim": "PE",
                "modal": "03",
            },
            ["Percurso: Santos/SP → Recife/PE, aquaviário"],
        ),
        ({"municipio_fim": "Recife", "modal": "99"}, ["Percurso: ?/? → Recife/?"]),
        ({"cancelada": KEY}, [f"Cancela o cupom {GROUPED}"]),
    ],
)
def test_what_it_is_about_is_told_in_words(shown: Shown, campos: dict[str, Any], said: list[str]) -> None:
    assert shown(**campos)[3:-4] == said


@pytest.mark.parametrize(
    ("campos", "said"),
    [
        ({"valor_total": Decimal("1234.5")}, ["Total: R$ 1.234,50"]),
        ({"valor_total": Decimal(0)}, ["Total: R$ 0,00"]),
        ({"valor_icms": Decimal("0.00"), "valor_ipi": None, "valor_pis": "9"}, ["Total: não diz"]),
        (
            {"valor_receber": Decimal(5), "valor_produtos": Decimal("10.01"), "valor_ibs": Decimal("-1")},
            ["Produtos: R$ 10,01", "IBS: -R$ 1,00", "A receber: R$ 5,00", "Total: não diz"],
        ),
    ],
)
def test_amounts_that_are_something_are_told(shown: Shown, campos: dict[str, Any], said: list[str]) -> None:
    assert shown(**campos)[4:-2] == said


@pytest.mark.parametrize(
    ("quantity", "price", "cells"),
    [
        ("2", "617.28", ["2", "617,28"]),
        ("2.5000", "0.1", ["2,5", "0,10"]),
        ("1000", "1234.5678900000", ["1.000", "1.234,56789"]),
        ("0.0000", "0", ["0", "0,00"]),
        (None, None, ["-", "-"]),
    ],
)
def test_an_item_has_all_the_places_that_say_something(
    shown: Shown, quantity: str | None, price: str | None, cells: list[str]
) -> None:
    how = {"quantidade": quantity and Decimal(quantity), "valor_unitario": price and Decimal(price)}
    one = blank(ItemView, numero_item=1, descricao="Pão [congelado]", unidade="UN", valor_total=Decimal("9.9"), **how)
    (row,) = [line for line in shown(replace(detail(), itens=(one,))) if "Pão [congelado]" in line]
    assert row.split()[-4:] == [cells[0], "UN", cells[1], "9,90"]


def test_what_happened_to_it_is_told_with_what_was_said(shown: Shown) -> None:
    told = blank(EventoView, tipo_evento="110110", sequencia=1, descricao="Correção", registrado=True)
    events = (
        replace(told, data_evento=QUANDO.astimezone(UTC), correcao="leia-se 3", motivo="vinculado"),
        replace(told, sequencia=2, justificativa="erro de preço", motivo="vinculado", registrado=False),
        replace(told, sequencia=3, motivo="vinculado"),
    )
    lines = shown(replace(detail(data_emissao=QUANDO.astimezone(BRASILIA)), eventos=events))
    at = lines.index("Eventos")
    first, second, third = lines[at + 2 : at + 5]
    assert ("15/01/2026 10:30 (-0300)" in first, "leia-se 3" in first, "vinculado" in first) == (True, True, False)
    assert ("não diz" in second, "erro de preço" in second, "vinculado" in second) == (True, True, False)
    assert "vinculado" in third
    assert "Cita" not in lines


def test_what_it_names_and_what_names_it_stand_apart_and_what_is_not_here_is_said(shown: Shown) -> None:
    here = blank(LigacaoView, laco="referencia", chave_acesso=KEY, id=2, especie="cte", numero="9")
    away = replace(here, especie=None, id=None, numero=None)
    lines = shown(replace(detail(), ligacoes=(here, away), citado_por=(away,)))
    named, naming = lines.index("Cita"), lines.index("É citado por")
    assert named < naming
    assert [("CT-e" in one, "não está aqui" in one) for one in lines[named + 2 : named + 4]] == [
        (True, False),
        (False, True),
    ]
    assert "não está aqui" in lines[naming + 2]
    assert all(GROUPED in one for one in (*lines[named + 2 : named + 4], lines[naming + 2]))


@pytest.mark.parametrize(
    ("campos", "end"),
    [
        ({"correcao": "Onde se lê 2\n  leia-se 3"}, ["Carta de correção: Onde se lê 2 leia-se 3"]),
        ({"avisos": ["o total não fecha", "sem IE"]}, ["Aviso: o total não fecha.", "Aviso: sem IE."]),
        ({"avisos": []}, []),
    ],
)
def test_what_is_to_be_minded_stands_at_its_end(shown: Shown, campos: dict[str, Any], end: list[str]) -> None:
    lines = shown(**campos)
    assert lines[lines.index("Total: não diz") + 2 : -1] == end


def test_the_file_that_it_came_in_is_named(shown: Shown) -> None:
    assert shown(arquivo_nome="notas.zip!/7.xml")[-1] == "Importado em 16/01/2026 09:00 (-0300) de notas.zip!/7.xml"


def test_nothing_in_it_moves_a_cursor(shown: Shown) -> None:
    lines = shown(emit_nome="\x1b[2JAna", natureza="V\x07", avisos=["\x1b[0m"], arquivo_nome="a\x1b.xml")
    assert all(one.isprintable() for one in lines)
    assert "Emitente: �[2JAna" in lines


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({}, ("NF-e", "15/01/2026 10:30", "autorizada")),
        ({"especie": "nova"}, ("nova", "15/01/2026 10:30", "autorizada")),
        ({"data_emissao": None}, ("NF-e", None, "autorizada")),
        ({"situacao": "sem_protocolo"}, ("NF-e", "15/01/2026 10:30", "sem protocolo")),
        ({"completo": False}, ("NF-e", "15/01/2026 10:30", "autorizada (resumo)")),
    ],
)
def test_a_row_of_a_list_is_in_the_words_of_people(changed: dict[str, Any], said: tuple[str | None, ...]) -> None:
    row = blank(
        DocumentoRow, id=1, especie="nfe", chave_acesso=KEY, situacao="autorizada", completo=True, data_emissao=QUANDO
    )
    found = listed(replace(row, **changed))
    assert (found["especie"], found["data_emissao"], found["situacao"]) == said
    assert found["chave_acesso"] == KEY
