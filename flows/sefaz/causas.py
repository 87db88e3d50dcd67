"""Why SEFAZ says "undue use": judged by our own calls and its number, because its text does not tell.

docs/reference/contracts/sefaz.md §3.5, §3.7.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from connectors.sefaz.resposta import Resposta
from core.settings.core import CoreSettings

HORA = timedelta(hours=1)
# Answers after which an hour has to pass.
_ENDS = frozenset({"137", "656"})


class Causa(StrEnum):
    """What led to a refusal."""

    RESPOSTA_PERDIDA = "a resposta de uma consulta nossa se perdeu; o que ela trazia ficou anotado como lacuna"
    OUTRO_PROGRAMA = "outro programa consulta este CNPJ e avançou a numeração; o que ele recebeu ficou como lacuna"
    FORA_DE_ORDEM = "a numeração da SEFAZ está antes da nossa: a consulta saiu fora de ordem"
    CEDO = "consultamos antes de passar uma hora da consulta anterior"
    NENHUMA = "nada do que consultamos o explica; outro programa pode usar este CNPJ"


@dataclass(frozen=True)
class Chamada:
    """A question that was asked: when, after which NSU, and the status of its answer, None where that was lost."""

    em: datetime
    nsu: int
    cstat: str | None


def causa(resposta: Resposta, nsu: int, anteriores: Sequence[Chamada], now: datetime, *, no_fim: bool) -> Causa:
    """Return the cause of a refusal of the question after `nsu`.

    `anteriores` are the calls before it, the latest first; `no_fim` says that nothing more was known to be there.
    """
    last = anteriores[0] if anteriores else None
    ahead = resposta.ult_nsu
    if last is not None and last.cstat is None:
        return Causa.RESPOSTA_PERDIDA
    if ahead is not None and ahead > nsu:
        return Causa.OUTRO_PROGRAMA
    if ahead and ahead < nsu:
        return Causa.FORA_DE_ORDEM
    if last is not None and now - last.em < HORA and (no_fim or last.cstat in _ENDS):
        return Causa.CEDO
    return Causa.NENHUMA


def explicada(found: Causa, resposta: Resposta, nsu: int, anteriores: Sequence[Chamada], ate: datetime) -> str:
    """Return a refusal as a sentence for people, with our own last calls beside the service's words."""
    calls = "; ".join(f"{_hour(one.em)} após {one.nsu} ({one.cstat or 'sem resposta'})" for one in anteriores)
    said = resposta.motivo[:300].rstrip(".")
    return (
        f"A SEFAZ recusou por consumo indevido: {found.value}. Ela disse: {said} (ultNSU "
        f"{'não informado' if resposta.ult_nsu is None else resposta.ult_nsu}; pedimos após {nsu}). "
        f"Nossas consultas anteriores: {calls or 'nenhuma'}. A conta é por CNPJ e soma todos os programas, também os "
        f"do contador. Nada será consultado até {_hour(ate)}."
    )


def avulsas_demais(resposta: Resposta, feitas: Sequence[datetime], limite: int, ate: datetime) -> str:
    """Return the refusal of a single question as a sentence for people, with what we asked in that hour beside it."""
    ours = f"pedimos {len(feitas)} de {limite} consultas avulsas desde {_hour(feitas[0])}" if feitas else "não pedimos"
    others = "outro programa usa a conta deste CNPJ" if len(feitas) <= limite else "passamos da conta"
    said = resposta.motivo[:300].rstrip(".")
    return (
        f"A SEFAZ recusou por consumo indevido: {others}. Ela disse: {said}. Na última hora {ours}. A conta é por "
        f"CNPJ e soma todos os programas, também os do contador. Nada será consultado até {_hour(ate)}."
    )


def _hour(instant: datetime) -> str:
    return f"{instant.astimezone(CoreSettings.current().zone):%d/%m %H:%M:%S}"
