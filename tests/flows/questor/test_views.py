"""What people see of lots: pages of them, how far one is, and nothing for a user."""

from datetime import timedelta

import pytest
from conftest import Configure
from support.questor import account

from core.caller import Caller
from core.clock import SYSTEM, FixedClock
from core.errors import NotFound
from flows.questor import views
from storage.models.questor import QuestorArquivo, QuestorLote
from storage.session import transaction


def lot(nome: str = "janeiro", **columns: object) -> int:
    """Make a lot with two notes that wait and one that was sent."""
    now = SYSTEM.now()
    with transaction() as db:
        made = QuestorLote(conta="padrao", nome=nome, pasta=f"/dados/{nome}", criado_em=now, varrido_em=now, **columns)
        db.add(made)
        db.flush()
        for number, estado in enumerate(("pendente", "pendente", "enviado")):
            file = {"caminho": f"{number}.xml", "tamanho": 1, "mtime_ns": 1, "tipo": "nfe", "estado": estado}
            db.add(QuestorArquivo(lote_id=made.id, due_at=now, **file))
        return made.id


@pytest.fixture
def conta(banco: str, configure: Configure) -> None:
    configure(**account("http://127.0.0.1:9"))


def test_lots_are_told_in_pages_the_newest_first(banco: str) -> None:
    for nome in ("a", "b", "c"):
        lot(nome)
    first = views.listar(limite=2)
    assert [(one.lote, one.pasta) for one in first] == [("c", "/dados/c"), ("b", "/dados/b")]
    assert [one.lote for one in views.listar(first.itens[-1].id)] == ["a"]


def test_lots_are_the_operator_s(banco: str) -> None:
    lot()
    assert views.listar(caller=Caller(1)).itens == ()
    with pytest.raises(NotFound) as caught:
        views.progress("janeiro", caller=Caller(1))
    assert "Seria" not in str(caught.value)


def test_how_far_a_lot_is_by_state_and_kind(conta: None) -> None:
    lot()
    found = views.progress("janeiro")
    assert (found.total, found.restam, found.estados) == (3, 2, {"enviado": 1, "pendente": 2})
    assert found.contagem == (views.CountView("enviado", "nfe", 1), views.CountView("pendente", "nfe", 2))
    assert (found.impedimento, found.espera_ate, found.termina_em) == (None, None, None)
    assert (found.janela.aberta, found.janela.abre_em) == (True, None)


def test_the_end_is_reckoned_from_what_is_accepted(conta: None) -> None:
    clock = FixedClock(SYSTEM.now())
    lot(ritmo=60.0, ritmo_em=clock.now())
    found = views.progress("janeiro", clock=clock)
    assert found.aceitos_por_segundo == 1.0
    assert found.termina_em == clock.now() + timedelta(seconds=2)
    clock.advance(3600)
    assert views.progress("janeiro", clock=clock).termina_em is None


@pytest.mark.parametrize(
    ("columns", "impedimento"),
    [({"pausado_em": SYSTEM.now()}, "pausado"), ({"parado_em": SYSTEM.now(), "parado_motivo": "a chave"}, "parado")],
)
def test_what_keeps_a_lot_is_told(conta: None, columns: dict[str, object], impedimento: str) -> None:
    lot(**columns)
    found = views.progress("janeiro")
    assert (found.impedimento, found.motivo) == (impedimento, columns.get("parado_motivo"))


def test_a_lot_can_be_looked_at_before_its_account_is_known(banco: str) -> None:
    lot()
    found = views.progress("janeiro")
    assert (found.impedimento, found.janela.aberta, found.termina_em) == ("sem_conta", None, None)


def test_the_window_is_told_whatever_else_keeps_the_lot(conta: None, configure: Configure) -> None:
    configure(questor__window='["seg 00:00-00:01"]')
    monday = FixedClock(SYSTEM.now().replace(year=2026, month=3, day=2, hour=12))
    lot(pausado_em=SYSTEM.now())
    found = views.progress("janeiro", clock=monday)
    assert (found.impedimento, found.janela.aberta) == ("pausado", False)
    assert found.janela.abre_em is not None


def test_the_nearest_name_is_told(banco: str) -> None:
    lot()
    with pytest.raises(NotFound, match="Seria 'janeiro'") as caught:
        views.progress("janero")
    assert caught.value.veja is None
    with pytest.raises(NotFound) as caught:
        views.progress("xyz")
    assert caught.value.veja == "lotes"
