"""The server: TLS with a client's certificate, one door for each service, and what it knows of notes and numbers."""

import asyncio
import json
import ssl
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.message import Message
from itertools import count
from typing import Any
from weakref import WeakSet

from aiohttp import web
from cryptography import x509

from core.clock import SYSTEM, Clock
from sandbox.documentos.comum import Pessoa
from sandbox.documentos.notas import nota as documento_nota
from sandbox.sefaz import distribuicao, envelope, eventos, nacional
from sandbox.sefaz.autoridade import OID_CNPJ, Autoridade
from sandbox.sefaz.envelope import SOAP11, SOAP12, SoapFault
from sandbox.sefaz.motivos import motivo
from sandbox.sefaz.nacional import Nacional
from sandbox.sefaz.serie import GUARDA, Achado, Guardado, Serie
from sandbox.sefaz.servicos import EVENTO_ACAO, EVENTO_CAMINHO, EVENTO_WSDL, SERVICOS, Servico
from sandbox.sefaz.textos import FORNECEDOR, Nota, comprimido, em_brasilia
from sandbox.server import SandboxServer

FORMAS = frozenset({"soap11", "json_em_texto", "resultado_msg", "chave_nsu_ausente", "recusa_sem_nsu"})
HANDSHAKE_SECONDS, LOOK_SECONDS = 30.0, 0.01


@dataclass(frozen=True)
class Pedido:
    """A question that came in: whose certificate, which service and form, what was answered and when."""

    titular: str
    servico: str
    forma: str
    valor: str
    cstat: str
    em: datetime


class SefazServer(SandboxServer):
    """The services of distribution and that of events. Faults: key = the name of a service (`nfe`, `cte`, `nfse`), or
    `evento`, or none for all.

    `formas` are ways to answer: `soap11`; `json_em_texto` (the JSON of NFS-e as text/plain); `resultado_msg` (the other
    wrapper of events); `chave_nsu_ausente` (without NSU instead of zero); `recusa_sem_nsu` (a refusal by key without
    ultNSU and maxNSU). `demora` is after how long an event of the recipient brings the full document. `apertos` counts
    TLS handshakes.
    """

    max_body = 4 * 1024 * 1024

    def __init__(
        self,
        autoridade: Autoridade,
        clock: Clock = SYSTEM,
        *,
        ambiente: str = "2",
        intermediaria: bool = True,
        tardio: bool = False,
        servicos: Sequence[Servico] = SERVICOS,
    ) -> None:
        super().__init__(clock)
        self.servicos, self.nacional = servicos, Nacional(ambiente)
        self.autoridade, self.ambiente, self.tardio = autoridade, ambiente, tardio
        self.tls = autoridade.servidor(intermediaria=intermediaria, tardio=tardio)
        self.tls.sni_callback = self._shaken
        self.series: defaultdict[tuple[str, str], Serie] = defaultdict(Serie)
        self.notas: dict[str, Nota] = {}
        self.formas: frozenset[str] = frozenset()
        self.demora = timedelta()
        self.sem_vinculo: set[str] = set()
        self.pedidos: list[Pedido] = []
        self.registrados: list[eventos.Evento] = []
        self.apertos = 0
        self._links: WeakSet[asyncio.Transport] = WeakSet()
        self._numeros, self._protocolos = count(1), count(1)

    async def finish(self) -> None:
        """End what is open at once: TLS would wait for clients that say no goodbye."""
        for link in self._links:
            link.abort()
        await super().finish()
        await asyncio.sleep(0.01)

    def estado(self) -> dict[str, Any]:
        """Return how much was asked."""
        return {
            "pedidos": len(self.pedidos),
            "apertos": self.apertos,
            "notas": len(self.notas),
            "eventos": len(self.registrados),
        }

    def routes(self) -> Iterable[web.AbstractRouteDef]:
        """Every path comes to one door: the certificate is judged before the address."""
        yield web.route("*", "/{tail:.*}", self._door)

    def serie(self, cnpj: str, servico: str = "nfe") -> Serie:
        """Return the numbering of a CNPJ in a service."""
        return self.series[cnpj, servico]

    def comecar(self, cnpj: str, servico: str = "nfe") -> Serie:
        """Begin a numbering without a question."""
        found = self.serie(cnpj, servico)
        found.usada_em = found.usada_em or self.clock.now()
        return found

    def publicar(self, cnpj: str, servico: str, schema: str, xml: bytes, *, cru: bool = False) -> int | None:
        """Give a document to a CNPJ; return its NSU. `cru`: these are the bytes of the docZip as they are."""
        return self.serie(cnpj, servico).guardar(schema, xml if cru else comprimido(xml), self.clock.now())

    def emitir(
        self,
        destinatario: str,
        *,
        emitente: Pessoa = FORNECEDOR,
        emitida_em: datetime | None = None,
        situacao: str = "1",
    ) -> Nota:
        """Issue an NF-e, which is received now and of which the recipient gets the summary."""
        now = self.clock.now()
        issued = emitida_em or now
        made = documento_nota(
            next(self._numeros),
            emitente=emitente,
            destinatario=Pessoa(destinatario),
            quando=em_brasilia(issued),
            recebida=em_brasilia(now),
            ambiente=int(self.ambiente),
            status="302" if situacao == "2" else "100",
        )
        nota = self.notas[made.chave] = Nota(made, emitente, destinatario, issued, now, situacao)
        self.publicar(destinatario, "nfe", "resNFe_v1.01.xsd", nota.resumo())
        return nota

    def cancelar(self, nota: Nota) -> None:
        """Cancel a note: its recipient gets the event's summary."""
        nota.situacao = "3"
        text = nota.cancelamento(self.clock.now())
        self.publicar(nota.destinatario, "nfe", "resEvento_v1.01.xsd", text)

    def _shaken(self, *_: object) -> None:
        self.apertos += 1

    async def _door(self, request: web.Request) -> web.StreamResponse:
        if isinstance(request.transport, asyncio.Transport):
            self._links.add(request.transport)
        body = await request.read()
        titular = await self._holder(request)
        if titular is None:
            return web.Response(
                status=403, text="<h1>403 - Forbidden: Access is denied.</h1>", content_type="text/html"
            )
        if request.path.startswith(nacional.CAMINHO):
            return await self.faults.answer(request, lambda: self._national(request, titular), nacional.NOME)
        servico = next((one for one in self.servicos if one.caminho == request.path), None)
        if servico is None and request.path != EVENTO_CAMINHO:
            return web.Response(status=404)
        if request.method != "POST":
            return web.Response(status=405)

        async def healthy() -> web.StreamResponse:
            try:
                said = self._answered(request, servico, titular, body)
            except SoapFault as fault:
                return self._soap(envelope.fault_text(fault.args[0], fault.args[1], self._version), 500)
            finally:
                self.changed()
            return self._soap(said)

        return await self.faults.answer(request, healthy, servico.nome if servico else "evento")

    async def _national(self, request: web.Request, titular: str) -> web.Response:
        accept, now = request.headers.get("Accept", ""), self.clock.now()
        said = self.nacional.responder(request.method, request.path, request.query_string, accept, titular, now)
        number = request.path.removeprefix(nacional.CAMINHO)
        self.pedidos.append(Pedido(titular, nacional.NOME, "DFe", number, str(said.status), now))
        self.changed()
        if said.corpo is None:
            return web.Response(status=said.status, headers=said.headers)
        kind = "text/plain" if "json_em_texto" in self.formas else "application/json"
        text = json.dumps(said.corpo, ensure_ascii=False)
        return web.Response(status=said.status, text=text, content_type=kind, headers=said.headers)

    def _answered(self, request: web.Request, servico: Servico | None, titular: str, body: bytes) -> bytes:
        if servico is not None:
            wsdl, name = servico.wsdl, servico.operacao
            _check_action(request, f"{wsdl}/{name}")
            message = envelope.payload(body, (wsdl, name), (wsdl, servico.dados))
            inner = self._distributed(servico, titular, message)
            return envelope.answer(inner, (f"{name}Response", f"{name}Result"), wsdl, self._version)
        _check_action(request, EVENTO_ACAO)
        message = envelope.payload(body, (EVENTO_WSDL, "nfeDadosMsg"))
        wrapper = "nfeResultMsg" if "resultado_msg" in self.formas else "nfeRecepcaoEventoNFResult"
        return envelope.answer(self._events(titular, message, body), (wrapper,), EVENTO_WSDL, self._version)

    def _distributed(self, servico: Servico, titular: str, message: Any) -> str:
        asked, now, how = distribuicao.ler(message, servico, titular, self.ambiente), self.clock.now(), "sempre"
        if isinstance(asked, str):
            found = Achado(asked, motivo(asked), 0, 0)
            self.pedidos.append(Pedido(titular, servico.nome, "", "", asked, now))
        else:
            found = self._found(servico, asked, now)
            if asked.forma == "consChNFe":
                how = "ausente" if "chave_nsu_ausente" in self.formas else "zero"
            self.pedidos.append(Pedido(titular, servico.nome, asked.forma, asked.valor, found.cstat, now))
        return distribuicao.escrever(found, servico, self.ambiente, now, nsu_do_documento=how)

    def _found(self, servico: Servico, asked: distribuicao.Pergunta, now: datetime) -> Achado:
        serie = self.serie(asked.documento, servico.nome)
        if asked.forma == "distNSU":
            return serie.distribuir(int(asked.valor), now)
        refused = serie.avulsa(now)
        if refused is not None:
            return refused
        return serie.por_nsu(int(asked.valor), now) if asked.forma == "consNSU" else self._by_key(serie, asked, now)

    def _by_key(self, serie: Serie, asked: distribuicao.Pergunta, now: datetime) -> Achado:
        """Answer a question by key."""
        nota = self.notas.get(asked.valor)
        cstat = "217" if nota is None else _why_not(nota, asked.documento, now)
        numbers: tuple[int | None, int | None] = (serie.ult_nsu or 0, serie.max_nsu)
        if nota is None or cstat:
            if "recusa_sem_nsu" in self.formas:
                numbers = None, None
            return Achado(cstat or "217", motivo(cstat or "217"), *numbers)
        whole, summary = ("procNFe_v4.00.xsd", nota.feita.xml), ("resNFe_v1.01.xsd", nota.resumo())
        schema, xml = whole if nota.completa else summary
        return Achado("138", motivo("138"), *numbers, (Guardado(0, schema, comprimido(xml), now),))

    def _events(self, titular: str, message: Any, body: bytes) -> str:
        lot, now = eventos.ler(message, body.decode("utf-8", "replace")), self.clock.now()
        if isinstance(lot, str):
            self.pedidos.append(Pedido(titular, "evento", "lote", "", lot, now))
            return eventos.recusado(lot, self.ambiente)
        self.pedidos.append(Pedido(titular, "evento", "lote", lot.numero, "128", now))
        return eventos.escrever(lot.numero, [self._event(one, titular, now) for one in lot.eventos], self.ambiente, now)

    def _event(self, one: eventos.Evento, titular: str, now: datetime) -> eventos.Evento:
        key = one.campos["chNFe"]
        nota = self.notas.get(key)
        cstat = eventos.julgar(one, nota, titular, self.ambiente, now, sem_vinculo=key in self.sem_vinculo)
        if cstat not in ("135", "136"):
            return eventos.registrado(one, cstat, "")
        done = eventos.registrado(one, cstat, f"891260000{next(self._protocolos):06d}")
        self.registrados.append(done)
        if nota is not None:
            nota.eventos[one.tipo, one.sequencia] = now
            self._release(nota, one.tipo, now)
        return done

    def _release(self, nota: Nota, tipo: str, now: datetime) -> None:
        """Let the full document follow, once."""
        if tipo in eventos.LIBERAM and not nota.completa and nota.situacao == "1":
            nota.completa = True
            full = comprimido(nota.feita.xml)
            self.serie(nota.destinatario).espera.append((now + self.demora, "procNFe_v4.00.xsd", full))

    @property
    def _version(self) -> str:
        return SOAP11 if "soap11" in self.formas else SOAP12

    def _soap(self, said: bytes, status: int = 200) -> web.Response:
        kind = "text/xml" if self._version == SOAP11 else "application/soap+xml"
        return web.Response(status=status, body=said, content_type=kind, charset="utf-8")

    async def _holder(self, request: web.Request) -> str | None:
        """Return the CNPJ of the client's certificate, asking for it now where that is the server's way."""
        transport = request.transport
        link = transport.get_extra_info("ssl_object") if transport else None
        if transport is None or link is None:
            return None
        if self.tardio and link.getpeercert(binary_form=True) is None:
            try:
                link.verify_client_post_handshake()
            except ssl.SSLError:
                return None
            # the question for the certificate leaves with the next bytes, and this hint is passed over by clients
            transport.write(b"HTTP/1.1 100 Continue\r\n\r\n")
            await _until(lambda: transport.is_closing() or link.getpeercert(binary_form=True) is not None)
        certificate = link.getpeercert(binary_form=True)
        return _cnpj(certificate) if certificate else None


async def _until(true: Any) -> None:
    """Wait for something that TLS does by itself."""
    async with asyncio.timeout(HANDSHAKE_SECONDS):
        while not true():  # noqa: ASYNC110 - TLS tells nobody
            await asyncio.sleep(LOOK_SECONDS)


def _cnpj(der: bytes) -> str:
    """Return the CNPJ that a certificate names, in its otherName or behind its common name."""
    certificate = x509.load_der_x509_certificate(der)
    try:
        names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        names = x509.SubjectAlternativeName([])
    for one in names.get_values_for_type(x509.OtherName):
        if one.type_id == OID_CNPJ:
            # any encoding of digits and capitals holds them in order, with zeros between
            return one.value[2:].replace(b"\x00", b"").decode("ascii")
    return certificate.subject.rfc4514_string().partition("CN=")[2].partition(",")[0].rpartition(":")[2]


def _why_not(nota: Nota, documento: str, now: datetime) -> str:
    """Return the status of a refusal by key; empty where the document is given."""
    checks = (
        (nota.emitente.documento == documento, "641"),
        (nota.destinatario != documento, "640"),
        (now - nota.recebida_em > GUARDA, "632"),
        (nota.situacao == "3", "653"),
        (nota.situacao == "2", "654"),
    )
    return next((cstat for true, cstat in checks if true), "")


def _check_action(request: web.Request, wanted: str) -> None:
    header = Message()
    header["Content-Type"] = request.headers.get("Content-Type", "")
    action = header.get_param("action")
    if header.get_content_type() != "application/soap+xml" or str(header.get_param("charset")).lower() != "utf-8":
        raise SoapFault("Sender", "Expected application/soap+xml; charset=utf-8.")
    if action != wanted:
        raise SoapFault(
            "Sender",
            "Unable to handle request without a valid action parameter. Please supply a valid soap action.",
        )
