"""What each answer to a single question leads to. docs/reference/contracts/sefaz.md §3.6, §3.8."""

from datetime import UTC, datetime, timedelta

import pytest

from connectors.sefaz.situacao import resultado_de
from flows.sefaz.regras import MARGEM, Situacao
from flows.sefaz.respostas import DIA, HORA, Efeito, Sorte, efeito

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("codes", "expected"),
    [
        (["138"], Efeito(Sorte.VEIO)),
        (["137", "589", "217", "236", "632", "640", "641", "653", "654"], Efeito(Sorte.NAO_HA)),
        (["656"], Efeito(Sorte.DEVIDA, Situacao.BLOQUEADA, HORA, bloqueia=True)),
        (["108", "109"], Efeito(Sorte.DEVIDA, Situacao.SEM_RESPOSTA, HORA)),
        (["280", "286", "472", "473", "593"], Efeito(Sorte.DEVIDA, Situacao.CERTIFICADO, DIA)),
        (["252", "489", "490"], Efeito(Sorte.DEVIDA, Situacao.RECUSADA, HORA)),
        (["215", "243", "402", "999"], Efeito(Sorte.ADIADA, Situacao.RECUSADA, HORA)),
    ],
)
def test_an_answer_settles_what_was_asked_or_leaves_it_owed(codes: list[str], expected: Efeito) -> None:
    assert {code: efeito(resultado_de(code)) for code in codes} == dict.fromkeys(codes, expected)


def test_a_wait_has_the_margin_of_the_hour() -> None:
    assert efeito(resultado_de("656")).ate(NOW) == NOW + timedelta(hours=1) + MARGEM
    assert efeito(resultado_de("138")).ate(NOW) is None
