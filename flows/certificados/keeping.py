"""Take in the certificate of a company, put a newer one in its place, turn it off and on.

The file is opened before anything is stored: what is in the database could be used when it was put there.
"""

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from connectors.sefaz.registro import servico
from core.certificado import Certificado, abrir, dia
from core.clock import SYSTEM, Clock
from core.errors import Conflict, NotFound, UsageError
from core.fiscal import formatar_documento
from flows.certificados.views import CertificateView, listed
from flows.certificados.waking import wake
from flows.documentos.owners import Dono, owner
from storage.models.certificados import CertificadoDigital
from storage.session import transaction

NAME_LIMIT = 200
# Minutes: the service asks for an hour; after sixty days without a question a numbering stops.
SHORTEST_INTERVAL, LONGEST_INTERVAL = 60, 30 * 24 * 60


class Resultado(StrEnum):
    """What became of a file."""

    ADICIONADO = "adicionado"
    SUBSTITUIDO = "substituido"
    IGUAL = "igual"


@dataclass(frozen=True)
class Arquivo:
    """A file and its password, the company it is for (by CNPJ), whose that company is, and a name for people."""

    pfx: bytes
    senha: str
    empresa: str
    usuario: str | None = None
    nome: str | None = None


@dataclass(frozen=True)
class Guardado:
    """A certificate that is kept now."""

    certificado: CertificateView
    resultado: Resultado


def adicionar(arquivo: Arquivo, clock: Clock = SYSTEM) -> Guardado:
    """Keep the first certificate of a company.

    Raises:
        CertificadoRecusado: the file does not serve.
        Conflict: the company has one.
    """
    dono, opened = _checked(arquivo, clock)
    try:
        with transaction() as db:
            if _of(db, dono) is not None:
                raise Conflict(
                    f"A empresa {formatar_documento(dono.cnpj)} já tem um certificado. Para trocá-lo, "
                    "`esteira certificados substituir`.",
                    veja="certificados",
                )
            return _added(db, dono, opened, arquivo, clock)
    except IntegrityError:
        raise just_given(dono.cnpj) from None


def substituir(arquivo: Arquivo, clock: Clock = SYSTEM) -> Guardado:
    """Put a newer certificate in the place of a company's own; what was asked under the old one goes on.

    Raises:
        CertificadoRecusado: the file does not serve.
        NotFound: the company has none.
        Conflict: the new one ends before the old one.
    """
    dono, opened = _checked(arquivo, clock)
    with transaction() as db:
        row = _of(db, dono)
        if row is None:
            raise _none(dono.cnpj)
        return _replaced(db, row, opened, arquivo, clock)


def guardar(arquivo: Arquivo, clock: Clock = SYSTEM) -> Guardado:
    """Keep a certificate, whether the company has one or not."""
    dono, opened = _checked(arquivo, clock)
    try:
        with transaction() as db:
            return keep(db, dono, opened, arquivo, clock)
    except IntegrityError:
        raise just_given(dono.cnpj) from None


def ativar(empresa: str, usuario: str | None = None, clock: Clock = SYSTEM) -> CertificateView:
    """Use a company's certificate again."""
    return _switch(empresa, usuario, clock, on=True)


def desativar(empresa: str, usuario: str | None = None, clock: Clock = SYSTEM) -> CertificateView:
    """Use a company's certificate no more; it stays."""
    return _switch(empresa, usuario, clock, on=False)


def automatizar(
    empresa: str,
    usuario: str | None = None,
    *,
    on: bool = True,
    intervalo: int | None = None,
    com: Collection[str] = (),
    sem: Collection[str] = (),
    clock: Clock = SYSTEM,
) -> CertificateView:
    """Have SEFAZ consulted with a company's certificate by itself, every so many minutes, or no more.

    `com` and `sem` name optional services that are asked from now on, or no more.
    """
    _check_optional([*com, *sem])
    check_interval(intervalo)
    dono = owner(usuario, empresa)
    with transaction() as db:
        row = _of(db, dono)
        if row is None:
            raise _none(dono.cnpj)
        row.consulta_automatica, row.desligado_por, row.data_atualizacao = on, None, clock.now()
        row.intervalo_consulta = intervalo or row.intervalo_consulta
        asked = {*filter(None, row.servicos_opcionais.split(",")), *com} - {*sem}
        row.servicos_opcionais = ",".join(sorted(asked))
        db.flush()
        wake(db, row)
        return listed(db, row, clock.now())


def check_interval(minutos: int | None) -> None:
    """Raise `UsageError` for minutes between consultations that are too few or too many."""
    if minutos is not None and not SHORTEST_INTERVAL <= minutos <= LONGEST_INTERVAL:
        raise UsageError(f"O intervalo é de {SHORTEST_INTERVAL} a {LONGEST_INTERVAL} minutos.", campo="intervalo")


def _check_optional(nomes: Collection[str]) -> None:
    if always := sorted(nome for nome in nomes if not servico(nome).opcional):
        raise UsageError(f"O serviço {always[0]} é sempre consultado; não se liga nem se desliga.", campo="servico")


def opened_for(cnpj: str, arquivo: Arquivo, clock: Clock) -> Certificado:
    """Open a file for a company; raise `CertificadoRecusado` where it does not serve."""
    if arquivo.nome is not None and not (len(arquivo.nome) <= NAME_LIMIT and arquivo.nome.isprintable()):
        raise UsageError(f"O nome tem no máximo {NAME_LIMIT} caracteres, todos visíveis.", campo="nome")
    opened = abrir(arquivo.pfx, arquivo.senha)
    opened.conferir_empresa(cnpj)
    opened.conferir(clock.now())
    return opened


def keep(db: Session, dono: Dono, opened: Certificado, arquivo: Arquivo, clock: Clock) -> Guardado:
    """Add a certificate to a company, or put it in the place of the one that is there."""
    row = _of(db, dono)
    return _added(db, dono, opened, arquivo, clock) if row is None else _replaced(db, row, opened, arquivo, clock)


def just_given(cnpj: str | None) -> Conflict:
    """Return what is said where somebody else was faster."""
    return Conflict(f"A empresa {formatar_documento(cnpj)} acaba de receber um certificado.")


def _checked(arquivo: Arquivo, clock: Clock) -> tuple[Dono, Certificado]:
    dono = owner(arquivo.usuario, arquivo.empresa)
    return dono, opened_for(dono.cnpj or "", arquivo, clock)


def _of(db: Session, dono: Dono) -> CertificadoDigital | None:
    return db.scalar(select(CertificadoDigital).where(CertificadoDigital.empresa_id == dono.empresa_id))


def _none(cnpj: str | None) -> NotFound:
    return NotFound(f"A empresa {formatar_documento(cnpj)} não tem certificado.", veja="certificados")


def _added(db: Session, dono: Dono, opened: Certificado, arquivo: Arquivo, clock: Clock) -> Guardado:
    now = clock.now()
    row = CertificadoDigital(
        empresa_id=dono.empresa_id,
        nome=arquivo.nome or opened.titular,
        ativo=True,
        consulta_automatica=False,
        intervalo_consulta=60,
        data_cadastro=now,
    )
    _fill(row, opened, clock)
    db.add(row)
    db.flush()
    wake(db, row)
    return Guardado(listed(db, row, now), Resultado.ADICIONADO)


def _replaced(db: Session, row: CertificadoDigital, opened: Certificado, arquivo: Arquivo, clock: Clock) -> Guardado:
    now = clock.now()
    same = row.numero == opened.numero and row.emissor == opened.emissor
    # one that SEFAZ refused, or that is turned off, serves nobody until it ends
    serves = row.ativo and row.desligado_por is None
    if serves and opened.fim < row.validade_fim:
        kept = dia(row.validade_fim)
        raise Conflict(f"O certificado vence em {dia(opened.fim)}, antes do que já está guardado ({kept}).")
    row.nome = arquivo.nome or row.nome
    if row.desligado_por is not None and not same:
        # what the refusal of the old one turned off
        row.consulta_automatica, row.desligado_por = True, None
    # the same file may come with another password
    _fill(row, opened, clock)
    db.flush()
    if not same:
        wake(db, row)
    return Guardado(listed(db, row, now), Resultado.IGUAL if same else Resultado.SUBSTITUIDO)


def _fill(row: CertificadoDigital, opened: Certificado, clock: Clock) -> None:
    row.cnpj, row.base, row.numero = opened.documento, opened.base, opened.numero
    row.titular, row.emissor = opened.titular, opened.emissor
    row.validade_inicio, row.validade_fim = opened.inicio, opened.fim
    row.arquivo_pfx, row.senha_pfx, row.aberto = opened.pfx, opened.senha, opened.pem
    row.data_atualizacao = clock.now()


def _switch(empresa: str, usuario: str | None, clock: Clock, *, on: bool) -> CertificateView:
    dono = owner(usuario, empresa)
    with transaction() as db:
        row = _of(db, dono)
        if row is None:
            raise _none(dono.cnpj)
        row.ativo, row.data_atualizacao = on, clock.now()
        db.flush()
        return listed(db, row, clock.now())
