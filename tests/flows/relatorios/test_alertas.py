"""Which open alerts a summary tells, and in what order."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from support.avisos import pessoa

from core.caller import OPERATOR, Caller
from flows.relatorios.alertas import abertos
from storage.models.alertas import Alerta
from storage.session import reading, transaction

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)


def opened(mensagem: str, hours: int = 0, *, de: str | None = None, **columns: Any) -> None:
    """Note an alert that opened so many hours later, about something of a user."""
    labels = None if de is None else json.dumps({"usuario": de, "empresa": "x"})
    when = NOW + timedelta(hours=hours)
    usual: dict[str, Any] = {
        "fonte": "documentos", "objeto": mensagem, "codigo": "lacunas", "severidade": "aviso", "rotulos": labels,
        "mensagem": mensagem, "aberto_em": when, "visto_em": when,
    }  # fmt: skip
    with transaction() as db:
        db.add(Alerta(**usual | columns))


def told(caller: Caller = OPERATOR) -> list[str]:
    with reading() as db:
        return [one["mensagem"] for one in abertos(db, caller)]


def test_nothing_is_told_of_nothing(sqlite: str) -> None:
    assert told() == []


def test_the_critical_ones_come_first_of_each_kind_the_oldest(sqlite: str) -> None:
    opened("b", 2)
    opened("a", 1)
    opened("d", 4, severidade="critico")
    opened("c", 3, severidade="critico")
    opened("e", 1)
    assert told() == ["c", "d", "a", "e", "b"]


def test_an_alert_is_told_by_its_severity_and_its_words(sqlite: str) -> None:
    opened("faltam números", severidade="critico", de="ana")
    with reading() as db:
        assert abertos(db, OPERATOR) == [{"severidade": "critico", "mensagem": "faltam números"}]


def test_what_was_resolved_is_told_no_more_and_what_somebody_knows_of_still_is(sqlite: str) -> None:
    opened("resolvido", resolvido_em=NOW)
    opened("reconhecido", reconhecido_em=NOW)
    assert told() == ["reconhecido"]


@pytest.mark.parametrize(
    ("is_staff", "mine"), [(False, ["da ana"]), (True, ["da ana", "da bia", "de ninguém", "sem rótulo"])]
)
def test_a_user_is_told_of_what_is_labelled_as_his_and_staff_of_all(
    sqlite: str, is_staff: bool, mine: list[str]
) -> None:
    ana = pessoa("ana", is_staff=is_staff)
    pessoa("bia")
    for place, (words, name) in enumerate({"da ana": "ana", "da bia": "bia", "de ninguém": ""}.items()):
        opened(words, place, de=name)
    opened("sem rótulo", 9)
    assert told(Caller(ana)) == mine
    assert len(told()) == 4
