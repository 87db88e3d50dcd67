"""The national SEFAZ with what was issued to a company and its branch, and the certificate by which it is asked."""

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core.text import plural
from sandbox.demo.part import LOOPBACK, Part, Stage, Typed
from sandbox.documentos.comum import Pessoa, cnpj

if TYPE_CHECKING:
    from datetime import datetime

    from sandbox.sefaz import Autoridade, SefazServer
    from sandbox.server import SandboxServer

USER = "demonstracao"
MATRIZ = Pessoa(cnpj(99111222), "Empório Modelo Ltda")
FILIAL = Pessoa(cnpj(99111222, 2), "Empório Modelo Ltda, filial")
FOLDER, TABLE, PFX = "sefaz", "certificados.csv", "matriz.pfx"
# As the national environment names them; what loads the server would load all of it here too.
SERVICES = {"url_nfe": "NFeDistribuicaoDFe", "url_cte": "CTeDistribuicaoDFe", "url_evento": "NFeRecepcaoEvento4"}
NOTES, PAGES = 9, (4, 4)
PRODUCTION = 1


class Sefaz(Part):
    """Distribution in a few pages, which asks for the certificate as late as the real one does."""

    name = "sefaz"
    about = "SEFAZ com documentos de uma empresa"
    ports = 2
    # the other speaks to holders of a certificate only
    watched = (1,)
    look = ("sefaz estado", "sefaz consultas", "sefaz aguardados", "sefaz manifestacoes")

    def servers(self, stage: Stage) -> "Sequence[SandboxServer]":
        from sandbox.sefaz import Autoridade, SefazServer
        from sandbox.sefaz.painel import Painel

        folder = stage.path(FOLDER)
        folder.mkdir(exist_ok=True)
        authority = Autoridade(folder, "AC Demonstração", semente=stage.secret(self.name))
        self._keep_certificate(authority, folder, stage.text_secret(self.name))
        server = SefazServer(authority, ambiente=str(PRODUCTION), tardio=True)
        _issue(server)
        return [server, Painel(server)]

    def settings(self, stage: Stage) -> Mapping[str, Any]:
        root = f"https://{LOOPBACK}:{stage.ports[self.name][0]}"
        urls = {key: f"{root}/{service}/{service}.asmx" for key, service in SERVICES.items()}
        return {"sefaz": {"ambiente": PRODUCTION, "ca": str(stage.path(FOLDER) / "raiz.pem"), **urls}}

    def commands(self, stage: Stage) -> Sequence[Typed]:
        mine = ("--usuario", USER)
        companies = [
            Typed(("empresas", "criar", one.documento, *mine, "--nome", one.nome, "--uf", one.uf, "--substituir"))
            for one in (MATRIZ, FILIAL)
        ]
        return [
            Typed(("usuarios", "criar", USER, "--nome", "Demonstração", "--substituir")),
            *companies,
            Typed(("certificados", "importar", str(stage.path(FOLDER) / TABLE))),
            Typed(("sefaz", "automatizar", "--empresa", MATRIZ.documento, *mine)),
            Typed(("sefaz", "ciencia", "--empresa", MATRIZ.documento, *mine, "--ligar")),
            Typed(("sefaz", "consultar", *mine, "--fila")),
        ]

    def told(self, states: Sequence[Mapping[str, Any]]) -> str:
        (state,) = states
        asked = plural(state["pedidos"], "pergunta", "perguntas")
        return f"{asked} com certificado, {plural(state['eventos'], 'evento', 'eventos')} do destinatário"

    def _keep_certificate(self, authority: "Autoridade", folder: Path, senha: str) -> None:
        """Write the A1 file of the head office, and the table that names it."""
        given = authority.cliente(MATRIZ.documento, nome=MATRIZ.nome.upper(), senha=senha)
        (folder / PFX).write_bytes(given.pfx)
        with (folder / TABLE).open("w", newline="", encoding="utf-8") as file:
            rows = csv.writer(file, delimiter=";")
            rows.writerow(("arquivo", "empresa", "senha", "usuario", "nome"))
            rows.writerow((PFX, MATRIZ.documento, senha, USER, MATRIZ.nome))


def _issue(server: "SefazServer") -> None:
    """Issue notes to the head office, of which one is cancelled, and what the branch takes part in."""
    from core.clock import SYSTEM
    from sandbox.documentos.comum import BRASILIA

    now = SYSTEM.now().astimezone(BRASILIA).replace(microsecond=0)
    for one in (MATRIZ, FILIAL):
        server.comecar(one.documento)
        server.comecar(one.documento, "cte")
    issued = [server.emitir(MATRIZ.documento) for _ in range(NOTES)]
    server.cancelar(issued[-1])
    server.serie(MATRIZ.documento).paginas.extend(PAGES)
    _whole(server, now)


def _whole(server: "SefazServer", now: "datetime") -> None:
    """Give what comes whole: a note that the branch carries, and a freight to the head office."""
    from sandbox.documentos.conhecimentos import conhecimento
    from sandbox.documentos.notas import nota
    from sandbox.sefaz.textos import FORNECEDOR

    carried = nota(101, emitente=FORNECEDOR, transportador=FILIAL, quando=now)
    server.publicar(FILIAL.documento, "nfe", "procNFe_v4.00.xsd", carried.xml)
    freight = conhecimento(101, remetente=FORNECEDOR, destinatario=MATRIZ, tomador=3, quando=now)
    server.publicar(MATRIZ.documento, "cte", "procCTe_v4.00.xsd", freight.xml)


PART = Sefaz()
