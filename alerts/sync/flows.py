"""The flows as their conditions see them."""

from collections.abc import Iterator

from sqlalchemy import select

from alerts.judgement import Judgement
from alerts.moment import Moment
from core.settings.sync import SyncSettings
from storage.models.sync import SyncFluxo


def flows(moment: Moment) -> Iterator[SyncFluxo]:
    """Yield every flow that is on and ever ran."""
    known = SyncSettings.current().contas
    for row in moment.db.scalars(select(SyncFluxo).order_by(SyncFluxo.id)):
        if row.conta in known and known[row.conta].minutes(row.fluxo):
            yield row


def judged(row: SyncFluxo, codigo: str, severidade: str, *, ativo: bool, mensagem: str, resolvido: str) -> Judgement:
    """Return a judgement of a flow."""
    labels = {"conta": row.conta, "fluxo": row.fluxo}
    where = f"{row.conta}/{row.fluxo}"
    return Judgement(where, codigo, severidade, ativo, mensagem, resolvido=resolvido, rotulos=labels)
