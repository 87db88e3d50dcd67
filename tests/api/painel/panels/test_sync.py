"""Ploomes and Milvus in their card: a flow by its last run, what is parked beside it, and buttons for each item."""

from datetime import datetime

import pytest
from conftest import Configure
from support.painel import SETTINGS

from api.painel.panel import Sinal
from api.painel.panels import sync
from core.caller import OPERATOR, Caller
from core.clock import SYSTEM
from core.errors import Conflict, NotFound
from core.settings.sync import FLOWS
from flows.sync.views import FluxoView
from flows.usuarios.tokens import Quem
from storage.models.sync import SyncFluxo, SyncItem
from storage.session import reading, transaction

NOW = SYSTEM.now()
CHEFE, ANA = Quem(1, "chefe", True, None), Quem(2, "ana", False, None)


def flow(minutos: int = 5, ran: datetime | None = NOW, falha: str | None = None, **counts: int) -> FluxoView:
    return FluxoView("padrao", "clientes-pm", minutos, "bem", ran, ran, None, None, counts, None, None, falha)


@pytest.mark.parametrize(
    ("one", "shown"),
    [
        (flow(), ("em dia", Sinal.BEM)),
        (flow(falha="recusou a chave"), ("falhou", Sinal.FALHA)),
        (flow(ran=None), ("ainda não rodou", Sinal.NEUTRO)),
        (flow(minutos=0), ("desligado", Sinal.NEUTRO)),
        (flow(minutos=0, falha="recusou a chave"), ("desligado", Sinal.NEUTRO)),
    ],
)
def test_a_flow_is_shown_by_its_last_run(one: FluxoView, shown: tuple[str, Sinal]) -> None:
    assert sync.sinal(one) == shown


@pytest.mark.parametrize(
    ("counts", "amount"),
    [({}, 0), ({"enviado": 9}, 0), ({"estacionado": 1, "desconhecido": 2, "falhou": 4, "enviado": 8}, 7)],
)
def test_what_waits_for_somebody_is_what_is_parked_unknown_or_failed(counts: dict[str, int], amount: int) -> None:
    assert sync.parked(flow(**counts)) == amount


@pytest.fixture
def item(sqlite: str, configure: Configure) -> int:
    """An item that is parked in an account of the settings."""
    configure(
        **{name: value for name, value in SETTINGS.items() if name.split("__")[0] in ("ploomes", "milvus", "sync")}
    )
    about = {"conta": "padrao", "livro": "clientes", "fluxo": "clientes-pm", "chave": "12345678000195"}
    with transaction() as db:
        made = SyncItem(**about, situacao="estacionado", motivo="sem_nome", criado_em=NOW, mudado_em=NOW, due_at=NOW)
        db.add(made)
        db.flush()
        return made.id


def ran(counts: str) -> None:
    told = {"terminado_em": NOW, "bem_em": NOW, "cursor": NOW, "due_at": NOW, "precisa_de_alguem": False}
    with transaction() as db:
        db.add(SyncFluxo(conta="padrao", fluxo="clientes-pm", relatorio='{"estado": "bem"}', contagens=counts, **told))


@pytest.mark.parametrize(
    ("counts", "sinal", "resumo", "shown"),
    [
        ('{"enviado": 3}', Sinal.BEM, "nada parado", 0),
        ('{"estacionado": 1}', Sinal.ATENCAO, "1 item parado", 1),
        ('{"falhou": 2, "desconhecido": 1}', Sinal.ATENCAO, "3 itens parados", 1),
    ],
)
def test_what_is_parked_makes_the_card_amber_and_is_listed(
    item: int, counts: str, sinal: Sinal, resumo: str, shown: int
) -> None:
    ran(counts)
    seen = sync.ler(OPERATOR, SYSTEM)
    assert (seen.sinal, seen.resumo, len(seen.dados["pendencias"])) == (sinal, resumo, shown)
    assert len(seen.dados["linhas"]) == len(FLOWS)


def test_without_an_account_and_for_a_user_there_is_nothing(sqlite: str) -> None:
    for caller in (OPERATOR, Caller(7)):
        seen = sync.ler(caller, SYSTEM)
        assert (seen.sinal, seen.resumo) == (Sinal.NEUTRO, "nenhuma conta")


def state(item: int) -> str:
    with reading() as db:
        return db.get_one(SyncItem, item).situacao


def test_an_item_is_tried_again_or_given_up(item: int) -> None:
    assert sync.repetir(CHEFE, f"{item}@padrao") == "O item volta na próxima rodada."
    assert state(item) == "pendente"
    with pytest.raises(Conflict):
        sync.descartar(CHEFE, f"{item}@padrao")


def test_an_item_that_is_given_up_is_never_sent(item: int) -> None:
    assert sync.descartar(CHEFE, f"{item}@padrao") == "Item descartado: ele não será enviado."
    assert state(item) == "descartado"


@pytest.mark.parametrize(
    ("quem", "alvo"), [(ANA, "1@padrao"), (CHEFE, "1"), (CHEFE, "1@"), (CHEFE, ""), (CHEFE, "x" * 200)]
)
def test_what_names_no_item_or_is_a_user_s_changes_nothing(item: int, quem: Quem, alvo: str) -> None:
    for act in (sync.repetir, sync.descartar):
        with pytest.raises(NotFound):
            act(quem, alvo)
    assert state(item) == "estacionado"
