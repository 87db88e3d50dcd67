"""The destinations as their conditions see them."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from alerts.judgement import Judgement
from alerts.moment import Moment
from alerts.telling import DESTINATION
from storage.models.destinos import Destino


@dataclass(frozen=True)
class Destination:
    """One destination: its number, its name and since when it is failing, off or paused."""

    id: int
    nome: str
    ativo: bool
    falhando_desde: datetime | None
    avisado_em: datetime | None
    desligado_em: datetime | None
    desligado_motivo: str | None
    pausado_em: datetime | None

    def judged(self, codigo: str, severidade: str, *, ativo: bool, mensagem: str, resolvido: str) -> Judgement:
        """Return a judgement of it; it is not told of itself (`alerts/telling.py`)."""
        rotulos = {"destino": self.nome}
        return Judgement(
            f"{DESTINATION}:{self.id}", codigo, severidade, ativo, mensagem, resolvido=resolvido, rotulos=rotulos
        )


COLUMNS = [getattr(Destino, name) for name in Destination.__dataclass_fields__]


def destinations(moment: Moment) -> Iterator[Destination]:
    """Yield every destination."""
    for row in moment.db.execute(select(*COLUMNS).order_by(Destino.id)):
        yield Destination(*row)
