"""A local SEFAZ with its authority, and questions to it written by hand: nothing of ours helps to make them."""

import base64
import hashlib
import http.client
import re
import ssl
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache, cached_property
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding

from core.clock import FixedClock
from core.fiscal import digitos_cnpj
from sandbox.sefaz import Autoridade, Cliente, SefazServer
from sandbox.sefaz.autoridade import empacotado
from sandbox.sefaz.servicos import SERVICOS, Servico

NFE, CTE = "http://www.portalfiscal.inf.br/nfe", "http://www.portalfiscal.inf.br/cte"
DSIG = "http://www.w3.org/2000/09/xmldsig#"
SOAP12 = "http://www.w3.org/2003/05/soap-envelope"
EVENTO_WSDL = f"{NFE}/wsdl/NFeRecepcaoEvento4"
EMPRESA = "112223330001" + digitos_cnpj("112223330001")
FILIAL = "112223330002" + digitos_cnpj("112223330002")
OUTRA = "998887770001" + digitos_cnpj("998887770001")
INICIO = datetime(2026, 11, 26, 12, tzinfo=UTC)
PATIENCE_SECONDS = 60.0
_kept: list[tempfile.TemporaryDirectory[str]] = []


@dataclass
class Lugar:
    """Where a SEFAZ is: its address, whom to trust, a company's certificate and its password."""

    server: SefazServer
    clock: FixedClock
    autoridade: Autoridade
    cliente: Cliente
    folder: Path

    @property
    def url(self) -> str:
        return self.server.url

    @property
    def ca_file(self) -> Path:
        return self.autoridade.raiz

    @property
    def pfx(self) -> bytes:
        return self.cliente.pfx

    @property
    def senha(self) -> str:
        return self.cliente.senha

    @cached_property
    def context(self) -> ssl.SSLContext:
        """A client's TLS with the company's certificate."""
        return tls(self, self.cliente)


@contextmanager
def sefaz(
    folder: Path,
    cnpj: str = EMPRESA,
    *,
    intermediaria: bool = True,
    tardio: bool = False,
    servicos: Sequence[Servico] = SERVICOS,
) -> Iterator[Lugar]:
    """Serve a SEFAZ whose clock stands still."""
    autoridade, clock = usual(), FixedClock(INICIO)
    with SefazServer(autoridade, clock, intermediaria=intermediaria, tardio=tardio, servicos=servicos) as server:
        yield Lugar(server, clock, autoridade, _client(cnpj), folder)


@cache
def usual() -> Autoridade:
    """Return the authority that the tests of this process share; its files are there until the process ends."""
    folder = tempfile.TemporaryDirectory(prefix="esteira-ac-")
    # By the clock of the tests: that of the machine leaves it behind.
    made = Autoridade(Path(folder.name), desde=INICIO - timedelta(days=1))
    _kept.append(folder)
    return made


@cache
def _client(cnpj: str) -> Cliente:
    return usual().cliente(cnpj)


@dataclass
class Lida:
    """An answer: its status and what it says, by the names of elements."""

    status: int
    texto: str
    campos: dict[str, str] = field(default_factory=dict)

    @property
    def cstat(self) -> str:
        return self.campos.get("cStat", "")

    @property
    def nsus(self) -> tuple[int, int]:
        return int(self.campos["ultNSU"]), int(self.campos["maxNSU"])

    @property
    def zips(self) -> list[str]:
        return re.findall(r"<docZip[^>]*>", self.texto)


def tls(lugar: Lugar, cliente: Cliente | None, *, ca: Path | None = None) -> ssl.SSLContext:
    """Return a client's TLS, made of the standard library alone."""
    context = ssl.create_default_context(cafile=ca or lugar.ca_file)
    context.post_handshake_auth = True
    if cliente is not None:
        path = lugar.folder / f"cliente-{cliente.cnpj}.pem"
        plain = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        sent = b"".join(one.public_bytes(serialization.Encoding.PEM) for one in cliente.cadeia)
        path.write_bytes(cliente.chave.private_bytes(*plain) + sent)
        context.load_cert_chain(path)
    return context


def post(context: ssl.SSLContext, lugar: Lugar, path: str, action: str, body: str) -> Lida:
    """Send an envelope on a connection of its own."""
    link = http.client.HTTPSConnection("127.0.0.1", lugar.server.port, context=context, timeout=PATIENCE_SECONDS)
    try:
        content_type = f'application/soap+xml; charset=utf-8; action="{action}"'
        link.request("POST", path, body.encode(), {"Content-Type": content_type})
        reply = link.getresponse()
        text = reply.read().decode()
    finally:
        link.close()
    return Lida(reply.status, text, dict(re.findall(r"<(\w+)>([^<]*)</\1>", text)))


def pergunta(
    forma: str = "<distNSU><ultNSU>000000000000000</ultNSU></distNSU>",
    *,
    cnpj: str = EMPRESA,
    ns: str = NFE,
    versao: str = "1.01",
    antes: str = "<tpAmb>2</tpAmb><cUFAutor>35</cUFAutor>",
) -> str:
    """Return a distDFeInt."""
    return f'<distDFeInt xmlns="{ns}" versao="{versao}">{antes}<CNPJ>{cnpj}</CNPJ>{forma}</distDFeInt>'


def envelope(message: str, servico: str = "nfe", *, soap: str = SOAP12) -> str:
    """Return the envelope of a question of distribution."""
    wsdl = f"http://www.portalfiscal.inf.br/{servico}/wsdl/{'NFe' if servico == 'nfe' else 'CTe'}DistribuicaoDFe"
    return (
        f'<soap:Envelope xmlns:soap="{soap}"><soap:Body><{servico}DistDFeInteresse xmlns="{wsdl}"><{servico}DadosMsg>'
        f"{message}</{servico}DadosMsg></{servico}DistDFeInteresse></soap:Body></soap:Envelope>"
    )


def perguntar(lugar: Lugar, message: str, servico: str = "nfe", *, context: ssl.SSLContext | None = None) -> Lida:
    """Ask a service of distribution."""
    sistema = "NFeDistribuicaoDFe" if servico == "nfe" else "CTeDistribuicaoDFe"
    action = f"http://www.portalfiscal.inf.br/{servico}/wsdl/{sistema}/{servico}DistDFeInteresse"
    used = context or lugar.context
    return post(used, lugar, f"/{sistema}/{sistema}.asmx", action, envelope(message, servico))


def dist(lugar: Lugar, ult_nsu: int = 0, servico: str = "nfe", *, cnpj: str = EMPRESA) -> Lida:
    """Ask by distNSU."""
    form = f"<distNSU><ultNSU>{ult_nsu:015d}</ultNSU></distNSU>"
    ns, versao = (NFE, "1.01") if servico == "nfe" else (CTE, "1.00")
    return perguntar(lugar, pergunta(form, ns=ns, versao=versao, cnpj=cnpj), servico)


def evento(
    cliente: Cliente,
    chave: str,
    *,
    tipo: str = "210210",
    nome: str = "Ciencia da Operacao",
    sequencia: int = 1,
    em: datetime = INICIO,
    cnpj: str = EMPRESA,
    detalhe: str = "",
) -> str:
    """Return a signed event whose text is in canonical form as it is written, so that no program has to make it so."""
    when = (em - timedelta(hours=3)).strftime("%Y-%m-%dT%H:%M:%S-03:00")
    identity = f"ID{tipo}{chave}{sequencia:02d}"
    inner = (
        f"<cOrgao>91</cOrgao><tpAmb>2</tpAmb><CNPJ>{cnpj}</CNPJ><chNFe>{chave}</chNFe><dhEvento>{when}</dhEvento>"
        f"<tpEvento>{tipo}</tpEvento><nSeqEvento>{sequencia}</nSeqEvento><verEvento>1.00</verEvento>"
        f'<detEvento versao="1.00"><descEvento>{nome}</descEvento>{detalhe}</detEvento></infEvento>'
    )
    canonical = f'<infEvento xmlns="{NFE}" Id="{identity}">{inner}'
    digest = base64.b64encode(hashlib.sha1(canonical.encode()).digest()).decode()
    c14n = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315"
    info = (
        f'<CanonicalizationMethod Algorithm="{c14n}"></CanonicalizationMethod><SignatureMethod '
        f'Algorithm="{DSIG}rsa-sha1"></SignatureMethod><Reference URI="#{identity}"><Transforms><Transform '
        f'Algorithm="{DSIG}enveloped-signature"></Transform><Transform Algorithm="{c14n}"></Transform></Transforms>'
        f'<DigestMethod Algorithm="{DSIG}sha1"></DigestMethod><DigestValue>{digest}</DigestValue></Reference>'
        "</SignedInfo>"
    )
    value = cliente.chave.sign(f'<SignedInfo xmlns="{DSIG}">{info}'.encode(), padding.PKCS1v15(), hashes.SHA1())
    der = base64.b64encode(cliente.cadeia[0].public_bytes(serialization.Encoding.DER)).decode()
    return (
        f'<evento xmlns="{NFE}" versao="1.00"><infEvento Id="{identity}">{inner}<Signature xmlns="{DSIG}"><SignedInfo>'
        f"{info}<SignatureValue>{base64.b64encode(value).decode()}</SignatureValue><KeyInfo><X509Data>"
        f"<X509Certificate>{der}</X509Certificate></X509Data></KeyInfo></Signature></evento>"
    )


def lote(*eventos: str) -> str:
    """Return an envEvento."""
    return f'<envEvento xmlns="{NFE}" versao="1.00"><idLote>1</idLote>{"".join(eventos)}</envEvento>'


def manifestar(lugar: Lugar, message: str) -> Lida:
    """Send a lot of events."""
    body = (
        f'<soap:Envelope xmlns:soap="{SOAP12}"><soap:Body><nfeDadosMsg xmlns="{EVENTO_WSDL}">{message}</nfeDadosMsg>'
        "</soap:Body></soap:Envelope>"
    )
    path = "/NFeRecepcaoEvento4/NFeRecepcaoEvento4.asmx"
    return post(lugar.context, lugar, path, f"{EVENTO_WSDL}/nfeRecepcaoEventoNF", body)


def status_de_evento(lida: Lida) -> list[str]:
    """Return the status of each event of an answer, in order."""
    return re.findall(r"<infEvento>.*?<cStat>(\d+)</cStat>", lida.texto)


def garbled(one: Cliente) -> bytes:
    """Return a file whose certificate has one extension twice: it loads, and then no library reads it."""
    der = one.cadeia[0].public_bytes(serialization.Encoding.DER)
    policies, names = b"\x55\x1d\x20", b"\x55\x1d\x11"
    return empacotado([x509.load_der_x509_certificate(der.replace(policies, names))], one.chave, one.senha)
