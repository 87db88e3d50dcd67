"""The lots that somebody wants sent, as their conditions see them."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from alerts.judgement import Judgement
from alerts.moment import Moment
from core.settings.accounts import PADRAO
from storage.models.alertas import OBJECT_LIMIT
from storage.models.questor import QuestorLote


@dataclass(frozen=True)
class Lot:
    """One lot: its account, its name, and since when it is paused, stopped or without progress."""

    conta: str
    nome: str
    enviar: bool
    criado_em: datetime
    varrido_em: datetime | None
    ritmo_em: datetime | None
    pausado_em: datetime | None
    parado_em: datetime | None
    parado_motivo: str | None
    concluido_em: datetime | None

    @property
    def wanted(self) -> bool:
        """Whether it was asked to be sent and is not done."""
        return self.enviar and self.concluido_em is None

    @property
    def going(self) -> bool:
        """Whether it should be under way."""
        return self.wanted and self.pausado_em is None and self.parado_em is None

    @property
    def moved_at(self) -> datetime:
        """When something of it last had an outcome."""
        return max(one for one in (self.criado_em, self.varrido_em, self.ritmo_em) if one)

    @property
    def objeto(self) -> str:
        """What its alerts are about; a lot of another account than the usual one names the account."""
        return (self.nome if self.conta == PADRAO else f"{self.conta}/{self.nome}")[:OBJECT_LIMIT]

    def judged(self, codigo: str, severidade: str, *, ativo: bool, mensagem: str, resolvido: str) -> Judgement:
        """Return a judgement of it."""
        rotulos = {"conta": self.conta, "lote": self.nome}
        return Judgement(self.objeto, codigo, severidade, ativo, mensagem, resolvido=resolvido, rotulos=rotulos)


COLUMNS = [getattr(QuestorLote, name) for name in Lot.__dataclass_fields__]


def lots(moment: Moment) -> Iterator[Lot]:
    """Yield every lot."""
    for row in moment.db.execute(select(*COLUMNS).order_by(QuestorLote.id)):
        yield Lot(*row)
