"""Beat's tick asks for what is due by a message that names the row of a day; the task does it and says so there."""

from dataclasses import asdict

from sqlalchemy import select

from core.agenda import Job
from core.celery_app import app
from storage.models.agenda import AgendaDia
from storage.session import reading
from tasks.agenda import avancar
from tasks.manutencao import limpar

# Due since midnight, wherever the clock stands.
TABLE = [asdict(Job("limpeza_logs", "manutencao.limpar", "00:00", 1439))]


def day() -> AgendaDia:
    with reading() as db:
        return db.scalars(select(AgendaDia)).one()


def test_what_is_due_is_asked_for_and_done(banco: str, broker: str) -> None:
    assert avancar.apply(args=[TABLE]).get() == {"devidas": 1}
    with app.connection_for_read() as connection:
        message = connection.SimpleQueue("default").get(timeout=60)
        message.ack()
    assert (message.headers["task"], message.payload[0]) == ("manutencao.limpar", [day().id])
    assert limpar.apply(args=[day().id]).get()["situacao"] == "feita"
    assert day().estado == "feita"
    assert avancar.apply(args=[TABLE]).get() == {"devidas": 0}
    assert limpar.apply(args=[day().id]).get() == {}


def test_without_a_broker_what_is_due_stays_owed(sqlite: str) -> None:
    assert avancar.apply(args=[TABLE]).failed()
    assert day().estado == "pendente"


def test_a_message_of_before_there_were_rows_does_nothing(sqlite: str) -> None:
    assert limpar.apply().get() == {}
