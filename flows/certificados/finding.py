"""Which certificate serves an establishment, and what is in it."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, object_session

from core.certificado import Certificado, abrir
from storage.models.certificados import CertificadoDigital
from storage.models.empresas import Empresa

# What leads to a key is not loaded with the rest of a row.
SECRETS = ("arquivo_pfx", "senha_pfx", "aberto")


def serving(db: Session, empresa: Empresa, now: datetime) -> CertificadoDigital | None:
    """Return the certificate that a company is asked for with: its own, else one of its base CNPJ and its owner.

    One that is turned off, has ended or not begun serves nobody; of several the one that lasts longest does.
    """
    query = select(CertificadoDigital).join(Empresa, Empresa.id == CertificadoDigital.empresa_id)
    query = query.where(
        CertificadoDigital.base == empresa.cnpj[:8],
        Empresa.usuario_id.is_not_distinct_from(empresa.usuario_id),
        CertificadoDigital.ativo,
        CertificadoDigital.validade_inicio <= now,
        CertificadoDigital.validade_fim >= now,
    )
    found = db.scalars(query.order_by(CertificadoDigital.validade_fim.desc(), CertificadoDigital.id)).all()
    own = (one for one in found if one.empresa_id == empresa.id)
    return next(own, next(iter(found), None))


def opened(row: CertificadoDigital) -> Certificado:
    """Open a certificate that is kept."""
    return abrir(row.arquivo_pfx, row.senha_pfx)


def kept(row: CertificadoDigital) -> Certificado:
    """Return a certificate by what was read in it when it was taken in."""
    if (db := object_session(row)) is not None:
        db.refresh(row, SECRETS)
    return Certificado(
        documento=row.cnpj,
        titular=row.titular,
        emissor=row.emissor,
        inicio=row.validade_inicio,
        fim=row.validade_fim,
        numero=row.numero,
        pfx=row.arquivo_pfx,
        senha=row.senha_pfx,
        aberto=row.aberto,
    )
