"""Each minute is noted once, by what waits now and what was done in it; one that nobody noted is a gap."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import func, select, update
from support.deliveries import fire, webhook

from core.caller import Caller
from core.clock import FixedClock
from flows.ritmo import noting, upkeep
from flows.ritmo.views import hora
from storage.models.eventos import Attempt, Delivery
from storage.models.fila import FilaConta, FilaLinha
from storage.models.importacoes import ImportLog
from storage.models.ritmo import Amostra
from storage.session import reading, transaction

NOON = datetime(2026, 11, 23, 15, 0, 30, tzinfo=UTC)
# The minute that is noted at that instant.
NOTED = datetime(2026, 11, 23, 14, 58, tzinfo=UTC)


def attempts(*at: datetime) -> None:
    """Note an attempt of the first delivery at each of these instants."""
    rest = {"number": 1, "duration_ms": 5, "outcome": "sucesso", "status_code": 200}
    with transaction() as db:
        number = db.scalars(select(Delivery.id)).first()
        db.add_all(Attempt(delivery_id=number, started_at=one, **rest) for one in at)


def rows() -> int:
    with reading() as db:
        return db.scalar(select(func.count()).select_from(Amostra)) or 0


def test_a_minute_is_noted_once_with_what_was_done_in_it(banco: str, loopback: None) -> None:
    webhook("http://127.0.0.1:9/")
    fire(3)
    inside = (NOTED, NOTED + timedelta(seconds=59.9))
    attempts(*inside, NOTED - timedelta(seconds=0.1), NOTED + timedelta(minutes=1))
    with transaction() as db:
        for status in ("processando", "sucesso", "erro"):
            one = {"arquivo_nome": f"{status}.xml", "dono": "", "due_at": NOTED}
            db.add(ImportLog(data_importacao=NOTED, status=status, **one))
    clock = FixedClock(NOON)
    amount = noting.note(clock)
    clock.advance(29)
    with transaction() as db:
        db.execute(update(Attempt).values(started_at=NOTED))
    assert noting.note(clock) == amount == rows()
    found = {serie: one.valores[-1] for serie, one in hora(clock=clock).items()}
    assert found == {
        "arquivos a importar": 1,
        "arquivos importados por minuto": 2,
        "entregas a fazer": 3,
        "entregas por minuto": 2,
    }


def test_a_minute_that_nobody_noted_is_a_gap_and_no_zero(sqlite: str) -> None:
    clock = FixedClock(NOON)
    noting.note(clock)
    clock.advance(180)
    noting.note(clock)
    one = hora(clock=clock)["entregas por minuto"]
    assert len(one.valores) == 60
    assert one.valores[-4:] == (0, None, None, 0)
    assert (one.ultimo, one.maior, one.valores[0]) == (0, 0, None)
    clock.advance(600)
    assert hora(clock=clock)["entregas por minuto"].ultimo is None, "old news is no news"
    assert hora(Caller(1), clock) == {}


def test_a_queue_table_is_noted_where_there_is_one(sqlite: str) -> None:
    with transaction() as db:
        db.add(FilaConta(conta="padrao", visto_em=NOON, pendentes=12))
        db.add(FilaLinha(identidade="1", linha="1", em=NOTED))
    noting.note(FixedClock(NOON))
    found = {serie: one.ultimo for serie, one in hora(clock=FixedClock(NOON)).items()}
    assert found.items() >= {"linhas na fila do Oracle": 12, "linhas avisadas por minuto": 1}.items()


def test_figures_of_days_ago_go(banco: str) -> None:
    clock = FixedClock(NOON)
    noting.note(clock)
    kept = rows()
    clock.advance(timedelta(days=2).total_seconds() + 600)
    noting.note(clock)
    assert sum(gone["amostras"] for gone in upkeep.old(clock.now())) == kept == rows()
