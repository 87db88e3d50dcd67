"""What a received note waits for, and until when. docs/reference/contracts/sefaz.md §4.1, §4.6."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from core.documentos.manifestacao import Conclusao, Espera, Recebida, Registrado, conclusao, espera, registrado_em
from core.documentos.tipos_evento import CIENCIA, CONFIRMACAO, DESCONHECIMENTO, NAO_REALIZADA

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)
DAY = timedelta(days=1)
NOTA = Recebida(False, "autorizada", False, NOW - DAY, NOW - DAY)


def said(*kinds: str) -> tuple[Registrado, ...]:
    """Return events registered an hour after each other, the last one now."""
    return tuple(Registrado(kind, NOW - timedelta(hours=place)) for place, kind in enumerate(reversed(kinds)))[::-1]


@pytest.mark.parametrize(
    ("nota", "xml"),
    [
        (NOTA, Espera.SEM_CIENCIA),
        (replace(NOTA, eventos=said(CIENCIA)), Espera.AGUARDADO),
        (replace(NOTA, eventos=said(CONFIRMACAO)), Espera.AGUARDADO),
        (replace(NOTA, eventos=said(NAO_REALIZADA)), Espera.AGUARDADO),
        (replace(NOTA, eventos=said(DESCONHECIMENTO)), Espera.DESCONHECIDA),
        (replace(NOTA, eventos=said(DESCONHECIMENTO, CONFIRMACAO)), Espera.AGUARDADO),
        (replace(NOTA, completa=True), Espera.AQUI),
        (replace(NOTA, propria=True), Espera.PROPRIA),
        (replace(NOTA, propria=True, eventos=said(CIENCIA)), Espera.PROPRIA),
        (replace(NOTA, situacao="cancelada", eventos=said(CIENCIA)), Espera.CANCELADA),
        (replace(NOTA, situacao="denegada"), Espera.DENEGADA),
        (replace(NOTA, situacao="sem_protocolo"), Espera.SEM_CIENCIA),
        (replace(NOTA, recebida_em=NOW - 10 * DAY), Espera.SEM_CIENCIA),
        (replace(NOTA, recebida_em=NOW - 10.01 * DAY), Espera.SEM_CIENCIA_NO_PRAZO),
        (replace(NOTA, recebida_em=NOW - 89 * DAY), Espera.SEM_CIENCIA_NO_PRAZO),
        (replace(NOTA, recebida_em=NOW - 91 * DAY), Espera.TACITA),
        (replace(NOTA, recebida_em=NOW - 91 * DAY, eventos=said(CIENCIA)), Espera.AGUARDADO),
        (replace(NOTA, recebida_em=None), Espera.SEM_CIENCIA),
    ],
)
def test_a_note_waits_or_says_why_it_does_not(nota: Recebida, xml: Espera) -> None:
    assert espera(nota, NOW, 90)[0] is xml


@pytest.mark.parametrize(
    ("nota", "found"),
    [
        (NOTA, Conclusao.PENDENTE),
        (replace(NOTA, eventos=said(CIENCIA)), Conclusao.PENDENTE),
        (replace(NOTA, eventos=said(CIENCIA, CONFIRMACAO)), Conclusao.CONFIRMADA),
        (replace(NOTA, eventos=said(CONFIRMACAO, DESCONHECIMENTO)), Conclusao.DESCONHECIDA),
        (replace(NOTA, eventos=said(DESCONHECIMENTO, CONFIRMACAO)[::-1]), Conclusao.CONFIRMADA),
        (replace(NOTA, eventos=said(CONFIRMACAO, NAO_REALIZADA)), Conclusao.NAO_REALIZADA),
        (
            replace(NOTA, eventos=(Registrado(CONFIRMACAO, None), Registrado(DESCONHECIMENTO, NOW))),
            Conclusao.DESCONHECIDA,
        ),
        (replace(NOTA, completa=True, recebida_em=NOW - 89 * DAY), Conclusao.PENDENTE),
        (replace(NOTA, completa=True, recebida_em=NOW - 91 * DAY), Conclusao.TACITA),
        (replace(NOTA, recebida_em=NOW - 91 * DAY, eventos=said(CIENCIA)), Conclusao.TACITA),
        (replace(NOTA, recebida_em=NOW - 91 * DAY, eventos=said(DESCONHECIMENTO)), Conclusao.DESCONHECIDA),
        (replace(NOTA, propria=True, recebida_em=NOW - 91 * DAY), Conclusao.NAO_CABE),
        (replace(NOTA, situacao="cancelada", recebida_em=NOW - 91 * DAY), Conclusao.NAO_CABE),
        (replace(NOTA, recebida_em=None), Conclusao.PENDENTE),
    ],
)
def test_the_last_registered_conclusion_counts_and_time_confirms(nota: Recebida, found: Conclusao) -> None:
    assert conclusao(nota, NOW, 90) is found


def test_of_two_in_one_second_the_later_known_one_counts() -> None:
    both = (Registrado(CONFIRMACAO, NOW), Registrado(DESCONHECIMENTO, NOW))
    assert conclusao(replace(NOTA, eventos=both), NOW, 90) is Conclusao.DESCONHECIDA
    assert conclusao(replace(NOTA, eventos=both[::-1]), NOW, 90) is Conclusao.CONFIRMADA


def test_the_days_are_given() -> None:
    old = replace(NOTA, recebida_em=NOW - 91 * DAY)
    assert conclusao(old, NOW, 180) is Conclusao.PENDENTE
    assert old.conclusao_ate(180) == NOW + 89 * DAY
    assert old.ciencia_ate == NOW - 81 * DAY


def test_it_is_waited_for_since_the_first_event_that_asks_for_it() -> None:
    asked = replace(NOTA, eventos=said(CIENCIA, CONFIRMACAO))
    assert espera(asked, NOW, 90) == (Espera.AGUARDADO, NOW - timedelta(hours=1))
    assert espera(NOTA, NOW, 90) == (Espera.SEM_CIENCIA, NOTA.conhecida_em)


@pytest.mark.parametrize(
    ("status", "when"), [("135", NOW), ("136", NOW), (None, NOW), ("573", NOW - DAY), ("999", NOW - DAY)]
)
def test_a_duplicate_does_not_tell_when_the_event_was_registered(status: str | None, when: datetime) -> None:
    assert registrado_em(status, NOW, NOW - DAY) == when
