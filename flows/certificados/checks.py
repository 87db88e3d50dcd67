"""What `diagnostico` tells of certificates: whether each still opens and lasts, and whom Esteira trusts at SEFAZ."""

from collections.abc import Iterator

from sqlalchemy import select
from sqlalchemy.orm import undefer

from core.checks import FAULT, OK, WARNING, Finding
from core.clock import SYSTEM
from core.errors import Misconfigured
from core.fiscal import formatar_documento
from core.settings.sefaz import SefazSettings
from core.text import plural
from storage.models.certificados import CertificadoDigital, em_uso
from storage.models.empresas import Empresa
from storage.models.usuarios import Usuario
from storage.session import reading

SOON_DAYS = 30


def kept() -> Iterator[Finding]:
    """Tell of each certificate in use whether it opens and how long it lasts."""
    with reading() as db:
        query = select(CertificadoDigital, Empresa.cnpj).join(Empresa, Empresa.id == CertificadoDigital.empresa_id)
        query = query.join(Usuario, Usuario.id == Empresa.usuario_id, isouter=True).order_by(CertificadoDigital.id)
        query = query.where(em_uso(SYSTEM.now()))
        secret = (undefer(CertificadoDigital.arquivo_pfx), undefer(CertificadoDigital.senha_pfx))
        try:
            rows = db.execute(query.options(*secret)).all()
        except Misconfigured as fault:
            yield Finding("certificados", FAULT, str(fault), "Restaure o arquivo de chaves, ou core.keys.")
            return
        for row, cnpj in rows:
            yield Finding(f"certificado {formatar_documento(cnpj)}", *_state(row))


def _state(row: CertificadoDigital) -> tuple[str, str, str]:
    # An installation without certificates does not load how they are opened.
    from core.certificado import CertificadoRecusado, dia, dias_ate
    from flows.certificados.finding import opened

    advice, now = "Guarde um novo com `esteira certificados substituir`.", SYSTEM.now()
    try:
        opened(row).conferir(now)
    except CertificadoRecusado as fault:
        return FAULT, str(fault), advice
    days = dias_ate(row.validade_fim, now)
    told = f"vale até {dia(row.validade_fim)} ({plural(days, 'dia', 'dias')})"
    return (WARNING, told, advice) if days <= SOON_DAYS else (OK, told, "")


def authorities() -> Iterator[Finding]:
    """Tell whether the authorities of the settings can be read."""
    path = SefazSettings.current().ca
    if path is None:
        return
    from connectors.sefaz.adapter import read_authorities

    try:
        read_authorities(path)
    except Misconfigured as fault:
        yield Finding("sefaz.ca", FAULT, str(fault), "Confira o arquivo ou a pasta.")
        return
    yield Finding("sefaz.ca", OK, str(path))


CHECKS = {"certificados": kept, "sefaz.ca": authorities}
