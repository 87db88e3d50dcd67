"""The companies that are consulted: of users that are in use, in the environment that is asked now."""

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import select

from alerts.judgement import WARNING, Judgement
from alerts.moment import Moment
from core.fiscal import formatar_documento
from core.settings.sefaz import SefazSettings
from storage.models.empresas import Empresa
from storage.models.sefaz import Contribuinte
from storage.models.usuarios import Usuario


@dataclass(frozen=True)
class Consultada:
    """A company, and whose it is."""

    id: int
    cnpj: str
    usuario: str | None

    @property
    def nome(self) -> str:
        """Its CNPJ as people write it."""
        return formatar_documento(self.cnpj)

    def judged(self, codigo: str, ativo: int, mensagem: str, resolvido: str) -> Judgement:
        """Return a warning about so many things of this company."""
        return Judgement(
            objeto=f"{self.usuario}/{self.cnpj}" if self.usuario else self.cnpj,
            codigo=codigo,
            severidade=WARNING,
            ativo=ativo > 0,
            mensagem=mensagem,
            valores={"notas": ativo},
            resolvido=resolvido,
            rotulos={"empresa": self.cnpj} | ({"usuario": self.usuario} if self.usuario else {}),
        )


def consultadas(moment: Moment) -> Iterator[Consultada]:
    """Yield them, the oldest first."""
    query = (
        select(Empresa.id, Empresa.cnpj, Usuario.username)
        .outerjoin(Usuario, Usuario.id == Empresa.usuario_id)
        .where(Empresa.ativa, Usuario.ativo.is_not(False))
        .where(
            Empresa.id.in_(
                select(Contribuinte.empresa_id).where(Contribuinte.ambiente == SefazSettings.current().ambiente)
            )
        )
    )
    for row in moment.db.execute(query.order_by(Empresa.id)):
        yield Consultada(*row)
