"""Lots for Questor in their card: why one does not go on is said in words, and only the operator moves it."""

from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest
from conftest import Configure
from sqlalchemy import update
from support.questor import account, files, lot

from api.painel.panel import Sinal
from api.painel.panels import questor
from core.caller import OPERATOR, Caller
from core.clock import SYSTEM
from core.errors import NotFound
from flows.questor.panorama import LoteVisto
from flows.questor.views import PaceView, Progress, WindowView
from flows.usuarios.tokens import Quem
from sandbox.questor.documentos import documento
from storage.models.questor import QuestorArquivo, QuestorLote
from storage.session import reading, transaction

NOW = SYSTEM.now()
CHEFE, ANA = Quem(1, "chefe", True, None), Quem(2, "ana", False, None)
PROGRESS = Progress(
    lote="lote",
    conta="padrao",
    pasta="",
    total=1,
    restam=1,
    estados={},
    contagem=(),
    aceitos_por_segundo=0.0,
    termina_em=None,
    impedimento=None,
    motivo=None,
    espera_ate=None,
    janela=WindowView(None, None, None),
    disjuntor=PaceView(None, 1.0, None),
)


@pytest.mark.parametrize(
    ("enviar", "concluido", "impedimento", "shown"),
    [
        (True, None, None, ("enviando", Sinal.BEM)),
        (True, None, "pausado", ("em pausa", Sinal.NEUTRO)),
        (True, None, "parado", ("parado: espera uma correção", Sinal.FALHA)),
        (True, None, "sem_conta", ("a conta não está na configuração", Sinal.FALHA)),
        (True, None, "fora_da_janela", ("fora da janela de envio", Sinal.NEUTRO)),
        (True, None, "disjuntor_aberto", ("o Questor não responde", Sinal.ATENCAO)),
        (True, NOW, "concluido", ("concluído", Sinal.BEM)),
        (False, None, None, ("lido, sem pedido de envio", Sinal.NEUTRO)),
        (False, None, "parado", ("lido, sem pedido de envio", Sinal.NEUTRO)),
        (False, NOW, "concluido", ("concluído", Sinal.BEM)),
    ],
)
def test_a_lot_is_shown_by_what_keeps_it(
    enviar: bool, concluido: datetime | None, impedimento: str | None, shown: tuple[str, Sinal]
) -> None:
    one = LoteVisto(1, enviar, concluido, replace(PROGRESS, impedimento=impedimento))
    assert questor.sinal(one) == shown


@pytest.fixture
def lote(sqlite: str, configure: Configure, tmp_path: Path) -> int:
    """A lot of two files."""
    configure(**account("http://127.0.0.1:9"))
    return lot(tmp_path / "lote", [documento("nfe", number) for number in range(2)])


def written(lote: int, estado: str, amount: int) -> None:
    """Let so many files of a lot be in a state."""
    which = [one.id for one in files(lote)][:amount]
    with transaction() as db:
        db.execute(update(QuestorArquivo).where(QuestorArquivo.id.in_(which)).values(estado=estado))


@pytest.mark.parametrize(
    ("sent", "resumo"), [(0, "2 arquivos a enviar"), (1, "1 arquivo a enviar"), (2, "tudo enviado")]
)
def test_the_card_says_how_many_files_are_left(lote: int, sent: int, resumo: str) -> None:
    written(lote, "enviado", sent)
    seen = questor.ler(OPERATOR, SYSTEM)
    assert (seen.sinal, seen.resumo) == (Sinal.BEM, resumo)


def test_a_user_meets_no_lot_and_moves_none(lote: int) -> None:
    seen = questor.ler(Caller(ANA.id), SYSTEM)
    assert (seen.sinal, seen.resumo) == (Sinal.NEUTRO, "nenhum lote")
    for act in (questor.pausar, questor.retomar, questor.repetir):
        with pytest.raises(NotFound):
            act(ANA, str(lote))


def test_a_lot_is_paused_and_goes_on(lote: int) -> None:
    def paused() -> bool:
        with reading() as db:
            return db.get_one(QuestorLote, lote).pausado_em is not None

    assert (questor.pausar(CHEFE, str(lote)), paused()) == ("Lote lote em pausa.", True)
    assert questor.ler(OPERATOR, SYSTEM).sinal is Sinal.NEUTRO
    assert (questor.retomar(CHEFE, str(lote)), paused()) == ("Lote lote retomado.", False)


@pytest.mark.parametrize(
    ("amount", "said"), [(0, "0 recusados voltam"), (1, "1 recusado volta"), (2, "2 recusados voltam")]
)
def test_only_what_was_refused_is_sent_again(lote: int, amount: int, said: str) -> None:
    written(lote, "enviado", 2)
    written(lote, "recusado", amount)
    assert questor.repetir(CHEFE, str(lote)) == f"{said} à fila do lote lote."
    assert [one.estado for one in files(lote)].count("pendente") == amount
