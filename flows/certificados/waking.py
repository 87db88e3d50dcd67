"""What rests because a certificate was not accepted: it rests no longer once another is there, or a person says so."""

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from connectors.sefaz import Resultado
from connectors.sefaz.situacao import codigos_de
from storage.models.certificados import CertificadoDigital
from storage.models.empresas import Empresa
from storage.models.sefaz import NAO_ACEITO, Contribuinte, SerieNSU

RECUSADO = codigos_de(Resultado.CERTIFICADO) | {NAO_ACEITO}


def wake(db: Session, row: CertificadoDigital) -> None:
    """Let the companies that a certificate may serve be asked for again; a block and a rest between questions stay.

    Why single questions rest is kept in words alone, so all of them may go on: the hour's count holds all the same.
    """
    owner = select(Empresa.usuario_id).where(Empresa.id == row.empresa_id).scalar_subquery()
    served = (
        select(Contribuinte.id)
        .join(Empresa, Empresa.id == Contribuinte.empresa_id)
        .where(Empresa.usuario_id.is_not_distinct_from(owner), Contribuinte.cnpj.startswith(row.base))
    )
    theirs = update(SerieNSU).where(SerieNSU.contribuinte_id.in_(served))
    db.execute(theirs.values(proxima_avulsa=None, motivo_avulsa=None))
    db.execute(theirs.where(SerieNSU.ultimo_cstat.in_(RECUSADO)).values(proxima_consulta=None))
