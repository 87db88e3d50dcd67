"""Documents in their card: files that failed within a day ask for somebody, whatever else is well."""

from datetime import datetime, timedelta

import pytest

from api.painel.panel import Sinal
from api.painel.panels import documentos
from core.caller import OPERATOR, Caller
from core.clock import SYSTEM, FixedClock
from storage.models.importacoes import ImportLog
from storage.session import transaction

NOW = SYSTEM.now()
DAY = timedelta(hours=24)


def noted(*files: tuple[str, timedelta]) -> None:
    """Note files by what became of them, and how long ago."""
    with transaction() as db:
        for status, ago in files:
            when: datetime = NOW - ago
            db.add(ImportLog(arquivo_nome="a.xml", dono="", status=status, data_importacao=when, due_at=when))


@pytest.mark.parametrize(
    ("files", "sinal", "resumo"),
    [
        ([], Sinal.NEUTRO, "nenhum ainda"),
        ([("sucesso", DAY)], Sinal.BEM, "tudo importado"),
        ([("processando", DAY)], Sinal.BEM, "1 arquivo a importar"),
        ([("processando", DAY)] * 2, Sinal.BEM, "2 arquivos a importar"),
        ([("erro", DAY)], Sinal.ATENCAO, "1 arquivo com erro em 24 h"),
        ([("erro", DAY + timedelta(seconds=1))], Sinal.BEM, "tudo importado"),
        ([("erro", timedelta()), ("erro", DAY), ("processando", DAY)], Sinal.ATENCAO, "2 arquivos com erro em 24 h"),
    ],
)
def test_what_became_of_the_files_is_said(
    sqlite: str, files: list[tuple[str, timedelta]], sinal: Sinal, resumo: str
) -> None:
    noted(*files)
    seen = documentos.ler(OPERATOR, FixedClock(NOW))
    assert (seen.sinal, seen.resumo) == (sinal, resumo)


def test_a_user_meets_no_file_of_others(sqlite: str) -> None:
    noted(("erro", timedelta()), ("processando", timedelta()))
    assert documentos.ler(Caller(7), FixedClock(NOW)).resumo == "nenhum ainda"


@pytest.mark.parametrize(
    ("status", "word"),
    [("100", "autorizada"), ("150", "autorizada"), ("101", "cancelada"), ("155", "cancelada"), ("302", "denegada")],
)
def test_a_status_of_sefaz_is_said_in_a_word(status: str, word: str) -> None:
    assert documentos.SITUACOES[status] == word
