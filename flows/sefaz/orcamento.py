"""How many single questions a CNPJ may still have in this hour: counted in rows, over all its services.

docs/reference/contracts/sefaz.md §3.6, §3.7.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from connectors.sefaz import Forma
from flows.sefaz.causas import HORA
from flows.sefaz.regras import MAIS_LONGA, MARGEM
from storage.models.sefaz import NAO_FEITA, ChamadaSEFAZ, SerieNSU

# Their clock is not ours, and a call may reach them late.
JANELA = HORA + MARGEM
# What filling gaps leaves to people's own questions.
RESERVA = 2


@dataclass(frozen=True)
class Orcamento:
    """The questions of the last hour, the oldest first, and how many there may be."""

    limite: int
    feitas: tuple[datetime, ...]

    def libera(self, deixando: int = 0) -> datetime | None:
        """Return when the next may be asked that leaves so many to others; None where that is now."""
        over = len(self.feitas) - (self.limite - deixando)
        return self.feitas[over] + JANELA if over >= 0 else None


def orcamento(db: Session, contribuinte_id: int, limite: int, now: datetime) -> Orcamento:
    """Return what a CNPJ has left; a question whose answer was lost counts, one that surely did not leave does not."""
    query = (
        select(ChamadaSEFAZ.em)
        .join(SerieNSU, SerieNSU.id == ChamadaSEFAZ.serie_id)
        .where(
            SerieNSU.contribuinte_id == contribuinte_id,
            ChamadaSEFAZ.em > now - JANELA,
            # by a clock that was wrong
            ChamadaSEFAZ.em <= now + MAIS_LONGA,
            ChamadaSEFAZ.forma != Forma.SEQUENCIA.value,
            ChamadaSEFAZ.cstat.is_distinct_from(NAO_FEITA),
        )
        .order_by(ChamadaSEFAZ.em)
    )
    return Orcamento(limite, tuple(db.scalars(query)))
