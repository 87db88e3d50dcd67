"""A certificate that a user hands in: the company it is of is registered with it; later it is turned on, off, or asked
by itself. docs/reference/contracts/integracoes.md §4.50.
"""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from core.caller import OPERATOR, Caller
from core.certificado import uf_de
from core.clock import SYSTEM, Clock
from core.errors import Conflict, NotFound, UsageError
from core.fiscal import UFS, cnpj_valido, formatar_documento, normalizar_documento
from flows.certificados.keeping import Arquivo, check_interval, just_given, keep, opened_for
from flows.certificados.views import CertificateView, listed
from flows.certificados.waking import wake
from flows.documentos.owners import Dono
from storage.models.certificados import CertificadoDigital
from storage.models.empresas import Empresa, dono
from storage.pages import LARGEST_KEY, visible
from storage.session import reading, transaction


@dataclass(frozen=True, kw_only=True)
class Mudanca:
    """What is to be another of a certificate; None stays. `intervalo_consulta` is in minutes."""

    ativo: bool | None = None
    consulta_automatica: bool | None = None
    intervalo_consulta: int | None = None


def receber(arquivo: Arquivo, caller: Caller, uf: str | None = None, clock: Clock = SYSTEM) -> CertificateView:
    """Keep a certificate of the caller, in the place of an older one; `arquivo.usuario` does not count.

    `uf` is the company's state; where it is not said that of the certificate is.

    Raises:
        UsageError: the CNPJ, the state or the name is none.
        CertificadoRecusado: the file does not serve.
        Conflict: the one that is kept lasts longer.
    """
    cnpj = normalizar_documento(arquivo.empresa)
    if not cnpj_valido(cnpj):
        raise UsageError("Não é um CNPJ: confira os 14 caracteres e os dígitos verificadores.", campo="cnpj")
    if uf and uf.upper() not in UFS:
        raise UsageError(f"{uf[:20]!r} não é a sigla de um estado.", campo="uf")
    opened = opened_for(cnpj, arquivo, clock)
    try:
        with transaction() as db:
            company = _company(db, cnpj, caller) or _registered(db, cnpj, opened.titular, caller, clock)
            company.uf = uf.upper() if uf else company.uf or uf_de(opened.cadeia[0])
            owner = Dono(caller.usuario_id, company.id, cnpj)
            return keep(db, owner, opened, arquivo, clock).certificado
    except IntegrityError:
        raise just_given(cnpj) from None


def alterar(numero: int, mudanca: Mudanca, caller: Caller = OPERATOR, clock: Clock = SYSTEM) -> CertificateView:
    """Change what is said of a certificate; raise `NotFound` where it is not the caller's."""
    check_interval(mudanca.intervalo_consulta)
    with transaction() as db:
        row = _one(db, numero, caller)
        if mudanca.ativo is not None:
            row.ativo = mudanca.ativo
        if mudanca.consulta_automatica is not None:
            row.consulta_automatica, row.desligado_por = mudanca.consulta_automatica, None
            wake(db, row)
        row.intervalo_consulta = mudanca.intervalo_consulta or row.intervalo_consulta
        row.data_atualizacao = clock.now()
        db.flush()
        return listed(db, row, clock.now())


def mostrar(numero: int, caller: Caller = OPERATOR, clock: Clock = SYSTEM) -> CertificateView:
    """Return one; raise `NotFound` where it is not the caller's."""
    with reading() as db:
        return listed(db, _one(db, numero, caller), clock.now())


def dono_de(numero: int, caller: Caller = OPERATOR) -> Dono:
    """Return the company of a certificate, for which documents are to come in.

    Raises:
        NotFound: the certificate is not the caller's.
        Conflict: the company is off.
    """
    with reading() as db:
        company = db.get_one(Empresa, _one(db, numero, caller).empresa_id)
    if not company.ativa:
        raise Conflict(f"A empresa {formatar_documento(company.cnpj)} está desativada.", veja="empresas")
    return Dono(company.usuario_id, company.id, company.cnpj)


def _one(db: Session, numero: int, caller: Caller) -> CertificadoDigital:
    query = select(CertificadoDigital).join(Empresa, Empresa.id == CertificadoDigital.empresa_id)
    mine = query.where(CertificadoDigital.id == numero, visible(caller, Empresa.usuario_id))
    found: CertificadoDigital | None = db.scalar(mine) if abs(numero) <= LARGEST_KEY else None
    if found is None:
        raise NotFound(f"Não há o certificado {numero}.", veja="certificados")
    return found


def _company(db: Session, cnpj: str, caller: Caller) -> Empresa | None:
    return db.scalar(select(Empresa).where(Empresa.dono == dono(caller.usuario_id), Empresa.cnpj == cnpj))


def _registered(db: Session, cnpj: str, nome: str, caller: Caller, clock: Clock) -> Empresa:
    made = Empresa(
        usuario_id=caller.usuario_id,
        dono=dono(caller.usuario_id),
        cnpj=cnpj,
        nome=nome,
        ativa=True,
        criada_em=clock.now(),
    )
    db.add(made)
    db.flush()
    return made
