"""What each answer does to a numbering. docs/reference/contracts/sefaz.md §3.2 to §3.8."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from connectors.sefaz import Recebido, Resposta
from connectors.sefaz.situacao import resultado_de
from flows.sefaz.regras import MARGEM, Cursor, Falta, Situacao, depois_de_falha, passo

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
REST = NOW + HOUR + MARGEM
OURS = Cursor(100, 500, falhas=2)


def answer(codigo: str, ult: int | None = None, most: int | None = None, *nsus: int, more: bool = False) -> Resposta:
    documents = tuple(Recebido(nsu, "resNFe_v1.01.xsd", "resNFe", b"<resNFe/>") for nsu in nsus)
    return Resposta(resultado_de(codigo), codigo, "dito", documents, ult, most, more)


C, S = Cursor, Situacao
TABLE: dict[str, tuple[Resposta, Cursor, Situacao, tuple[Falta, ...]]] = {
    "138 with more": (answer("138", 150, 500, 149, 150, more=True), C(150, 500), S.CONTINUA, ()),
    "138, the last": (answer("138", 500, 500, 500), C(500, 500, REST), S.CONCLUIDA, ()),
    "138 without maxNSU": (answer("138", 150, None, 150), C(150, 500, REST), S.CONCLUIDA, ()),
    "138 that does not move": (answer("138", 100, 500, 100, more=True), C(100, 500, REST), S.CONCLUIDA, ()),
    "138 that goes back": (answer("138", 90, 500, 90, more=True), C(100, 500, REST), S.CONCLUIDA, ()),
    "138 with a hole": (
        answer("138", 110, 110, 101, 102, 106, 110),
        C(110, 110, REST),
        S.CONCLUIDA,
        (Falta(103, 105, "salto_na_pagina"), Falta(107, 109, "salto_na_pagina")),
    ),
    "137": (answer("137", 100, 100), C(100, 100, REST), S.CONCLUIDA, ()),
    "137 in mid-series": (answer("137", 120, 500), C(120, 500, REST), S.CONCLUIDA, ()),
    "137 without numbers": (answer("137"), C(100, 500, REST), S.CONCLUIDA, ()),
    "137 of zeros": (answer("137", 0, 0), C(100, 500, REST), S.CONCLUIDA, ()),
    "656 too early": (answer("656", 100, 0), C(100, 500, None, REST, 3), S.BLOQUEADA, ()),
    "656 ahead": (
        answer("656", 130, 0),
        C(130, 500, None, REST, 3),
        S.BLOQUEADA,
        (Falta(101, 130, "consumo_indevido"),),
    ),
    "656 behind": (answer("656", 40, 0), C(100, 500, None, REST, 3), S.BLOQUEADA, ()),
    "656 without numbers": (answer("656"), C(100, 500, None, REST, 3), S.BLOQUEADA, ()),
    "589": (answer("589", 60, 60), C(60, 500, REST, None, 3), S.RECUSADA, ()),
    "589 that says a greater one": (answer("589", 900, 900), C(100, 500, REST, None, 3), S.RECUSADA, ()),
    "589 without numbers": (answer("589"), C(100, 500, REST, None, 3), S.RECUSADA, ()),
    "unknown": (answer("999", 700, 700), C(100, 500, REST, None, 3), S.RECUSADA, ()),
    "our message": (answer("215"), C(100, 500, REST, None, 3), S.RECUSADA, ()),
    "environment": (answer("252"), C(100, 500, REST, None, 3), S.RECUSADA, ()),
    "author": (answer("489"), C(100, 500, REST, None, 3), S.RECUSADA, ()),
    **{
        f"certificate {code}": (answer(code), C(100, 500, REST, None, 3), S.CERTIFICADO, ())
        for code in ("280", "281", "282", "283", "284", "285", "286", "472", "473", "593")
    },
    **{
        f"stopped {code}": (
            answer(code),
            C(100, 500, NOW + timedelta(minutes=20), None, 3),
            S.SEM_RESPOSTA,
            (),
        )
        for code in ("108", "109")
    },
}


@pytest.mark.parametrize("name", TABLE)
def test_an_answer_moves_a_numbering_by_the_rules(name: str) -> None:
    said, cursor, situacao, faltas = TABLE[name]
    found = passo(OURS, said, NOW, HOUR.total_seconds())
    assert (found.cursor, found.situacao, found.faltas) == (cursor, situacao, faltas)


def test_what_came_before_the_first_question_is_no_gap() -> None:
    found = passo(Cursor(), answer("656", 5000, 0), NOW, 3600, primeira=True)
    assert (found.cursor.ult_nsu, found.faltas) == (5000, ())
    assert passo(Cursor(), answer("656", 50, 0), NOW, 3600).faltas == (Falta(1, 50, "consumo_indevido"),)


def test_rest_and_block_last_longer_than_their_hour() -> None:
    assert timedelta(minutes=1) <= MARGEM <= timedelta(minutes=10)
    resting, blocked = Cursor(proxima_consulta=REST), Cursor(proxima_consulta=NOW, bloqueado_ate=REST)
    cases: list[tuple[Cursor, datetime, Any]] = [
        (Cursor(), NOW, None),
        (resting, NOW + HOUR, (Situacao.DESCANSANDO, REST)),
        (resting, REST, None),
        (blocked, NOW + HOUR, (Situacao.BLOQUEADA, REST)),
        (blocked, REST, None),
    ]
    for cursor, now, waits in cases:
        assert cursor.espera(now) == waits


def test_failures_wait_longer_and_longer_and_never_less_than_was_asked_for() -> None:
    cursor, waits = Cursor(7, 9), []
    for _ in range(6):
        cursor = depois_de_falha(cursor, NOW)
        assert cursor.proxima_consulta is not None
        waits.append((cursor.proxima_consulta - NOW).total_seconds())
    assert waits == [300, 600, 1200, 2400, 3600, 3600]
    assert (cursor.ult_nsu, cursor.max_nsu) == (7, 9)
    asked = depois_de_falha(Cursor(), NOW, 1000).proxima_consulta
    assert asked == NOW + timedelta(seconds=1000)
