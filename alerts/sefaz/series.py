"""The numberings that are watched: of companies and users that are in use, in the environment that is asked now."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from alerts.moment import Moment
from core.fiscal import formatar_documento
from core.settings.sefaz import SefazSettings
from storage.models.empresas import Empresa
from storage.models.sefaz import NAO_ACEITO, VIVA, Contribuinte, SerieNSU
from storage.models.usuarios import Usuario

NAMES = {"nfe": "NF-e", "cte": "CT-e", "mdfe": "MDF-e", "nfse": "NFS-e"}


@dataclass(frozen=True)
class Serie:
    """A numbering, and whose it is."""

    cnpj: str
    usuario: str | None
    servico: str
    usada_em: datetime | None
    falhas: int
    motivo: str | None
    ultimo_cstat: str | None

    @property
    def nao_aceito(self) -> bool:
        """Tell whether the server did not accept the certificate, the last time."""
        return self.ultimo_cstat == NAO_ACEITO

    @property
    def objeto(self) -> str:
        """It as alerts name it."""
        return f"{f'{self.usuario}/' if self.usuario else ''}{self.cnpj}/{self.servico}"

    @property
    def nome(self) -> str:
        """It as people call it."""
        return f"{NAMES.get(self.servico, self.servico)} da empresa {formatar_documento(self.cnpj)}"

    @property
    def rotulos(self) -> dict[str, str]:
        """Whose it is, as labels."""
        found = {"empresa": self.cnpj, "servico": self.servico}
        return found | ({"usuario": self.usuario} if self.usuario else {})


def watched(moment: Moment) -> Iterator[Serie]:
    """Yield them, the oldest first."""
    said = (SerieNSU.servico, SerieNSU.usada_em, SerieNSU.falhas, SerieNSU.motivo, SerieNSU.ultimo_cstat)
    query = (
        select(Empresa.cnpj, Usuario.username, *said)
        .join(Contribuinte, Contribuinte.empresa_id == Empresa.id)
        .join(SerieNSU, VIVA)
        .join(Usuario, Usuario.id == Empresa.usuario_id, isouter=True)
        .where(Empresa.ativa, Usuario.ativo.is_not(False))
        .where(Contribuinte.ambiente == SefazSettings.current().ambiente)
    )
    for row in moment.db.execute(query.order_by(SerieNSU.id)):
        yield Serie(*row)
