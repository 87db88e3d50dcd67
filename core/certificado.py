"""A company's A1 certificate: a PKCS#12 file and its password, opened in memory and nowhere else.

docs/reference/contracts/sefaz.md §2.1, §5.1, §5.3.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, cast

from core.errors import Refusal
from core.fiscal import UFS, cnpj_valido, cpf_valido, documento_valido, formatar_documento, normalizar_documento
from core.pkcs12 import MOST_ROUNDS, asks_too_much
from core.pkcs12_apart import opens_in_time
from core.pkcs12_seen import seen_rounds
from core.settings.core import CoreSettings

if TYPE_CHECKING:
    from cryptography import x509
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

OID_CNPJ, OID_CPF = "2.16.76.1.3.3", "2.16.76.1.3.1"
# Policies of ICP-Brasil for keys that never leave a card, a token or a safe.
POLITICAS_DE_TOKEN = ("2.16.76.1.2.3.", "2.16.76.1.2.4.")
# How PKCS#12 names RC2 with 40 bits, as it stands in a file.
RC2_40 = bytes.fromhex("060a2a864886f70d010c0106")
LARGEST = 256 * 1024
# ICP-Brasil wraps a text once or twice.
DEEPEST_TEXT = 8
# The text types of ASN.1, by tag.
_TEXTS = {
    0x04: "latin-1",
    0x0C: "utf-8",
    0x12: "ascii",
    0x13: "latin-1",
    0x14: "latin-1",
    0x16: "latin-1",
    0x1A: "latin-1",
    0x1C: "utf-32-be",
    0x1E: "utf-16-be",
}
_HOW_TO_EXPORT = (
    "Exporte de novo com AES-256: no Windows, escolha AES256-SHA256 ao exportar o PFX; com o OpenSSL, "
    "`openssl pkcs12 -legacy -in antigo.pfx -out meio.pem` e `openssl pkcs12 -export -in meio.pem -out novo.pfx`, e "
    "apague o meio.pem."
)
# Why a file is not taken, by a short word that stays.
FRASES = {
    "grande": "O arquivo é grande demais para ser um certificado A1.",
    "ilegivel": "O arquivo não é um certificado A1 em PFX ou P12 (PKCS#12).",
    "so_certificado": "O arquivo tem só o certificado, sem a chave privada, como o que se exporta de um A3 (cartão ou "
    "token). A Esteira usa certificados A1: peça o PFX com a chave.",
    "senha": "A senha não abre o arquivo.",
    "rc2": f"A senha não abre o arquivo, ou ele usa a cifra antiga RC2-40, que já não se abre aqui. {_HOW_TO_EXPORT}",
    "cifra": f"O arquivo usa uma cifra que não se abre aqui. {_HOW_TO_EXPORT}",
    "sem_chave": "O arquivo não tem a chave privada. Exporte-o de novo com a chave, ou peça o PFX a quem o emitiu.",
    "sem_certificado": "O arquivo tem uma chave, mas nenhum certificado dela.",
    "chave": "A chave do certificado não é RSA; a SEFAZ só aceita eventos assinados com RSA.",
    "a3": "O certificado é A3 (de cartão, token ou cofre), cuja chave não sai de lá. A Esteira usa certificados A1.",
    "sem_documento": "O certificado não diz de que CNPJ é; não é um e-CNPJ da ICP-Brasil.",
}


class CertificadoRecusado(Refusal):
    """O certificado não serve.

    `motivo` is a short word for why.
    """

    def __init__(self, motivo: str, frase: str | None = None) -> None:
        super().__init__(frase or FRASES[motivo])
        self.motivo = motivo


@dataclass(frozen=True)
class Certificado:
    """An A1 that could be opened. `documento` is its holder's CNPJ, or the CPF of an e-CPF.

    `aberto` is what is in the file, as `pem`: to open a file takes long, for its key is proven to be one.
    """

    documento: str
    titular: str
    emissor: str
    inicio: datetime
    fim: datetime
    numero: str
    pfx: bytes = field(repr=False)
    senha: str = field(repr=False)
    aberto: bytes | None = field(default=None, repr=False)

    @cached_property
    def pem(self) -> bytes:
        """The private key and the certificates, the company's own first; never to be written in clear."""
        return self.aberto or _pem(*_read(self.pfx, self.senha))

    @cached_property
    def chave(self) -> "RSAPrivateKey":
        """The private key."""
        from cryptography.hazmat.primitives.serialization import load_pem_private_key

        # it was proven when the file was opened
        return cast("RSAPrivateKey", load_pem_private_key(self.pem, None, unsafe_skip_rsa_key_validation=True))

    @cached_property
    def cadeia(self) -> "list[x509.Certificate]":
        """The certificates in the file, the company's own first."""
        from cryptography.x509 import load_pem_x509_certificates

        return load_pem_x509_certificates(self.pem)

    @property
    def der(self) -> bytes:
        """The company's own certificate."""
        from cryptography.hazmat.primitives.serialization import Encoding

        return self.cadeia[0].public_bytes(Encoding.DER)

    @property
    def cadeia_fim(self) -> datetime | None:
        """When the first of the other certificates in the file ends."""
        return min((one.not_valid_after_utc for one in self.cadeia[1:]), default=None)

    @property
    def base(self) -> str:
        """The eight characters that a company and its branches share."""
        return self.documento[:8]

    def conferir(self, now: datetime) -> None:
        """Raise `CertificadoRecusado` where it cannot be used at this instant."""
        if now > self.fim:
            raise CertificadoRecusado("vencido", f"O certificado venceu em {dia(self.fim)}.")
        if now < self.inicio:
            raise CertificadoRecusado("futuro", f"O certificado só vale a partir de {dia(self.inicio)}.")
        if self.cadeia_fim is not None and now > self.cadeia_fim:
            raise CertificadoRecusado(
                "cadeia_vencida",
                f"O arquivo traz o certificado de uma autoridade que venceu em {dia(self.cadeia_fim)}. Exporte-o "
                "de novo sem a cadeia, ou com a atual.",
            )

    def conferir_empresa(self, cnpj: str) -> None:
        """Raise `CertificadoRecusado` where it is not of this company, nor of its head office or a branch."""
        if len(self.documento) == 11:
            frase = "O certificado é um e-CPF, de uma pessoa; a Esteira consulta empresas, com o e-CNPJ."
            raise CertificadoRecusado("e_cpf", frase)
        if self.base != cnpj[:8]:
            frase = (
                f"O certificado é de {formatar_documento(self.documento)}, que não é a empresa "
                f"{formatar_documento(cnpj)} nem outro estabelecimento dela."
            )
            raise CertificadoRecusado("outra_empresa", frase)


def dia(instante: datetime) -> str:
    """Return the day of an instant by the calendar of the installation, as people write it."""
    return f"{instante.astimezone(CoreSettings.current().zone):%d/%m/%Y}"


def dias_ate(fim: datetime, now: datetime) -> int:
    """Return how many days there are until an end, by the calendar of the installation; negative once it is over."""
    zone = CoreSettings.current().zone
    days = (fim.astimezone(zone).date() - now.astimezone(zone).date()).days
    return days if now <= fim else min(days, -1)


def abrir(pfx: bytes, senha: str) -> Certificado:
    """Open a file; raise `CertificadoRecusado` with a sentence for whoever has it."""
    try:
        return _described(pfx, senha)
    except CertificadoRecusado:
        raise
    except Exception:  # noqa: BLE001 - what a library raises about what stands in a file is an answer about that file
        raise CertificadoRecusado("ilegivel") from None


def _described(pfx: bytes, senha: str) -> Certificado:
    key, own, others = _read(pfx, senha)
    documento = documento_de(own)
    if not documento:
        raise CertificadoRecusado("sem_documento")
    return Certificado(
        documento=documento,
        titular=titular_de(own),
        emissor=_common_name(own.issuer),
        inicio=own.not_valid_before_utc,
        fim=own.not_valid_after_utc,
        numero=f"{own.serial_number:x}",
        pfx=pfx,
        senha=senha,
        aberto=_pem(key, own, others),
    )


def _pem(key: "RSAPrivateKey", own: "x509.Certificate", others: "list[x509.Certificate]") -> bytes:
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

    chain = (one.public_bytes(Encoding.PEM) for one in (own, *others))
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()) + b"".join(chain)


def _read(pfx: bytes, senha: str) -> tuple["RSAPrivateKey", "x509.Certificate", "list[x509.Certificate]"]:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

    key, own, others = _opened(pfx, senha)
    if key is None:
        raise CertificadoRecusado("sem_chave")
    if own is None:
        raise CertificadoRecusado("sem_certificado")
    if any(one.startswith(POLITICAS_DE_TOKEN) for one in _policies(own)):
        raise CertificadoRecusado("a3")
    if not isinstance(key, RSAPrivateKey):
        raise CertificadoRecusado("chave")
    return key, own, others


def _opened(pfx: bytes, senha: str) -> tuple[object, "x509.Certificate | None", "list[x509.Certificate]"]:
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.serialization import pkcs12

    if len(pfx) > LARGEST:
        raise CertificadoRecusado("grande")
    if asks_too_much(pfx) or not _in_time(pfx, senha):
        raise CertificadoRecusado("ilegivel")
    try:
        return pkcs12.load_key_and_certificates(pfx, senha.encode() or None)
    except UnicodeEncodeError:
        # what was typed is no text, and so no password of anything
        raise CertificadoRecusado("senha") from None
    except UnsupportedAlgorithm:
        raise CertificadoRecusado("cifra") from None
    except (ValueError, TypeError) as fault:
        closed = "password" in str(fault).lower()
    if closed:
        raise CertificadoRecusado("rc2" if RC2_40 in pfx else "senha")
    raise CertificadoRecusado("so_certificado" if _is_certificate(pfx) else "ilegivel")


def _in_time(pfx: bytes, senha: str) -> bool:
    """Tell whether it opens in the time of an honest file: tried in another process where that cannot be seen."""
    seen = seen_rounds(pfx, senha)
    return opens_in_time(pfx, senha) if seen is None else seen <= MOST_ROUNDS


def _is_certificate(content: bytes) -> bool:
    from cryptography import x509

    try:
        x509.load_der_x509_certificate(content)
    except ValueError:
        return b"-----BEGIN CERTIFICATE-----" in content
    return True


def documento_de(certificado: "x509.Certificate") -> str:
    """Return the CNPJ of a certificate, else its CPF, else nothing: by ICP-Brasil's names, else by the common name."""
    others = dict(_other_names(certificado))
    cnpj = normalizar_documento(_text(others.get(OID_CNPJ, b"")))
    if cnpj_valido(cnpj):
        return cnpj
    behind = normalizar_documento(_common_name(certificado.subject).rpartition(":")[2])
    if cnpj_valido(behind):
        return behind
    # date of birth, CPF, and more behind
    cpf = _text(others.get(OID_CPF, b""))[8:19]
    return next((one for one in (cpf, behind) if cpf_valido(one)), "")


def titular_de(certificado: "x509.Certificate") -> str:
    """Return the name of a certificate's holder, without the document that ICP-Brasil writes behind it."""
    name, _, behind = (whole := _common_name(certificado.subject)).rpartition(":")
    return name if name and documento_valido(behind) else whole


def uf_de(certificado: "x509.Certificate") -> str | None:
    """Return the state of a certificate's holder, where it names one of Brazil's."""
    from cryptography.x509.oid import NameOID

    found = certificado.subject.get_attributes_for_oid(NameOID.STATE_OR_PROVINCE_NAME)
    said = str(found[0].value).strip().upper() if found else ""
    return said if said in UFS else None


def _other_names(certificado: "x509.Certificate") -> Iterable[tuple[str, bytes]]:
    from cryptography import x509

    try:
        names = certificado.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except (x509.ExtensionNotFound, ValueError):
        return
    for one in names.get_values_for_type(x509.OtherName):
        yield one.type_id.dotted_string, one.value


def _policies(certificado: "x509.Certificate") -> list[str]:
    from cryptography import x509

    try:
        found = certificado.extensions.get_extension_for_class(x509.CertificatePolicies).value
    except (x509.ExtensionNotFound, ValueError):
        return []
    return [one.policy_identifier.dotted_string for one in found]


def _text(der: bytes, depth: int = 0) -> str:
    """Return the text in a value of any of ASN.1's text types, also wrapped in tags of its own."""
    if len(der) < 2 or depth > DEEPEST_TEXT:
        return ""
    tag, length, start = der[0], der[1], 2
    if length & 0x80:
        start += length & 0x7F
        length = int.from_bytes(der[2:start], "big")
    content = der[start : start + length]
    if tag & 0x20:
        return _text(content, depth + 1)
    text = content.decode(_TEXTS.get(tag, "latin-1"), "replace")
    return re.sub(r"[^0-9A-Za-z]", "", text)


def _common_name(name: "x509.Name") -> str:
    from cryptography.x509.oid import NameOID

    found = name.get_attributes_for_oid(NameOID.COMMON_NAME)
    text = str(found[-1].value) if found else name.rfc4514_string()
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())[:200]
