"""A refusal for undue use is explained by our own calls. docs/reference/contracts/sefaz.md §3.5."""

from datetime import UTC, datetime, timedelta

import pytest

from connectors.sefaz import Resposta, Resultado
from flows.sefaz.causas import Causa, Chamada, causa, explicada

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)


def refused(ult: int | None) -> Resposta:
    return Resposta(
        Resultado.CONSUMO_INDEVIDO, "656", "Rejeicao: Consumo Indevido (Deve ser aguardado 1 hora).", (), ult, 0
    )


def call(minutes: int, cstat: str | None = "138") -> Chamada:
    return Chamada(NOW - timedelta(minutes=minutes), 100, cstat)


@pytest.mark.parametrize(
    ("ult", "before", "at_end", "found"),
    [
        (100, [call(30)], True, Causa.CEDO),
        (100, [call(30, "656")], False, Causa.CEDO),
        (100, [call(30, "137")], False, Causa.CEDO),
        (100, [call(30)], False, Causa.NENHUMA),
        (100, [call(61)], True, Causa.NENHUMA),
        (150, [call(61)], True, Causa.OUTRO_PROGRAMA),
        (150, [call(1)], True, Causa.OUTRO_PROGRAMA),
        (150, [], False, Causa.OUTRO_PROGRAMA),
        (150, [call(1, None)], False, Causa.RESPOSTA_PERDIDA),
        (100, [call(1, None)], True, Causa.RESPOSTA_PERDIDA),
        (60, [call(61)], True, Causa.FORA_DE_ORDEM),
        (0, [call(61)], True, Causa.NENHUMA),
        (None, [], True, Causa.NENHUMA),
    ],
)
def test_the_cause_is_judged_by_our_calls(ult: int | None, before: list[Chamada], at_end: bool, found: Causa) -> None:
    assert causa(refused(ult), 100, before, NOW, no_fim=at_end) is found


def test_the_sentence_has_the_cause_their_words_our_calls_and_until_when() -> None:
    said = explicada(Causa.OUTRO_PROGRAMA, refused(150), 100, [call(90), call(180, None)], NOW + timedelta(minutes=63))
    for part in ("outro programa", "aguardado 1 hora", "ultNSU 150", "após 100", "26/11 07:30:00 após 100 (138)"):
        assert part in said
    assert "(sem resposta)" in said
    assert "do contador" in said
    assert said.endswith("até 26/11 10:03:00.")
