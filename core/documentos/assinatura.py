"""The signature of a document checked on demand: a report for people, which forbids nothing.

Only what the signature itself proves: that these bytes were signed with this certificate's key. Who issued the
certificate is not checked. docs/reference/contracts/sefaz.md §4.5.
"""

import base64
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from cryptography import x509
from lxml import etree
from lxml.etree import _Element
from signxml import DigestAlgorithm, SignatureConfiguration, SignatureMethod, XMLVerifier
from signxml.exceptions import InvalidDigest, InvalidSignature

from core.certificado import documento_de, titular_de
from core.clock import SYSTEM, Clock
from core.documentos.abertura import Recusa, abrir, analisar, local_name
from core.documentos.conteudo import Cabeca, Evento
from core.documentos.espacos import DSIG
from core.documentos.leitor import LIMITE, ler_documentos
from core.documentos.motivos import frase
from core.fiscal import cnpj_valido, formatar_documento
from core.logs import get_logger
from core.settings.core import CoreSettings

# The law's signatures are of SHA-1; what else is signed is not known there.
_METHODS = frozenset({SignatureMethod.RSA_SHA1, SignatureMethod.RSA_SHA256})
_DIGESTS = frozenset({DigestAlgorithm.SHA1, DigestAlgorithm.SHA256})
_OTHER = (
    "A assinatura não confere com o certificado: o texto mudou depois (reformatado, por exemplo), ou a chave é outra."
)
log = get_logger(__name__)


class Resultado(StrEnum):
    """What came of it."""

    CONFERE = "confere"
    CERTIFICADO_VENCIDO = "certificado_vencido"
    RESUMO_DIFERE = "resumo_difere"
    NAO_CONFERE = "nao_confere"
    SEM_ASSINATURA = "sem_assinatura"
    ILEGIVEL = "ilegivel"


@dataclass(frozen=True, slots=True)
class Conferencia:
    """What came of it as a sentence; the signer by the certificate's name and CNPJ, and when it was valid."""

    resultado: Resultado
    frase: str
    assinante: str | None = None
    cnpj: str | None = None
    valido_de: datetime | None = None
    valido_ate: datetime | None = None


def conferir(content: bytes, clock: Clock = SYSTEM) -> Conferencia:
    """Check the signature of one document; never raises."""
    try:
        return _checked(content, clock)
    except Exception:
        log.exception("signature could not be checked")
        return Conferencia(Resultado.ILEGIVEL, "A conferência da assinatura falhou; o log da Esteira diz onde.")


def _checked(content: bytes, clock: Clock) -> Conferencia:
    found = abrir(content, LIMITE)
    if isinstance(found, Recusa):
        return Conferencia(Resultado.ILEGIVEL, f"Não há o que conferir: {frase(found.motivo, found.mensagem)}.")
    signature = next(_signatures(found.raiz), None)
    if signature is None:
        return Conferencia(Resultado.SEM_ASSINATURA, "O documento não tem assinatura.")
    certificate = _certificate(signature)
    if certificate is None:
        return Conferencia(Resultado.ILEGIVEL, "A assinatura não traz um certificado que se possa ler.")
    wrong = _wrong(signature, certificate)
    if wrong is not None:
        return _report(*wrong, certificate)
    return _proved(certificate, _issued(content) or clock.now().astimezone(CoreSettings.current().zone))


def _signatures(root: _Element) -> Iterator[_Element]:
    """Yield the signatures of the document itself, not those of SEFAZ's answers."""
    for signature in root.iter(f"{{{DSIG}}}Signature"):
        holder = signature.getparent()
        if holder is not None and not local_name(holder)[1].casefold().startswith(("prot", "ret")):
            yield signature


def _certificate(signature: _Element) -> x509.Certificate | None:
    place = next(signature.iter(f"{{{DSIG}}}X509Certificate"), None)
    try:
        return (
            x509.load_der_x509_certificate(base64.b64decode("".join((place.text or "").split())))
            if place is not None
            else None
        )
    except ValueError:
        return None


def _wrong(signature: _Element, certificate: x509.Certificate) -> tuple[Resultado, str] | None:
    """Return what is wrong with a signature; None where it proves what stands beside it."""
    holder = signature.getparent()
    verdicts = [_verdict(text, certificate) for text in _alone(holder)]
    return None if None in verdicts else verdicts[0]


def _alone(holder: _Element) -> Iterator[bytes]:
    """Yield a signed element as a document of its own: in the namespaces around it, and without them.

    What an envelope declares came after the signature. Written and read again, for lxml canonicalises an inner element
    wrongly.
    """
    whole = etree.tostring(holder, with_tail=False)
    yield whole
    bare = analisar(whole)
    if not isinstance(bare, Recusa):
        etree.cleanup_namespaces(bare)
        yield etree.tostring(bare)


def _verdict(text: bytes, certificate: x509.Certificate) -> tuple[Resultado, str] | None:
    root = analisar(text)
    if isinstance(root, Recusa):
        return Resultado.ILEGIVEL, "O documento assinado não se lê por si só."
    verifier = XMLVerifier()
    verifier.excise_empty_xmlns_declarations = True
    try:
        signed = verifier.verify(root, x509_cert=certificate, expect_config=_config(certificate)).signed_xml
    except InvalidDigest:
        return Resultado.RESUMO_DIFERE, "O documento foi alterado depois de assinado: o resumo (digest) não confere."
    except InvalidSignature:
        return Resultado.NAO_CONFERE, _OTHER
    except (ValueError, etree.LxmlError) as fault:
        return Resultado.ILEGIVEL, f"A assinatura não se lê, ou é de um tipo que a lei não usa ({str(fault)[:100]})."
    if signed is None or not _beside(root, signed):
        return Resultado.NAO_CONFERE, "O que foi assinado não é este documento."
    return None


def _config(certificate: x509.Certificate) -> SignatureConfiguration:
    # whether the certificate was valid is judged apart, by the document's own date
    return SignatureConfiguration(
        location="./",
        signature_methods=_METHODS,
        digest_algorithms=_DIGESTS,
        verification_time=certificate.not_valid_after_utc,
    )


def _beside(root: _Element, signed: _Element) -> bool:
    """Tell whether what was signed is what stands beside the signature."""
    ids = [child.get("Id") for child in root if local_name(child)[1].startswith("inf")]
    return local_name(signed)[1].startswith("inf") and signed.get("Id") in ids[:1]


def _proved(certificate: x509.Certificate, moment: datetime) -> Conferencia:
    """Report a signature that is right, by whether its certificate was valid when the document was issued."""
    if certificate.not_valid_before_utc <= moment <= certificate.not_valid_after_utc:
        return _report(
            Resultado.CONFERE, "A assinatura confere (a cadeia do certificado não foi verificada).", certificate
        )
    said = f"A assinatura confere, mas o certificado não valia em {moment:%d/%m/%Y}, a data do documento."
    return _report(Resultado.CERTIFICADO_VENCIDO, said, certificate)


def _report(resultado: Resultado, said: str, certificate: x509.Certificate) -> Conferencia:
    name, cnpj = _signer(certificate)
    who = f" Assinado por {name or 'alguém sem nome'}{f', CNPJ {formatar_documento(cnpj)}' if cnpj else ''}."
    return Conferencia(
        resultado, said + who, name, cnpj, certificate.not_valid_before_utc, certificate.not_valid_after_utc
    )


def _signer(certificate: x509.Certificate) -> tuple[str | None, str | None]:
    """Return the name and the CNPJ that a certificate is of."""
    documento = documento_de(certificate)
    return titular_de(certificate) or None, documento if cnpj_valido(documento) else None


def _issued(content: bytes) -> datetime | None:
    """Return when a document says that it was issued."""
    conteudo = ler_documentos(content)[0].conteudo
    if isinstance(conteudo, Evento):
        return conteudo.data_evento
    return conteudo.data_emissao if isinstance(conteudo, Cabeca) else None
