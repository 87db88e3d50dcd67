"""A company with a certificate and a numbering as rows alone: nobody answers for SEFAZ, and no file is opened."""

import contextlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeVar

from sqlalchemy import select

from connectors.sefaz import Recebido
from core.certificado import Certificado
from core.documentos.leitor import ler_documentos
from core.errors import Conflict
from flows.documentos.owners import Dono
from flows.sefaz.paginas import Lido
from flows.sefaz.vez import Quem
from flows.usuarios import managing
from storage.models.base import Base
from storage.models.certificados import CertificadoDigital
from storage.models.empresas import Empresa, dono
from storage.models.sefaz import Contribuinte, SerieNSU
from storage.models.usuarios import Usuario
from storage.session import reading, transaction
from support.sefaz import EMPRESA, INICIO

M = TypeVar("M", bound=Base)
YEAR = timedelta(days=365)


@dataclass(frozen=True)
class Numeracao:
    """The numbers of the rows, and who is asked for."""

    quem: Quem
    contribuinte_id: int
    serie_id: int

    @property
    def dono(self) -> Dono:
        return Dono(self.quem.usuario_id, self.quem.empresa_id, self.quem.cnpj)


def numeracao(cnpj: str = EMPRESA, usuario: str = "ana", servico: str = "nfe", **serie: Any) -> Numeracao:
    """Add a company of a user, who is made if need be, with a certificate and a numbering that stands as is said."""
    with contextlib.suppress(Conflict):
        managing.criar(usuario)
    with transaction() as db:
        user = db.scalars(select(Usuario.id).where(Usuario.username == usuario)).one()
        company = Empresa(usuario_id=user, dono=dono(user), cnpj=cnpj, nome="Padaria", uf="SP", criada_em=INICIO)
        db.add(company)
        db.flush()
        certificate = _certificate(company.id, cnpj)
        who = Contribuinte(cnpj=cnpj, ambiente=1, empresa_id=company.id, due_at=INICIO)
        db.add_all([certificate, who])
        db.flush()
        row = SerieNSU(contribuinte_id=who.id, servico=servico, empresa_id=company.id, **serie)
        db.add(row)
        db.flush()
        of = Quem(company.id, user, cnpj, "SP", certificate.id, certificate.nome, opened(certificate))
        return Numeracao(of, who.id, row.id)


def _certificate(empresa_id: int, cnpj: str) -> CertificadoDigital:
    return CertificadoDigital(
        empresa_id=empresa_id,
        nome="Matriz",
        cnpj=cnpj,
        base=cnpj[:8],
        titular="Padaria",
        emissor="AC de Exemplo",
        numero="a1",
        arquivo_pfx=b"-",
        senha_pfx="-",
        validade_inicio=INICIO - YEAR,
        validade_fim=INICIO + YEAR,
        data_cadastro=INICIO,
        data_atualizacao=INICIO,
    )


def opened(row: CertificadoDigital) -> Certificado:
    """Return what a row says of a certificate."""
    return Certificado(row.cnpj, row.titular, row.emissor, row.validade_inicio, row.validade_fim, row.numero, b"-", "-")


def add(*new: Base) -> list[int]:
    """Add rows; return their numbers."""
    with transaction() as db:
        db.add_all(new)
        db.flush()
        return [one.id for one in new]  # type: ignore[attr-defined]


def change(model: type[M], number: int, **values: object) -> None:
    """Write columns of a row."""
    with transaction() as db:
        row = db.get_one(model, number)
        for name, value in values.items():
            setattr(row, name, value)


def row(model: type[M], number: int) -> M:
    """Return a row as it is now."""
    with reading() as db:
        return db.get_one(model, number)


def after(minutes: float) -> datetime:
    """Return an instant so many minutes after the beginning."""
    return INICIO + timedelta(minutes=minutes)


def lidos(*came: tuple[int | None, str, bytes]) -> Sequence[Lido]:
    """Return documents that came, by number, schema and text, as they are read."""
    return [
        Lido(Recebido(nsu, schema, schema.partition("_")[0], xml), ler_documentos(xml)) for nsu, schema, xml in came
    ]
