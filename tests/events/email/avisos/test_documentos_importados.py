"""One mail in the place of many: counts and sums by kind as long as all are read, one line for each in the file."""

from typing import Any

import pytest

from events.email.aviso import EVENT
from events.email.avisos import documentos_importados
from events.email.avisos.documentos_importados import AVISO

NFE = {EVENT: "nfe_importada", "numero_nf": "1", "valor_total": "10.50", "emit_nome": "Padaria"}
CTE = {EVENT: "cte_importado", "numero_ct": "9", "valor_total": "1000", "emit_nome": "Transportes"}


def said(*events: dict[str, Any], total: int = 0) -> dict[str, Any]:
    return {"total": total, "eventos": list(events)}


@pytest.mark.parametrize(
    ("events", "fields"),
    [
        ([NFE] * 3, [("Documentos", "3"), ("NF-e", "3"), ("Valor Total (NF-e)", "R$ 31,50")]),
        ([CTE] * 2, [("Documentos", "2"), ("CT-e", "2"), ("Valor Total (CT-e)", "R$ 2.000,00")]),
        (
            [CTE, NFE],
            [
                ("Documentos", "2"),
                *(("NF-e", "1"), ("Valor Total (NF-e)", "R$ 10,50")),
                *(("CT-e", "1"), ("Valor Total (CT-e)", "R$ 1.000,00")),
            ],
        ),
        ([], [("Documentos", "0")]),
    ],
)
def test_each_kind_that_came_has_its_count_and_its_sum(
    events: list[dict[str, Any]], fields: list[tuple[str, object]]
) -> None:
    assert list(AVISO.conteudo(said(*events)).campos) == fields


@pytest.mark.parametrize(("total", "summed"), [(3, True), (4, False)])
def test_of_more_than_are_read_no_sum_is_told(total: int, summed: bool) -> None:
    dados = said(NFE, NFE, NFE, total=total)
    fields = dict(AVISO.conteudo(dados).campos)
    assert (fields["Documentos"], "NF-e" in fields) == (str(total), summed)
    assert AVISO.assunto(dados) == f"📦 {total} documentos importados"


def test_each_document_is_a_line_by_its_own_kind() -> None:
    odd = {EVENT: "outro", "numero_nf": "7", "valor_total": "x"}
    (table,) = AVISO.conteudo(said(NFE, CTE, odd)).tabelas
    assert [line[:2] for line in table.linhas] == [("NF-e", "1"), ("CT-e", "9"), ("", "N/A")]
    assert [line[documentos_importados.AMOUNT] for line in table.linhas] == ["R$ 10,50", "R$ 1.000,00", "N/A"]
    assert all(len(line) == len(table.colunas) for line in table.linhas)
    assert table.total == 3
