"""What the metrics tell, on both databases, read back with Prometheus' own parser."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from conftest import Configure
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import event, text
from support.deliveries import change, webhook
from support.past import happened

from claims import last_times
from core import messages
from core.clock import FixedClock
from core.upkeep import Upkeep
from events.delivery.sweep import SWEEP
from flows import metricas
from storage.models.eventos import Estado
from storage.session import engine, transaction

NOW = datetime(2026, 6, 1, 2, tzinfo=UTC)
CLOCK = FixedClock(NOW)
DELIVERED = """
INSERT INTO delivery (event_id, destino_id, estado, tentativas, due_at, created_at)
SELECT :event, :destino, 'entregue', 1, now(), now() FROM generate_series(1, 20000)
"""


def told() -> dict[tuple[str, frozenset[tuple[str, str]]], float]:
    """Return every sample by its name and labels."""
    families = text_string_to_metric_families(metricas.texto(CLOCK).decode())
    return {(s.name, frozenset(s.labels.items())): s.value for family in families for s in family.samples}


def of(name: str, **labels: str) -> float | None:
    return told().get((f"esteira_{name}", frozenset(labels.items())))


def ago(seconds: float) -> datetime:
    return NOW - timedelta(seconds=seconds)


def test_an_empty_database_tells_zeros_for_every_kind(banco: str) -> None:
    for tipo in ("webhook", "ntfy"):
        assert of("entregas_vencidas", tipo=tipo) == 0
        assert of("entregas_em_voo", tipo=tipo) == 0
        assert of("entrega_mais_antiga_segundos", tipo=tipo) == 0
        assert of("primeira_tentativa_segundos_count", tipo=tipo) == 0
        assert of("entregas_concluidas_total", tipo=tipo) == 0
        for estado in ("pendente", "esgotado", "retido", "bloqueado"):
            assert of("entregas", tipo=tipo, estado=estado) == 0
    assert of("varredura_idade_segundos") is None
    last_times.note(SWEEP, CLOCK)
    assert of("varredura_idade_segundos") == 0


def test_no_name_address_or_secret_is_told(banco: str) -> None:
    webhook("https://interno.example/caminho", nome="Padaria do Zé")
    text = metricas.texto(CLOCK).decode()
    assert not [word for word in ("Padaria", "interno", "whsec") if word in text]


def test_a_hostile_kind_stays_within_its_label(banco: str) -> None:
    number = webhook("https://a.example/x")
    hostile = 'a"} 1\nfalso{x="\\'
    change(number, tipo=hostile)
    happened(ago(60), (number, Estado.PENDENTE))
    assert of("entregas_vencidas", tipo=hostile) == 1
    assert not [line for line in metricas.texto(CLOCK).decode().splitlines() if line.startswith("falso")]


def test_no_query_reads_what_was_delivered(postgres: str) -> None:
    hook = webhook("https://a.example/x")
    values = {"event": happened(ago(60), (hook, Estado.PENDENTE)), "destino": hook}
    with transaction() as db:
        db.execute(text(DELIVERED), values)
        db.execute(text("ANALYZE delivery"))
    asked: list[tuple[str, Any]] = []
    event.listen(engine(), "before_cursor_execute", lambda _c, _k, sql, given, *_: asked.append((sql, given)))
    metricas.texto(CLOCK)
    with engine().connect() as db:
        about = [(sql, given) for sql, given in asked if "FROM delivery" in sql]
        plans = [str(db.exec_driver_sql(f"EXPLAIN {sql}", given).all()) for sql, given in about]
    assert len(plans) == 3
    assert [plan for plan in plans if "Seq Scan on delivery" in plan] == []


def test_a_reading_is_kept_for_many_times_what_it_took(sqlite: str, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    passed = [0.0]

    def slow(_db: Any, _now: datetime) -> list[Any]:
        asked.append("slow")
        passed[0] += 2.0
        return []

    def quick(_db: Any, _now: datetime) -> list[Any]:
        asked.append("quick")
        return []

    flows = {"slow": Upkeep(metrics=(slow,)), "quick": Upkeep(metrics=(quick,)), "none": Upkeep()}
    monkeypatch.setattr(metricas, "upkeeps", lambda: flows)
    kept = metricas.Kept(CLOCK, lambda: passed[0])
    for seconds in (0, 50, 49, 2):
        passed[0] += seconds
        kept.read()
    assert asked == ["slow", "quick", "quick", "quick", "slow", "quick"]
    about = {one.name: {s.labels.get("fluxo"): s.value for s in one.samples} for one in kept.read()}
    assert about["esteira_metricas_leitura_segundos"] == {"slow": 2, "quick": 0, "filas": 0}
    assert about["esteira_metricas_idade_segundos"]["slow"] == 0


def test_a_flow_that_cannot_be_read_is_asked_again_the_next_time(sqlite: str) -> None:
    kept = metricas.Kept(CLOCK)
    with engine().begin() as db:
        db.execute(text("ALTER TABLE alerta RENAME TO outra"))
    with pytest.raises(Exception, match="alerta"):
        kept.read()
    with engine().begin() as db:
        db.execute(text("ALTER TABLE outra RENAME TO alerta"))
    assert kept.read()


def test_messages_that_wait_are_told_of_each_queue_and_nothing_where_the_broker_is_away(
    sqlite: str, broker: str, configure: Configure
) -> None:
    messages.send("ritmo.anotar")
    messages.send("ritmo.anotar")
    assert (of("broker_responde"), of("fila_mensagens", fila="default"), of("fila_mensagens", fila="ntfy")) == (1, 2, 0)
    configure(core__database_url=sqlite, core__redis_url="redis://127.0.0.1:1/0")
    assert (of("broker_responde"), of("fila_mensagens", fila="default")) == (0, None)
