"""Numbers that are missing are told before they are too old to be had."""

from datetime import timedelta

import pytest

from alerts.sefaz import lacunas
from flows.sefaz import lacunas as gaps
from flows.sefaz.regras import Falta
from storage.models.sefaz import LacunaNSU
from storage.session import transaction

from .conftest import NOW, change, judged


@pytest.mark.parametrize(("days", "active"), [(1, False), (59, False), (60, True), (89, True)])
def test_gaps_are_told_thirty_days_before_their_documents_are_gone(serie: int, days: int, active: bool) -> None:
    with transaction() as db:
        gaps.anotar(db, serie, [Falta(5, 9, "consumo_indevido")], NOW - timedelta(days=days))
    (found,) = judged(lacunas.judge)
    assert (found.codigo, found.ativo) == ("lacunas_vencendo", active)
    if active:
        assert found.mensagem.startswith("5 documentos da empresa 11.222.333/0001-81")
        assert f"até {NOW + timedelta(days=90 - days):%d/%m/%Y}" in found.mensagem


def test_what_was_asked_for_is_not_told(serie: int) -> None:
    with transaction() as db:
        gaps.anotar(db, serie, [Falta(5, 9, "consumo_indevido")], NOW - timedelta(days=80))
    change(LacunaNSU, proxima=8)
    assert judged(lacunas.judge)[0].mensagem.startswith("2 documentos")
    change(LacunaNSU, proxima=10, fechada_em=NOW, desfecho="respondida")
    assert judged(lacunas.judge)[0].ativo is False
