"""The report goes to each who wants it once for each day, about the day before, and not about nothing."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from conftest import Configure
from sqlalchemy import func, select, update
from support.acervo import frete, guardar, nota
from support.avisos import devidos, pessoa, quer
from support.deliveries import quiet_now, webhook

from core.caller import Caller
from core.clock import FixedClock
from core.documentos.situacao import Situacao
from events.email import mailbox
from flows.documentos.filtro import Filtro
from flows.documentos.views import totais
from flows.relatorios import enviando, numeros
from flows.relatorios.upkeep import KEPT, old
from storage.models.avisos import AvisoDado
from storage.models.usuarios import Usuario
from storage.session import reading, transaction

TODAY, YESTERDAY = date(2027, 1, 1), date(2026, 12, 31)
NOON = datetime(2026, 12, 31, 15, tzinfo=UTC)
CLOCK = FixedClock(datetime(2027, 1, 1, 11, tzinfo=UTC))


@pytest.fixture(autouse=True)
def account(banco: str, configure: Configure) -> None:
    configure(email__host="smtp.exemplo.com.br", email__sender="avisos@exemplo.com.br")


@pytest.fixture
def ana() -> int:
    made = pessoa()
    quer(made)
    return made


def send(dia: date = TODAY, **how: Any) -> dict[str, int]:
    return dict(enviando.enviar(dia, CLOCK, **how).contagem)


def test_the_report_of_the_last_day_of_a_year_is_sent_on_the_first_of_the_next(ana: int) -> None:
    guardar(nota(1), de=ana, quando=NOON)
    guardar(frete(2), de=ana, quando=datetime(2027, 1, 1, 2, 59, tzinfo=UTC))
    guardar(nota(3), de=ana, quando=datetime(2027, 1, 1, 3, tzinfo=UTC))
    assert send() == {"enviados": 1}
    (owed,) = devidos()
    assert (owed.evento, owed.endereco, owed.dados["dia"]) == ("resumo_diario", "ana@exemplo.com.br", "2026-12-31")
    filtro, caller = Filtro(importado_em=YESTERDAY.isoformat()), Caller(ana)
    assert owed.dados["nfe_total"] == totais.nfe(filtro, caller).total_notas == 1
    assert owed.dados["cte_total"] == totais.cte(filtro, caller).total_ctes == 1


def test_it_is_sent_once_whoever_runs_it_how_often(ana: int) -> None:
    guardar(nota(1), de=ana, quando=NOON)
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: send(), range(4)))
    assert len(devidos()) == 1
    guardar(nota(2), de=ana, quando=NOON)
    send()
    assert len(devidos()) == 1
    send(TODAY + timedelta(days=1))
    assert len(devidos()) == 1


@pytest.mark.parametrize(
    "how", [{"completo": False}, {"situacao": Situacao.CANCELADA}, {"quando": NOON - timedelta(days=1)}, None]
)
def test_of_nothing_there_is_no_report(ana: int, how: dict[str, Any] | None) -> None:
    if how is not None:
        guardar(nota(1), de=ana, **({"quando": NOON} | how))
    assert send() == {"sem_movimento": 1}
    assert devidos() == []


@pytest.mark.parametrize("count", [(1, 0), (0, 1)])
def test_one_kind_is_enough(ana: int, count: tuple[int, int]) -> None:
    for made, amount in zip((nota(1), frete(2)), count, strict=True):
        if amount:
            guardar(made, de=ana, quando=NOON)
    assert send()["enviados"] == 1


def test_only_who_wants_it_gets_it(ana: int) -> None:
    bia, caio, davi, eva = (pessoa(name, f"{name}@exemplo.com.br") for name in ("bia", "caio", "davi", "eva"))
    quer(bia, "nfe_importada", endereco="bia@exemplo.com.br")
    quer(caio, endereco="caio@exemplo.com.br")
    quer(davi, endereco="davi@exemplo.com.br")
    with transaction() as db:
        mailbox.keep(db, caio, mailbox.Change(ativo=False))
        db.execute(update(Usuario).where(Usuario.id == davi).values(ativo=False))
    for place, one in enumerate((ana, bia, caio, davi, eva)):
        guardar(nota(place + 1), de=one, quando=NOON)
    webhook("https://exemplo.com/x", "*")
    assert send()["enviados"] == 1
    assert [one.endereco for one in devidos()] == ["ana@exemplo.com.br"]


def test_two_mailboxes_of_a_user_get_the_same_report(ana: int) -> None:
    from flows.destinos.creating import NewDestination, create

    create(NewDestination("email", "contador", "contador@exemplo.com.br", ["resumo_diario"]), caller=Caller(ana))
    guardar(nota(1), de=ana, quando=NOON)
    assert send()["enviados"] == 1
    assert [one.endereco for one in devidos()] == ["ana@exemplo.com.br", "contador@exemplo.com.br"]


def test_a_mailbox_of_the_operator_gets_the_figures_of_all(ana: int) -> None:
    from flows.destinos.creating import NewDestination, create

    create(NewDestination("email", "direção", "direcao@exemplo.com.br", ["resumo_diario"]))
    guardar(nota(1), de=ana, quando=NOON)
    guardar(nota(2), quando=NOON)
    assert send()["enviados"] == 2
    assert {one.endereco: one.dados["nfe_total"] for one in devidos()} == {
        "ana@exemplo.com.br": 1,
        "direcao@exemplo.com.br": 2,
    }


def test_many_are_done_in_pieces_each_once() -> None:
    for place in range(5):
        one = pessoa(f"u{place}", f"u{place}@exemplo.com.br")
        quer(one, endereco=f"u{place}@exemplo.com.br")
        guardar(nota(place + 1), de=one, quando=NOON)
    pieces = 0
    while enviando.enviar(TODAY, CLOCK, seconds=0).restam:
        pieces += 1
    assert (pieces, len(devidos())) == (4, 5)


def test_one_that_fails_costs_no_other_and_is_made_up(ana: int, monkeypatch: pytest.MonkeyPatch) -> None:
    bia = pessoa("bia", "bia@exemplo.com.br")
    quer(bia, endereco="bia@exemplo.com.br")
    for place, one in enumerate((ana, bia)):
        guardar(nota(place + 1), de=one, quando=NOON)
    made = numeros.do_dia

    def fails(dia: date, caller: Caller) -> Any:
        if caller.usuario_id == ana:
            raise ArithmeticError("x")
        return made(dia, caller)

    with monkeypatch.context() as broken:
        broken.setattr(numeros, "do_dia", fails)
        with pytest.raises(ArithmeticError):
            send()
    assert [one.endereco for one in devidos()] == ["bia@exemplo.com.br"]
    assert send()["enviados"] == 1
    assert [one.endereco for one in devidos()] == ["bia@exemplo.com.br", "ana@exemplo.com.br"]


def test_one_that_fails_slowly_keeps_nobody_behind_it_waiting_for_ever(
    ana: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    bia = pessoa("bia", "bia@exemplo.com.br")
    quer(bia, endereco="bia@exemplo.com.br")
    for place, one in enumerate((ana, bia)):
        guardar(nota(place + 1), de=one, quando=NOON)
    made = numeros.do_dia

    def fails(dia: date, caller: Caller) -> Any:
        if caller.usuario_id == ana:
            raise ArithmeticError("x")
        return made(dia, caller)

    monkeypatch.setattr(numeros, "do_dia", fails)
    # the time of the piece is over once the first was tried
    with pytest.raises(ArithmeticError):
        enviando.enviar(TODAY, CLOCK, seconds=0)
    assert [one.endereco for one in devidos()] == ["bia@exemplo.com.br"]


def test_a_report_of_quiet_hours_waits_until_they_end(ana: int) -> None:
    quer(ana, silencio=quiet_now())
    guardar(nota(1), de=ana, quando=NOON)
    send()
    (owed,) = devidos()
    assert owed.due_at - datetime.now(UTC) > timedelta(minutes=20)


def test_what_was_given_long_ago_is_forgotten(ana: int) -> None:
    guardar(nota(1), de=ana, quando=NOON)
    send()
    for now, left in ((CLOCK.now() + KEPT, 1), (CLOCK.now() + KEPT + timedelta(seconds=1), 0)):
        list(old(now))
        with reading() as db:
            assert db.scalar(select(func.count()).select_from(AvisoDado)) == left
