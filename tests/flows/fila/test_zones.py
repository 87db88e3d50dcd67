"""A date with a zone is the same instant in whatever zone a session shows it: no row is told again for that."""

from collections.abc import Callable

import pytest
from sqlalchemy import select, update

from core.clock import SYSTEM
from flows.fila import accounts, again, relay
from storage.models.fila import FilaLinha
from storage.session import reading, transaction
from tests.flows.fila.conftest import TABLE, Queue
from tests.flows.fila.test_again import fail
from tests.flows.fila.test_bad_input import table_with_dates
from tests.flows.fila.test_relay import orders

Configure = Callable[..., None]
WHEN, BEFORE = "2026-07-14T15:00:00+00:00", "2026-07-14T12:00:00-03:00"
pytestmark = pytest.mark.parametrize("vazia", ["postgres"], indirect=True)


@pytest.fixture(params=["status", "sem_status"])
def fila(request: pytest.FixtureRequest, vazia: Queue, configure: Configure) -> Queue:
    """A row of each kind of table, told by a process in the zone of the shop."""
    table_with_dates(vazia, "timestamptz")
    if request.param == "sem_status":
        configure(fila__layout="sem_status", fila__columns='{"status": "NAO_HA"}')
    vazia.run(f"INSERT INTO {TABLE} (ID_OS, MENSAGEM, DT_CRIACAO) VALUES (7, 'x', '{WHEN}')")
    return vazia


@pytest.fixture
def zone(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Let the next session be in a zone."""

    def move(name: str) -> None:
        accounts.close()
        monkeypatch.setenv("PGTZ", name)

    return move


def told(fila: Queue) -> int:
    """Offer every row again, and tell what was never told; return how many that were."""
    fila.run(f"UPDATE {TABLE} SET STATUS = 'PENDENTE'")
    return relay.publish("padrao").publicadas


def as_noted_before() -> None:
    """Let our record be as it was when the zone of a session stood in it."""
    with transaction() as db:
        (line,) = db.scalars(select(FilaLinha))
        line.identidade = line.identidade.replace(WHEN, BEFORE)
        assert BEFORE in line.identidade


def test_a_session_in_another_zone_makes_no_row_new(fila: Queue, zone: Callable[[str], None]) -> None:
    found = []
    for name in ("America/Sao_Paulo", "UTC", "Asia/Tokyo"):
        zone(name)
        found.append(told(fila))
    assert found == [1, 0, 0]
    assert orders() == ["7"]


def test_what_was_noted_with_the_zone_of_a_session_is_known(fila: Queue, zone: Callable[[str], None]) -> None:
    zone("America/Sao_Paulo")
    told(fila)
    as_noted_before()
    assert told(fila) == 0
    zone("Asia/Tokyo")
    assert told(fila) == 0
    with reading() as db:
        (line,) = db.scalars(select(FilaLinha))
    assert WHEN in line.identidade


@pytest.mark.parametrize("fila", ["status"], indirect=True)
def test_a_row_that_was_noted_so_comes_back_as_often_as_the_settings_say(
    fila: Queue, zone: Callable[[str], None], configure: Configure
) -> None:
    configure(fila__reprocess="1")
    zone("America/Sao_Paulo")
    told(fila)
    with transaction() as db:
        db.execute(update(FilaLinha).values(reprocessada=1))
    as_noted_before()
    fail(fila, 1)
    assert again.by_itself(accounts.opened("padrao"), SYSTEM) == 0
