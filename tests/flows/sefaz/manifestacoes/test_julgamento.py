"""What each answer makes of an event. docs/reference/contracts/sefaz.md §4.6."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from connectors.sefaz import LoteRespondido
from connectors.sefaz.retorno import lido
from connectors.sefaz.situacao import resultado_de
from flows.sefaz.manifestacoes import julgamento
from flows.sefaz.manifestacoes.rows import NEVER, Devida
from sandbox.documentos.comum import chave
from storage.models.manifestacoes import EstadoManifestacao as Estado

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)
DEVIDA = Devida(7, 1, chave("55", 1), "210210", 1, None, Estado.PENDENTE, 0, "<evento/>", NOW - timedelta(minutes=5))
EM_DUVIDA = replace(DEVIDA, estado=Estado.ENVIADO)


def answered(cstat: str, quando: str = "2026-11-26T09:00:00-03:00") -> LoteRespondido:
    inner = (
        f"<retEvento><infEvento><cStat>{cstat}</cStat><xMotivo>dito</xMotivo><dhRegEvento>{quando}</dhRegEvento>"
        "<nProt>891</nProt></infEvento></retEvento>"
    )
    body = f'<a><retEnvEvento xmlns="http://www.portalfiscal.inf.br/nfe"><cStat>128</cStat>{inner}</retEnvEvento></a>'
    return lido(body.encode())


@pytest.mark.parametrize(
    ("cstat", "devida", "estado", "wait"),
    [
        ("135", DEVIDA, Estado.REGISTRADO, None),
        ("136", DEVIDA, Estado.REGISTRADO, None),
        ("573", DEVIDA, Estado.REGISTRADO, None),
        ("577", DEVIDA, Estado.PENDENTE, 3600),
        ("578", EM_DUVIDA, Estado.PENDENTE, 3600),
        ("578", replace(DEVIDA, tentativas=5), Estado.PENDENTE, 16 * 3600),
        ("578", replace(DEVIDA, tentativas=6), Estado.RECUSADO, None),
        ("999", DEVIDA, Estado.PENDENTE, 3600),
        ("297", replace(DEVIDA, tentativas=6), Estado.RECUSADO, None),
        *((cstat, DEVIDA, Estado.RECUSADO, None) for cstat in ("596", "650", "655", "574", "575", "494", "657")),
    ],
)
def test_an_answer_settles_an_event_or_says_when_it_is_asked_again(
    cstat: str, devida: Devida, estado: Estado, wait: int | None
) -> None:
    (answer,) = answered(cstat).por_evento(["ID210210" + DEVIDA.chave + "01"])
    found = julgamento.julgada(devida, answer, NOW)
    assert (found.id, found.estado, found.cstat) == (7, estado, cstat)
    assert found.due_at == (NEVER if wait is None else NOW + timedelta(seconds=wait))
    assert found.retorno is not None
    # what is asked again for our own fault is signed anew
    assert (found.xml is None) == (estado is Estado.PENDENTE)


def test_a_duplicate_is_of_when_it_was_signed_and_not_of_when_it_was_refused() -> None:
    said = {
        cstat: julgamento.julgada(EM_DUVIDA, answered(cstat).eventos[0], NOW).registrada_em for cstat in ("135", "573")
    }
    assert said == {"135": NOW, "573": NOW - timedelta(minutes=5)}


def test_without_a_word_it_stays_in_doubt_and_is_asked_with_the_same_text() -> None:
    found = julgamento.julgada(DEVIDA, None, NOW)
    assert (found.estado, found.xml, found.due_at) == (Estado.ENVIADO, DEVIDA.xml, NOW + timedelta(minutes=1))


@pytest.mark.parametrize(
    ("devida", "nada_feito", "estado", "kept"),
    [
        (DEVIDA, True, Estado.PENDENTE, False),
        (DEVIDA, False, Estado.ENVIADO, True),
        (EM_DUVIDA, True, Estado.ENVIADO, True),
        (EM_DUVIDA, False, Estado.ENVIADO, True),
    ],
)
def test_a_doubt_is_never_taken_back(devida: Devida, nada_feito: bool, estado: Estado, kept: bool) -> None:
    found = julgamento.adiada(devida, None, "sem resposta", NOW, nada_feito=nada_feito)
    assert (found.estado, found.xml is not None) == (estado, kept)


@pytest.mark.parametrize(
    ("attempts", "asked", "seconds"), [(0, 0, 60), (1, 0, 120), (9, 0, 3600), (0, 900, 900), (9, 900, 3600)]
)
def test_pauses_grow_and_the_other_side_may_ask_for_longer_ones(attempts: int, asked: float, seconds: int) -> None:
    found = julgamento.adiada(replace(DEVIDA, tentativas=attempts), None, "x", NOW, espera=asked)
    assert seconds <= (found.due_at - NOW).total_seconds() <= seconds * 1.2


@pytest.mark.parametrize(
    ("cstat", "estado", "seconds"),
    [
        ("108", Estado.PENDENTE, 60),
        ("280", Estado.PENDENTE, 3600),
        ("252", Estado.PENDENTE, 3600),
        ("656", Estado.PENDENTE, 3600),
        ("999", Estado.PENDENTE, 3600),
        ("215", Estado.RECUSADO, None),
        ("225", Estado.RECUSADO, None),
        ("489", Estado.RECUSADO, None),
    ],
)
def test_a_lot_that_is_refused_as_such(cstat: str, estado: Estado, seconds: int | None) -> None:
    found = julgamento.do_lote(DEVIDA, LoteRespondido(cstat, "dito", resultado_de(cstat)), NOW)
    assert (found.estado, found.motivo) == (estado, f"{cstat}: dito")
    if seconds is None:
        assert found.due_at == NEVER
    else:
        assert seconds <= (found.due_at - NOW).total_seconds() <= seconds * 1.2


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(59, ""), (-59, ""), (61, "1 minuto e 1 segundo adiantado"), (-7200, "2 horas atrasado")],
)
def test_clocks_that_differ_are_told(seconds: float, said: str) -> None:
    assert said in julgamento.relogio(seconds)
    assert bool(julgamento.relogio(seconds)) == bool(said)
