"""What is wrong with a flow is told by its last run."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from alerts import sources
from alerts.moment import Moment
from storage.models.sync import SyncFluxo
from storage.session import reading, transaction

NOW = datetime(2026, 7, 14, 12, tzinfo=UTC)
Configure = Callable[..., None]


def ago(**time: float) -> datetime:
    return NOW - timedelta(**time)


@pytest.mark.parametrize(
    ("columns", "codes"),
    [
        ({"bem_em": ago(minutes=29)}, []),
        ({"bem_em": ago(minutes=30)}, ["parado"]),
        # by a clock that was ahead: only what was before now counts
        ({"bem_em": ago(days=-30), "falhando_desde": ago(minutes=31), "falha": "não respondeu."}, ["parado"]),
        ({"bem_em": ago(days=-30), "falhando_desde": ago(days=-30), "iniciado_em": ago(minutes=31)}, ["parado"]),
        ({"bem_em": ago(days=-30), "iniciado_em": ago(minutes=29)}, []),
        ({"falhando_desde": ago(minutes=31), "falha": "não respondeu."}, ["parado"]),
        ({"bem_em": NOW, "falha": "chave recusada.", "precisa_de_alguem": True}, ["recusado"]),
        ({"bem_em": NOW, "falha": "não respondeu."}, []),
        ({"bem_em": NOW, "estacionado_desde": ago(hours=23)}, []),
        ({"bem_em": NOW, "estacionado_desde": ago(hours=24)}, ["estacionados"]),
        ({"bem_em": NOW, "relatorio": '{"avisos": []}'}, []),
        ({"bem_em": NOW, "relatorio": '{"avisos": ["o webhook 7 está desligado"]}'}, ["a_conferir"]),
    ],
)
def test_a_condition_is_active_at_its_limit(
    sqlite: str, configure: Configure, columns: dict[str, Any], codes: list[str]
) -> None:
    configure(sync__cutoff="2026-01-01")
    with transaction() as db:
        row = {"conta": "padrao", "fluxo": "clientes-pm", "due_at": NOW, "precisa_de_alguem": False, **columns}
        db.add(SyncFluxo(**row))
        # one that is off is judged no more
        db.add(SyncFluxo(**{**row, "fluxo": "clientes-mp", "bem_em": ago(days=9), "estacionado_desde": ago(days=9)}))
    with reading() as db:
        judged = [one for judge in sources.sources()["sync"] for one in judge(Moment(db, NOW))]
    assert {(one.objeto, one.codigo) for one in judged} == {
        ("padrao/clientes-pm", codigo) for codigo in ("a_conferir", "parado", "recusado", "estacionados")
    }
    assert all(one.mensagem and one.resolvido for one in judged)
    assert [one.codigo for one in judged if one.ativo] == codes
