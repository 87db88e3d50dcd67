"""What an answer does to a numbering: where it stands, until when nothing is asked, what is missing. Nothing else.

docs/reference/contracts/sefaz.md §3.2 to §3.8.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import pairwise

from claims.backoff import Backoff
from connectors.sefaz.resposta import Resposta, Resultado

# Their clock is not ours: whoever comes back a second early is blocked for another hour.
MARGEM = timedelta(minutes=3)
BLOQUEIO = timedelta(hours=1)
# No wait is longer (the other side may ask for a day): one that is was written by a clock that was wrong.
MAIS_LONGA = timedelta(days=1) + 2 * MARGEM
DEPOIS_DE_FALHA = Backoff.doubling(300, 3600, jitter=0)


BEGINS = "A numeração deste CNPJ na SEFAZ começa agora: o que foi emitido antes não vem por ela."
BEGAN = "Primeira consulta deste CNPJ: o que a SEFAZ já entregou, ou tem mais de 90 dias, não vem por ela."
OLDER, BY_KEY = "Importe esses XML", ", ou dê as suas chaves com `esteira sefaz chaves` (20 por hora)"


class Situacao(StrEnum):
    """How a consultation stands, or ended."""

    CONTINUA = "continua"
    CONCLUIDA = "concluida"
    DESCANSANDO = "descansando"
    BLOQUEADA = "bloqueada"
    OCUPADA = "ocupada"
    ESGOTADA = "esgotada"  # the hour's single questions are used up
    CERTIFICADO = "certificado"
    SEM_RESPOSTA = "sem_resposta"
    RECUSADA = "recusada"


@dataclass(frozen=True)
class Cursor:
    """Where a numbering stands. `falhas` counts what went wrong since the last good answer."""

    ult_nsu: int = 0
    max_nsu: int = 0
    proxima_consulta: datetime | None = None
    bloqueado_ate: datetime | None = None
    falhas: int = 0

    def espera(self, now: datetime) -> tuple[Situacao, datetime] | None:
        """Return why nothing may be asked now, and until when; None where it may."""
        if self.bloqueado_ate is not None and por_vir(self.bloqueado_ate, now):
            return Situacao.BLOQUEADA, self.bloqueado_ate
        if self.proxima_consulta is not None and por_vir(self.proxima_consulta, now):
            return Situacao.DESCANSANDO, self.proxima_consulta
        return None


@dataclass(frozen=True)
class Falta:
    """Numbers that did not come, both ends included, and why that is known."""

    de: int
    ate: int
    motivo: str


@dataclass(frozen=True)
class Passo:
    """What an answer leads to."""

    cursor: Cursor
    situacao: Situacao
    faltas: tuple[Falta, ...] = ()


def passo(
    cursor: Cursor,
    resposta: Resposta,
    now: datetime,
    descanso: float,
    *,
    primeira: bool = False,
    lacunas: bool = True,
) -> Passo:
    """Return what an answer to a question by sequence leads to.

    `descanso` is the service's rest in seconds; `primeira` says that nothing was ever asked before, `lacunas` that a
    number that a page leaves out may exist.
    """
    rest = now + timedelta(seconds=descanso) + MARGEM
    match resposta.resultado:
        case Resultado.DOCUMENTOS:
            return _page(cursor, resposta, rest, tuple(_holes(cursor, resposta)) if lacunas else ())
        case Resultado.NADA:
            return Passo(_advanced(cursor, resposta, proxima_consulta=rest), Situacao.CONCLUIDA)
        case Resultado.CONSUMO_INDEVIDO:
            return _blocked(cursor, resposta, now, primeira)
        case Resultado.NSU_ACIMA:
            return Passo(_begun_again(cursor, resposta, rest), Situacao.RECUSADA)
        case Resultado.PARADO:
            return Passo(depois_de_falha(cursor, now), Situacao.SEM_RESPOSTA)
        case Resultado.CERTIFICADO:
            return Passo(_failed(cursor, rest), Situacao.CERTIFICADO)
        case _:
            return Passo(_failed(cursor, rest), Situacao.RECUSADA)


def por_vir(ate: datetime, now: datetime) -> bool:
    """Tell whether a wait that was written is still to be kept."""
    return now < ate <= now + MAIS_LONGA


def primeiro_contato(resposta: Resposta, *, por_chave: bool) -> str:
    """Return what whoever asks for a CNPJ for the first time has to know of what is older."""
    begins = resposta.resultado is Resultado.NADA and not resposta.max_nsu
    return f"{BEGINS if begins else BEGAN} {OLDER}{BY_KEY if por_chave else ''}."


def depois_de_falha(cursor: Cursor, now: datetime, pedida: float | None = None) -> Cursor:
    """Return a numbering that got no answer; it stands where it stood. `pedida`: seconds the other side asked for."""
    seconds = DEPOIS_DE_FALHA.wait(cursor.falhas + 1, asked=pedida) or 0
    return _failed(cursor, now + timedelta(seconds=seconds))


def _page(cursor: Cursor, resposta: Resposta, rest: datetime, faltas: tuple[Falta, ...]) -> Passo:
    new = _advanced(cursor, resposta)
    # a page that does not move the numbering would be asked for without end
    if resposta.ha_mais and new.ult_nsu > cursor.ult_nsu:
        return Passo(new, Situacao.CONTINUA, faltas)
    return Passo(replace(new, proxima_consulta=rest), Situacao.CONCLUIDA, faltas)


def _blocked(cursor: Cursor, resposta: Resposta, now: datetime, primeira: bool) -> Passo:
    until, ahead = now + BLOQUEIO + MARGEM, resposta.ult_nsu or 0
    faltas: Sequence[Falta] = ()
    if ahead > cursor.ult_nsu and not primeira:
        faltas = (Falta(cursor.ult_nsu + 1, ahead, "consumo_indevido"),)
    new = replace(cursor, ult_nsu=max(cursor.ult_nsu, ahead), bloqueado_ate=until, falhas=cursor.falhas + 1)
    return Passo(new, Situacao.BLOQUEADA, tuple(faltas))


def _begun_again(cursor: Cursor, resposta: Resposta, rest: datetime) -> Cursor:
    told = [one for one in (resposta.ult_nsu, resposta.max_nsu) if one is not None]
    return replace(_failed(cursor, rest), ult_nsu=min([cursor.ult_nsu, *told]))


def _advanced(cursor: Cursor, resposta: Resposta, proxima_consulta: datetime | None = None) -> Cursor:
    """Return a numbering after a good answer; what the answer does not say, or says as zero, stays."""
    ult = max(cursor.ult_nsu, resposta.ult_nsu or 0)
    return Cursor(ult, resposta.max_nsu or cursor.max_nsu, proxima_consulta)


def _failed(cursor: Cursor, until: datetime) -> Cursor:
    return replace(cursor, proxima_consulta=until, bloqueado_ate=None, falhas=cursor.falhas + 1)


def _holes(cursor: Cursor, resposta: Resposta) -> Iterator[Falta]:
    """Yield what is missing within a page; a number outside of it says nothing of others."""
    begin, end = cursor.ult_nsu, resposta.ult_nsu or 0
    numbers = sorted({one.nsu for one in resposta.documentos if one.nsu is not None and begin < one.nsu <= end})
    for before, after in pairwise(numbers):
        if after - before > 1:
            yield Falta(before + 1, after - 1, "salto_na_pagina")
