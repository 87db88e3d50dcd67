"""What `diagnostico` tells of SEFAZ: whether its servers are reached, whose clock is wrong, who was never asked for."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from sqlalchemy import select
from sqlalchemy.orm import undefer

from core.checks import FAULT, OK, WARNING, Finding
from core.clock import SYSTEM
from core.errors import Misconfigured
from core.fiscal import formatar_documento
from core.settings.sefaz import SefazSettings
from core.text import human_duration, plural
from storage.models.certificados import CertificadoDigital, em_uso
from storage.models.empresas import Empresa
from storage.models.usuarios import Usuario
from storage.session import reading

# What only an installation with certificates needs is loaded when there is one.
if TYPE_CHECKING:
    from core.certificado import Certificado

PATIENCE_SECONDS = 8.0
# Events that are dated ahead of the service's clock are refused after five minutes.
CLOCK_LIMIT = timedelta(minutes=1)
NAMED = 5
FIRST = "Rode `esteira sefaz consultar`: o que é emitido antes da primeira consulta não recebe número."


def servers() -> Iterator[Finding]:
    """Reach each service with a certificate in use, and compare the clocks; without certificates nothing is reached."""
    certificate = _certificate()
    if certificate is None:
        return
    from connectors.base.faults import Fault
    from connectors.sefaz import Sefaz
    from connectors.sefaz.registro import enderecos

    settings = SefazSettings.current()
    patient = {name: min(getattr(settings, name), PATIENCE_SECONDS) for name in ("connect_timeout", "total_timeout")}
    settings, hours = settings.model_copy(update=patient), list[timedelta]()
    with Sefaz(certificate, settings) as sefaz:
        for title, url in enderecos(settings).items():
            try:
                told = sefaz.alcancar(url)
            except Fault as fault:
                yield Finding(f"sefaz {title}", FAULT, str(fault), f"Confira a rede até {urlsplit(url).hostname}.")
                continue
            hours += [SYSTEM.now() - told] if told is not None else []
            yield Finding(f"sefaz {title}", OK, f"{urlsplit(url).hostname} responde e aceita o certificado")
    yield from _clock(hours or _noted())


def _certificate() -> "Certificado | None":
    """Return one in use that can be shown; what is wrong with the others is told apart."""
    now = SYSTEM.now()
    query = select(CertificadoDigital).join(Empresa, Empresa.id == CertificadoDigital.empresa_id)
    secret = (undefer(CertificadoDigital.arquivo_pfx), undefer(CertificadoDigital.senha_pfx))
    query = query.join(Usuario, Usuario.id == Empresa.usuario_id, isouter=True).order_by(CertificadoDigital.id)
    query = query.where(em_uso(now)).options(*secret)
    with reading() as db:
        try:
            for row in db.scalars(query):
                if (found := _usable(row, now)) is not None:
                    return found
        except Misconfigured:
            return None
    return None


def _usable(row: CertificadoDigital, now: datetime) -> "Certificado | None":
    from core.certificado import CertificadoRecusado
    from flows.certificados.finding import opened

    try:
        found = opened(row)
        found.conferir(now)
    except CertificadoRecusado:
        return None
    return found


def _noted() -> list[timedelta]:
    """Return by how much our clock was ahead of the hour in the last answer."""
    from storage.models.sefaz import SerieNSU

    query = select(SerieNSU.relogio).where(SerieNSU.relogio.is_not(None)).order_by(SerieNSU.usada_em.desc()).limit(1)
    with reading() as db:
        return [timedelta(seconds=seconds) for seconds in db.scalars(query) if seconds is not None]


def _clock(ahead: list[timedelta]) -> Iterator[Finding]:
    if not ahead:
        return
    worst = max(ahead, key=abs)
    if abs(worst) <= CLOCK_LIMIT:
        yield Finding("sefaz relógio", OK, "o desta máquina e o da SEFAZ concordam")
        return
    side = "adiantado" if worst > timedelta(0) else "atrasado"
    said = f"o desta máquina está {human_duration(abs(worst).total_seconds())} {side}"
    yield Finding("sefaz relógio", WARNING, said, "Acerte-o (NTP): a SEFAZ recusa eventos com hora errada.")


def numberings() -> Iterator[Finding]:
    """Tell which companies have a certificate and were never asked for."""
    with reading() as db:
        if db.scalar(select(CertificadoDigital.id).limit(1)) is None:
            return
    from flows.sefaz.varredura import com_certificado
    from storage.models.sefaz import VIVA, Contribuinte, SerieNSU

    used = select(Contribuinte.empresa_id).join(SerieNSU, VIVA)
    with reading() as db:
        known = set(db.scalars(used.where(SerieNSU.usada_em.is_not(None))))
    new = [one for one in com_certificado() if one.empresa_id not in known]
    for one in new[:NAMED]:
        yield Finding(f"sefaz {formatar_documento(one.cnpj)}", WARNING, "ainda não foi consultada", FIRST)
    if len(new) > NAMED:
        more = plural(len(new) - NAMED, "empresa ainda não foi consultada", "empresas ainda não foram consultadas")
        yield Finding("sefaz", WARNING, f"mais {more}", FIRST)


CHECKS = {"sefaz": servers, "sefaz empresas": numberings}
