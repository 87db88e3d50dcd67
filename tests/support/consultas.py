"""A company of a user that a local SEFAZ knows, and what its rows say after consultations."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from sqlalchemy import select

from core.caller import Caller
from flows.certificados.keeping import Arquivo, guardar
from flows.documentos.owners import Dono, owner
from flows.empresas.managing import criar
from flows.sefaz.avulsas import Avulsas, completar_para
from flows.sefaz.consultas import Consulta, consultar
from flows.usuarios import managing as usuarios
from flows.usuarios.finding import caller_of
from sandbox.sefaz import SefazServer
from storage.models.base import Base
from storage.models.documentos import Documento
from storage.models.eventos import Event
from storage.models.sefaz import DocumentoDistribuido, LacunaNSU, SerieNSU
from storage.session import reading
from support.sefaz import EMPRESA, Lugar

M = TypeVar("M", bound=Base)


def rows(model: type[M]) -> Sequence[M]:
    """Return all rows of a table, the oldest first."""
    with reading() as db:
        return db.scalars(select(model).order_by(*model.__table__.primary_key)).all()


@dataclass
class Loja:
    """A company, and the SEFAZ that it is consulted at."""

    lugar: Lugar
    cnpj: str = EMPRESA

    @property
    def server(self) -> SefazServer:
        return self.lugar.server

    def consultar(self, servico: str = "nfe") -> Consulta:
        return consultar(self.cnpj, servico, "ana", self.lugar.clock, self.lugar.clock.advance)

    def completar(self, servico: str = "nfe") -> Avulsas:
        """Ask for what is owed by single questions."""
        return completar_para(self.dono, servico, self.lugar.clock, self.lugar.clock.advance)

    @property
    def dono(self) -> Dono:
        return owner("ana", self.cnpj)

    def receber(self, quantas: int) -> None:
        """Issue notes to the company."""
        self.server.comecar(self.cnpj)
        for _ in range(quantas):
            self.server.emitir(self.cnpj)

    def passa(self, seconds: float) -> None:
        self.lugar.clock.advance(seconds)

    @property
    def serie(self) -> SerieNSU:
        (found,) = rows(SerieNSU)
        return found

    @property
    def nsus(self) -> list[int | None]:
        return [one.nsu for one in rows(DocumentoDistribuido)]

    @property
    def chaves(self) -> set[str]:
        return {one.chave for one in rows(Documento)}

    @property
    def lacunas(self) -> list[tuple[int, int, str]]:
        return [(one.de, one.ate, one.motivo) for one in rows(LacunaNSU)]

    @property
    def avisos(self) -> list[dict[str, Any]]:
        """What was told of consultations."""
        return [json.loads(one.corpo)["dados"] for one in rows(Event) if one.nome == "consulta_concluida"]


def loja(lugar: Lugar, configure: Callable[..., None], cnpj: str = EMPRESA) -> Loja:
    """Register a company of a user, keep the certificate, and point the settings to the local SEFAZ."""
    configure(
        sefaz__ambiente="2",
        sefaz__ca=str(lugar.ca_file),
        sefaz__url_nfe=f"{lugar.url}/NFeDistribuicaoDFe/NFeDistribuicaoDFe.asmx",
        sefaz__url_cte=f"{lugar.url}/CTeDistribuicaoDFe/CTeDistribuicaoDFe.asmx",
        sefaz__url_nfse=f"{lugar.url}/contribuintes",
        sefaz__url_evento=f"{lugar.url}/NFeRecepcaoEvento4/NFeRecepcaoEvento4.asmx",
    )
    usuarios.criar("ana")
    ana: Caller = caller_of("ana")
    criar(cnpj, nome="Padaria", uf="sp", caller=ana, clock=lugar.clock)
    guardar(Arquivo(lugar.pfx, lugar.senha, cnpj, "ana", "Matriz"), lugar.clock)
    return Loja(lugar, cnpj)
