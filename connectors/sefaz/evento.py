"""Events of the recipient: their message, their signature, the lot in which they are sent.

docs/reference/contracts/sefaz.md §2.3a, §4.3 to §4.5.
"""

import base64
import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Any

from lxml import etree

from connectors.sefaz import xml
from connectors.sefaz.servico import Pedido
from connectors.sefaz.xml import Element
from core.certificado import Certificado
from core.errors import Misconfigured, UsageError
from core.settings.sefaz import SefazSettings

NFE, DSIG = "http://www.portalfiscal.inf.br/nfe", "http://www.w3.org/2000/09/xmldsig#"
C14N = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315"
SISTEMA, HOSTS = "NFeRecepcaoEvento4", {1: "www.nfe.fazenda.gov.br", 2: "hom1.nfe.fazenda.gov.br"}
VERSAO, NACIONAL = "1.00", "91"
SEM_SHA1 = (
    "O OpenSSL desta máquina não assina com SHA-1, que a SEFAZ exige nos eventos; permita-o na política de "
    "criptografia do sistema (em RHEL e derivados, a política DEFAULT:SHA1)."
)
MOST, JUSTIFICATION = 20, range(15, 256)


class Tipo(Enum):
    """The kinds, each with its name in the message, and the greatest sequence it may have."""

    CIENCIA = "210210", "Ciencia da Operacao", 1
    CONFIRMACAO = "210200", "Confirmacao da Operacao", 2
    DESCONHECIMENTO = "210220", "Desconhecimento da Operacao", 2
    NAO_REALIZADA = "210240", "Operacao nao Realizada", 2

    @property
    def codigo(self) -> str:
        return self.value[0]

    @property
    def descricao(self) -> str:
        return self.value[1]

    @property
    def sequencias(self) -> int:
        return self.value[2]


def conferir(tipo: Tipo, sequencia: int, justificativa: str | None) -> None:
    """Raise `UsageError` where the layout does not allow what is to be said."""
    if not 1 <= sequencia <= tipo.sequencias:
        raise UsageError(f"A sequência deste evento vai de 1 a {tipo.sequencias}.", campo="sequencia")
    needs = tipo is Tipo.NAO_REALIZADA
    if needs and (justificativa is None or not _good(justificativa)):
        raise UsageError(
            f"A operação não realizada precisa de uma justificativa de {JUSTIFICATION[0]} a {JUSTIFICATION[-1]} "
            "caracteres, sem quebras de linha nem sinais fora do alfabeto latino.",
            campo="justificativa",
        )
    if not needs and justificativa is not None:
        raise UsageError("Só a operação não realizada tem justificativa.", campo="justificativa")


@dataclass(frozen=True)
class Manifestacao:
    """What a recipient (`autor`, a CNPJ or CPF) says of a note; only `NAO_REALIZADA` has a justification."""

    chave: str
    autor: str
    tipo: Tipo
    em: datetime
    sequencia: int = 1
    justificativa: str | None = None

    def __post_init__(self) -> None:
        conferir(self.tipo, self.sequencia, self.justificativa)

    @property
    def identidade(self) -> str:
        """The `Id` by which the event is known for ever."""
        return f"ID{self.tipo.codigo}{self.chave}{self.sequencia:02d}"


def _good(text: str) -> bool:
    # TString of the layout: from blank to ÿ, no blank at either end
    return len(text) in JUSTIFICATION and bool(re.fullmatch(r"[!-ÿ](?:[ -ÿ]*[!-ÿ])?", text))


def assinado(manifestacao: Manifestacao, certificado: Certificado, ambiente: int) -> bytes:
    """Return an event with its signature: a text in which nothing may be changed any more."""
    info = _info(manifestacao, ambiente)
    root = xml.root_of(NFE, "evento", VERSAO)
    root.append(info)
    root.append(_signature(info, manifestacao.identidade, certificado))
    return bytes(etree.tostring(root, encoding=xml.UTF8))


def pedido(numero: int, eventos: Sequence[bytes], settings: SefazSettings) -> Pedido:
    """Return the lot of some signed events as it is sent."""
    if not 1 <= len(eventos) <= MOST:
        raise ValueError(f"a lot has from 1 to {MOST} events, not {len(eventos)}")
    root = xml.root_of(NFE, "envEvento", VERSAO)
    xml.filled(root, NFE, "idLote", str(numero))
    for one in eventos:
        root.append(etree.fromstring(one, xml.parser()))
    wsdl = f"{NFE}/wsdl/{SISTEMA}"
    action = f"{wsdl}/{settings.acao_evento}"
    return Pedido("POST", endereco(settings), xml.headers(action), xml.envelope(root, wsdl, "nfeDadosMsg"))


def endereco(settings: SefazSettings) -> str:
    """Return where events are sent."""
    return settings.url_evento or f"https://{HOSTS[settings.ambiente]}/{SISTEMA}/{SISTEMA}.asmx"


def _info(one: Manifestacao, ambiente: int) -> Element:
    root = etree.Element(f"{{{NFE}}}infEvento", {"Id": one.identidade}, nsmap={None: NFE})
    person = "CPF" if len(one.autor) == 11 else "CNPJ"
    for name, value in (
        ("cOrgao", NACIONAL),
        ("tpAmb", str(ambiente)),
        (person, one.autor),
        ("chNFe", one.chave),
        ("dhEvento", one.em.astimezone(xml.BRASILIA).isoformat(timespec="seconds")),
        ("tpEvento", one.tipo.codigo),
        ("nSeqEvento", str(one.sequencia)),
        ("verEvento", VERSAO),
    ):
        xml.filled(root, NFE, name, value)
    detail = etree.SubElement(root, f"{{{NFE}}}detEvento", {"versao": VERSAO})
    xml.filled(detail, NFE, "descEvento", one.tipo.descricao)
    if one.justificativa is not None:
        xml.filled(detail, NFE, "xJust", one.justificativa)
    return root


def _signature(info: Element, identidade: str, certificado: Certificado) -> Element:
    from cryptography.exceptions import InternalError, UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
    from cryptography.hazmat.primitives.hashes import SHA1

    digest = hashlib.sha1(_canonical(info), usedforsecurity=False).digest()
    signed = _signed_info(identidade, _base64(digest))
    try:
        # the layout allows no other algorithm
        value = certificado.chave.sign(_canonical(signed), PKCS1v15(), SHA1())  # noqa: S303
    except (UnsupportedAlgorithm, InternalError):
        raise Misconfigured(SEM_SHA1) from None
    root = etree.Element(f"{{{DSIG}}}Signature", nsmap={None: DSIG})
    root.append(signed)
    xml.filled(root, DSIG, "SignatureValue", _base64(value))
    data = xml.filled(xml.filled(root, DSIG, "KeyInfo"), DSIG, "X509Data")
    xml.filled(data, DSIG, "X509Certificate", _base64(certificado.der))
    return root


def _signed_info(identidade: str, digest: str) -> Element:
    root = etree.Element(f"{{{DSIG}}}SignedInfo", nsmap={None: DSIG})
    _by(root, "CanonicalizationMethod", C14N)
    _by(root, "SignatureMethod", f"{DSIG}rsa-sha1")
    reference = etree.SubElement(root, f"{{{DSIG}}}Reference", {"URI": f"#{identidade}"})
    transforms = etree.SubElement(reference, f"{{{DSIG}}}Transforms")
    _by(transforms, "Transform", f"{DSIG}enveloped-signature")
    _by(transforms, "Transform", C14N)
    _by(reference, "DigestMethod", f"{DSIG}sha1")
    xml.filled(reference, DSIG, "DigestValue", digest)
    return root


def _by(parent: Element, name: str, algorithm: str) -> Any:
    return etree.SubElement(parent, f"{{{DSIG}}}{name}", {"Algorithm": algorithm})


def _canonical(element: Element) -> bytes:
    """Return an element in canonical form. It is written and read again first: lxml has been seen to canonicalise an
    element that was made, or that stands within another one, with a namespace that is not there (§4.5).
    """
    return bytes(etree.tostring(etree.fromstring(etree.tostring(element)), method="c14n"))


def _base64(raw: bytes) -> str:
    return base64.b64encode(raw).decode()
