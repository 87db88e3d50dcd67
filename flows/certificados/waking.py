"""What rests because a certificate was not accepted: it rests no longer once another is there, or a person says so."""

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from storage.models.certificados import CertificadoDigital
from storage.models.empresas import Empresa
from storage.models.sefaz import NAO_ACEITO, Contribuinte, SerieNSU


def wake(db: Session, row: CertificadoDigital) -> None:
    """Let the companies that a certificate may serve be asked for again."""
    owner = select(Empresa.usuario_id).where(Empresa.id == row.empresa_id).scalar_subquery()
    served = (
        select(Contribuinte.id)
        .join(Empresa, Empresa.id == Contribuinte.empresa_id)
        .where(Empresa.usuario_id.is_not_distinct_from(owner), Contribuinte.cnpj.startswith(row.base))
    )
    resting = update(SerieNSU).where(SerieNSU.contribuinte_id.in_(served), SerieNSU.ultimo_cstat == NAO_ACEITO)
    db.execute(resting.values(proxima_consulta=None, proxima_avulsa=None))
