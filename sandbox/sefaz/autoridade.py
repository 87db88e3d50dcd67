"""An authority like ICP-Brasil: a root, an intermediate, a server's certificate, and A1 files of companies.

docs/reference/contracts/sefaz.md §2.1, §6.1.
"""

import ssl
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from hashlib import sha256
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509.oid import NameOID

OID_CNPJ, OID_CPF = x509.ObjectIdentifier("2.16.76.1.3.3"), x509.ObjectIdentifier("2.16.76.1.3.1")
POLITICA_A1, POLITICA_A3 = "2.16.76.1.2.1.99", "2.16.76.1.2.3.99"
SENHA = "senha-do-arquivo"  # pragma: allowlist secret
ROUNDS = 2048
ANO = timedelta(days=365)
# ASN.1's text types: its tag, and how Python calls what is in it
TIPOS = {
    "octet": (0x04, "ascii"),
    "utf8": (0x0C, "utf-8"),
    "printable": (0x13, "ascii"),
    "teletex": (0x14, "latin-1"),
    "ia5": (0x16, "ascii"),
    "visible": (0x1A, "ascii"),
    "universal": (0x1C, "utf-32-be"),
    "bmp": (0x1E, "utf-16-be"),
}


@dataclass(frozen=True)
class Cliente:
    """An A1 of a company: the file, its password, and what is in it, the company's own certificate first."""

    cnpj: str
    pfx: bytes
    senha: str
    chave: rsa.RSAPrivateKey
    cadeia: tuple[x509.Certificate, ...]


@dataclass(frozen=True)
class _Emissor:
    certificado: x509.Certificate
    chave: ec.EllipticCurvePrivateKey


class Autoridade:
    """Makes certificates; `raiz` and `intermediaria` are files of PEM in its folder.

    With `uma_chave` all companies have the same key: keys take long to make. Made again with the same `semente` it is
    the same authority: what one signed the other knows. Certificates of companies are valid from `desde` on, or from
    yesterday.
    """

    def __init__(
        self,
        folder: Path,
        nome: str = "AC de Teste",
        *,
        uma_chave: bool = False,
        semente: bytes = b"",
        desde: datetime | None = None,
    ) -> None:
        self._folder, self._uma_chave = folder, uma_chave
        self._desde = desde or datetime.now(UTC) - timedelta(days=1)
        self._raiz = _authority(f"{nome} Raiz", None, semente, self._desde)
        self._inter = _authority(nome, self._raiz, semente, self._desde)
        self.raiz = self._written("raiz.pem", self._raiz.certificado)
        self.intermediaria = self._written("intermediaria.pem", self._inter.certificado)

    def servidor(self, *, intermediaria: bool = True, tardio: bool = False) -> ssl.SSLContext:
        """Return the TLS of a server that asks for a client's certificate.

        Without `intermediaria` it sends its own certificate alone; `tardio` asks after the request only, which TLS 1.3
        calls post-handshake authentication. The real servers do it by renegotiation under TLS 1.2, which Python's
        server side does not have.
        """
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = ssl.TLSVersion.TLSv1_3 if tardio else ssl.TLSVersion.TLSv1_2
        context.load_cert_chain(self._server_file(intermediaria=intermediaria))
        # what it trusts it also sends, where that completes its own chain
        trusted = [self._raiz.certificado, self._inter.certificado] if intermediaria else [self._raiz.certificado]
        context.load_verify_locations(cadata="".join(map(_pem, trusted)))
        context.post_handshake_auth = tardio
        context.verify_mode = ssl.CERT_REQUIRED
        return context

    def cliente(
        self,
        cnpj: str,
        *,
        nome: str = "EMPRESA DE TESTE LTDA",
        tipo: str | None = "printable",
        no_nome: bool = True,
        inicio: datetime | None = None,
        fim: datetime | None = None,
        senha: str = SENHA,
        politica: str = POLITICA_A1,
        chave: bool = True,
        cpf: str | None = None,
        uf: str | None = None,
    ) -> Cliente:
        """Make an A1: the CNPJ as otherName in a text of this ASN.1 type (None: not at all) and behind the common name.

        With `cpf` it is an e-CPF. Without `chave` the file has no private key. `uf` is the holder's state.
        """
        now = datetime.now(UTC)
        names = [_other(OID_CNPJ, cnpj, tipo)] if tipo and not cpf else []
        if cpf:
            names = [_other(OID_CPF, f"01011980{cpf}{'0' * 11}", tipo or "octet")]
        key = _rsa_key("" if self._uma_chave else cpf or cnpj)
        made = _builder(f"{nome}:{cpf or cnpj}" if no_nome else nome, self._inter, key.public_key(), uf)
        made = made.not_valid_before(inicio or self._desde).not_valid_after(fim or now + ANO)
        if names:
            made = made.add_extension(x509.SubjectAlternativeName(names), critical=False)
        policy = x509.PolicyInformation(x509.ObjectIdentifier(politica), None)
        made = made.add_extension(x509.CertificatePolicies([policy]), critical=False)
        signed = made.sign(self._inter.chave, hashes.SHA256())
        chain = (signed, self._inter.certificado, self._raiz.certificado)
        return Cliente(cnpj, empacotado(chain, key if chave else None, senha), senha, key, chain)

    def _server_file(self, *, intermediaria: bool) -> Path:
        now, key = datetime.now(UTC), _ec_key("servidor")
        names = [x509.DNSName("localhost"), x509.IPAddress(ip_address("127.0.0.1"))]
        made = (
            _builder("localhost", self._inter, key.public_key())
            .not_valid_before(now - timedelta(days=1))
            .not_valid_after(now + ANO)
            .add_extension(x509.SubjectAlternativeName(names), critical=False)
            .sign(self._inter.chave, hashes.SHA256())
        )
        path = self._folder / f"servidor-{intermediaria:d}.pem"
        plain = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        chain = [made, self._inter.certificado] if intermediaria else [made]
        path.write_bytes(key.private_bytes(*plain) + "".join(map(_pem, chain)).encode())
        return path

    def _written(self, name: str, certificate: x509.Certificate) -> Path:
        path = self._folder / name
        path.write_text(_pem(certificate))
        return path


def empacotado(
    cadeia: Sequence[x509.Certificate],
    chave: rsa.RSAPrivateKey | None,
    senha: str,
    como: serialization.KeySerializationEncryption | None = None,
) -> bytes:
    """Return a PKCS#12 file; without a key all certificates are others, as where only certificates were exported."""
    usual = _usual(senha) if senha else serialization.NoEncryption()
    own, others = (None, cadeia) if chave is None else (cadeia[0], cadeia[1:])
    return pkcs12.serialize_key_and_certificates(b"e-CNPJ", chave, own, others, como or usual)


def _usual(senha: str) -> serialization.KeySerializationEncryption:
    """Return how `openssl pkcs12 -export` encrypts: the library's own default asks ten times as much of each reader."""
    made = serialization.PrivateFormat.PKCS12.encryption_builder().kdf_rounds(ROUNDS).hmac_hash(hashes.SHA256())
    return made.key_cert_algorithm(pkcs12.PBES.PBESv2SHA256AndAES256CBC).build(senha.encode())


def _authority(name: str, above: _Emissor | None, seed: bytes, since: datetime) -> _Emissor:
    key, now = _derived_key(name, seed) if seed else _ec_key(name), datetime.now(UTC)
    made = (
        _builder(name, above, key.public_key())
        .not_valid_before(min(now, since) - ANO)
        .not_valid_after(now + 5 * ANO)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(above.chave if above else key, hashes.SHA256())
    )
    return _Emissor(made, key)


def _builder(
    name: str, above: _Emissor | None, key: ec.EllipticCurvePublicKey | rsa.RSAPublicKey, uf: str | None = None
) -> x509.CertificateBuilder:
    state = [(NameOID.STATE_OR_PROVINCE_NAME, uf)] if uf else []
    subject = _name(
        [(NameOID.COUNTRY_NAME, "BR"), (NameOID.ORGANIZATION_NAME, "Teste"), *state, (NameOID.COMMON_NAME, name)]
    )
    signer = above.chave.public_key() if above else key
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(above.certificado.subject if above else subject)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(signer), critical=False)
    )


def _name(parts: Sequence[tuple[x509.ObjectIdentifier, str]]) -> x509.Name:
    return x509.Name([x509.NameAttribute(kind, value) for kind, value in parts])


def _other(oid: x509.ObjectIdentifier, value: str, tipo: str) -> x509.OtherName:
    tag, encoding = TIPOS[tipo]
    content = value.encode(encoding)
    return x509.OtherName(oid, bytes([tag, len(content)]) + content)


def _pem(certificate: x509.Certificate) -> str:
    return certificate.public_bytes(serialization.Encoding.PEM).decode()


# Keys take long to make, and a process may use one again for the same name.
@lru_cache(maxsize=256)
def _rsa_key(name: str) -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65537, 2048)


@lru_cache(maxsize=64)
def _ec_key(name: str) -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


def _derived_key(name: str, seed: bytes) -> ec.EllipticCurvePrivateKey:
    number = int.from_bytes(sha256(seed + name.encode()).digest())
    return ec.derive_private_key(number % (2**255) + 1, ec.SECP256R1())
