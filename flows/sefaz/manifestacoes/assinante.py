"""Who signs in a company's name."""

from dataclasses import dataclass
from datetime import datetime

from core.certificado import Certificado, CertificadoRecusado
from core.fiscal import formatar_documento
from flows.certificados.finding import kept, serving
from storage.models.empresas import Empresa
from storage.session import reading


@dataclass(frozen=True)
class Assinante:
    """A company, and the certificate that signs for it."""

    empresa_id: int
    usuario_id: int | None
    cnpj: str
    certificado: Certificado


def assinante(empresa_id: int, now: datetime) -> Assinante:
    """Return who signs for a company; raise `CertificadoRecusado` where no certificate can."""
    with reading() as db:
        empresa = db.get_one(Empresa, empresa_id)
        row = serving(db, empresa, now)
        if row is None:
            said = f"Nenhum certificado em uso serve a empresa {formatar_documento(empresa.cnpj)}."
            raise CertificadoRecusado("nenhum", said)
        return Assinante(empresa.id, empresa.usuario_id, empresa.cnpj, kept(row))
