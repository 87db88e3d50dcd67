"""The figures of boxes: how many had which result, and what each last said of itself."""

from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

from prometheus_client.core import GaugeMetricFamily, Metric
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from alerts.sat.bateria import BAIXO
from alerts.sat.memoria import octetos
from connectors.sat import status
from connectors.sat.status import StatusOperacional
from core.errors import PlatformError
from core.text import bare_word
from flows.sat.known_boxes import known_in
from flows.sat.outcome import OK
from flows.sat.rows import BOXES
from storage.models.sat import Caixa

# A monitor keeps a series of each; of more boxes only the first by name are told one by one.
MOST = 5000


class Row(NamedTuple):
    """What a row says of a box."""

    nome: str
    resultado: str | None
    verificada_em: datetime | None
    falhando_desde: datetime | None
    lida_em: datetime | None
    resposta: str | None


def results(db: Session, now: datetime) -> Iterator[Metric]:
    """Tell how many boxes had which result last, and how late the check is that is most overdue."""
    found = GaugeMetricFamily("esteira_sat_caixas", "Caixas por último resultado.", labels=["resultado"])
    query = select(Caixa.resultado, func.count()).where(Caixa.ativo).group_by(Caixa.resultado)
    for resultado, amount in db.execute(query.order_by(Caixa.resultado)):
        found.add_metric([resultado or "nenhum"], amount)
    late = GaugeMetricFamily("esteira_sat_atraso_segundos", "Atraso da consulta vencida mais antiga.")
    first = BOXES.first_due(db)
    late.add_metric([], max((now - first).total_seconds(), 0.0) if first else 0.0)
    yield from (found, late)


def each(db: Session, now: datetime) -> Iterator[Metric]:
    """Tell of each box by its name; what it does not say has no figure."""
    info = _family("info", "1; o que se sabe da caixa está nos rótulos.", "loja", "uf", "resultado", "versao")
    well = _family("bem", "1: o último resultado foi bom.")
    contact = _family("contato_segundos", "Segundos desde que a caixa respondeu.")
    ends = _family("certificado_dias", "Dias até o fim do certificado; negativo: venceu.")
    memory = _family("memoria_razao", "Parte usada da memória de trabalho, de 0 a 1.")
    battery = _family("bateria_baixa", "1: a caixa diz que a bateria está baixa.")
    state = _family("estado_operacao", "Estado de operação que a caixa informa; 0: desbloqueada.")
    boxes = known_in(db)
    for row in _rows(db):
        box, said = boxes.get(row.nome), _said(row.resposta)
        labels = [(box and box.loja) or "", (box and box.uf) or "", row.resultado or "nenhum", _software(said)]
        info.add_metric([row.nome, *labels], 1)
        well.add_metric([row.nome], row.resultado == OK)
        if seen := _seen(row):
            contact.add_metric([row.nome], max((now - seen).total_seconds(), 0.0))
        if said is None:
            continue
        battery.add_metric([row.nome], bare_word(said.NIVEL_BATERIA) == BAIXO)
        if said.CERT_VENCIMENTO is not None:
            ends.add_metric([row.nome], (said.CERT_VENCIMENTO - now.date()).days)
        if said.ESTADO_OPERACAO is not None:
            state.add_metric([row.nome], said.ESTADO_OPERACAO)
        if (share := _share(said)) is not None:
            memory.add_metric([row.nome], share)
    yield from (info, well, contact, ends, memory, battery, state)


def _family(name: str, about: str, *labels: str) -> GaugeMetricFamily:
    return GaugeMetricFamily(f"esteira_sat_caixa_{name}", about, labels=["caixa", *labels])


def _rows(db: Session) -> Iterator[Row]:
    columns = (Caixa.nome, Caixa.resultado, Caixa.verificada_em, Caixa.falhando_desde, Caixa.lida_em, Caixa.resposta)
    return map(Row._make, db.execute(select(*columns).where(Caixa.ativo).order_by(Caixa.nome).limit(MOST)))


def _seen(row: Row) -> datetime | None:
    """Return when a box last said something: to us, or to the agent beside it."""
    asked = row.falhando_desde or row.verificada_em
    return max((one for one in (asked, row.lida_em) if one is not None), default=None)


def _said(resposta: str | None) -> StatusOperacional | None:
    try:
        return status.parse(resposta) if resposta else None
    except PlatformError:
        return None


def _software(said: StatusOperacional | None) -> str:
    """Return the version of its basic software; a box may write anything there."""
    told = getattr(said, "VER_SB", "") if said else ""
    return "".join(c for c in told if c.isalnum() or c in "._-")[:20]


def _share(said: StatusOperacional) -> float | None:
    total, used = octetos(said.MT_TOTAL), octetos(said.MT_USADA)
    return used / total if total and used is not None and used <= total else None
