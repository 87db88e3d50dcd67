"""What is wrong with a queue table is told by the last look at it."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from alerts import sources
from storage.models.fila import FilaConta
from storage.session import reading, transaction

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
Configure = Callable[..., None]


def active(**columns: Any) -> list[str]:
    with transaction() as db:
        db.add(FilaConta(**{"conta": "padrao", "pendentes": 0, "reservadas": 0, "erros": 0, **columns}))
    with reading() as db:
        from alerts.moment import Moment

        moment = Moment(db, NOW)
        judged = [one for judge in sources.sources()["fila"] for one in judge(moment)]
    assert {one.codigo for one in judged} == {"erros", "inacessivel", "atrasada", "senha"}
    assert all(one.mensagem and one.resolvido for one in judged)
    return [one.codigo for one in judged if one.ativo]


@pytest.mark.parametrize(
    ("columns", "codes"),
    [
        ({}, []),
        ({"erros": 2}, ["erros"]),
        ({"mais_antiga_segundos": 899, "pendentes": 5}, []),
        ({"mais_antiga_segundos": 900, "pendentes": 5}, ["atrasada"]),
        ({"falha": "não respondeu.", "falhando_desde": NOW - timedelta(minutes=4)}, []),
        ({"falha": "não respondeu.", "falhando_desde": NOW - timedelta(minutes=5)}, ["inacessivel"]),
        ({"senha_vencendo": True}, ["senha"]),
        ({"falha": "senha recusada.", "falhando_desde": NOW, "precisa_de_alguem": True}, ["inacessivel"]),
    ],
)
def test_a_condition_is_told_when_it_is_true(
    sqlite: str, configure: Configure, columns: dict[str, Any], codes: list[str]
) -> None:
    configure(fila__url="sqlite:///fila.db")
    assert active(**columns) == codes


def test_an_account_that_is_no_longer_configured_is_judged_no_more(sqlite: str) -> None:
    with transaction() as db:
        db.add(FilaConta(conta="antiga", pendentes=0, reservadas=0, erros=9))
    with reading() as db:
        from alerts.moment import Moment

        assert [one for judge in sources.sources()["fila"] for one in judge(Moment(db, NOW))] == []
