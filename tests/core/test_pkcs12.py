"""A file that would take days to open is not opened."""

import hashlib
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.serialization import NoEncryption, PrivateFormat, pkcs12
from support.sefaz import EMPRESA

from core.certificado import CertificadoRecusado, abrir
from core.pkcs12 import _rounds, asks_too_much
from core.pkcs12_seen import DATA, ENCRYPTED, PBES2, PBKDF2, PKCS, seen_rounds
from sandbox.sefaz import Autoridade, Cliente
from sandbox.sefaz.autoridade import empacotado

CASOS = Path(__file__).parent / "casos"
SENHA = "senha-do-arquivo"  # pragma: allowlist secret
KEY_BAG, SHA256 = PKCS + bytes.fromhex("0c0a0102"), bytes.fromhex("2a864886f70d 0209")
AES256 = bytes.fromhex("6086480165 0304012a")
# 70,000 rounds as they stand in a file, and eight millions in as many bytes.
WRITTEN, RAISED = bytes.fromhex("0203011170"), bytes.fromhex("02037fffff")


@pytest.fixture
def cliente(tmp_path: Path) -> Cliente:
    return Autoridade(tmp_path).cliente(EMPRESA)


def packed(cliente: Cliente, algorithm: pkcs12.PBES) -> bytes:
    how = PrivateFormat.PKCS12.encryption_builder().kdf_rounds(70_000).hmac_hash(hashes.SHA256())
    return empacotado(cliente.cadeia, cliente.chave, SENHA, how.key_cert_algorithm(algorithm).build(SENHA.encode()))


@pytest.mark.parametrize("algorithm", pkcs12.PBES)
def test_rounds_are_found_wherever_they_stand(cliente: Cliente, algorithm: pkcs12.PBES) -> None:
    pfx = packed(cliente, algorithm)
    assert sorted(_rounds(pfx, 0, len(pfx)))[-2:] == [70_000, 70_000]
    assert abrir(pfx, SENHA).documento == EMPRESA


def test_files_of_other_programs_are_counted_too(cliente: Cliente) -> None:
    old, plain = (CASOS / "rc2-40.pfx").read_bytes(), empacotado(cliente.cadeia, cliente.chave, "", NoEncryption())
    assert list(_rounds(old, 0, len(old))) == [2048] * 3
    assert list(_rounds(plain, 0, len(plain))) == [2048]


@pytest.mark.parametrize("algorithm", pkcs12.PBES)
def test_too_many_are_refused_before_they_are_made(cliente: Cliente, algorithm: pkcs12.PBES) -> None:
    pfx = packed(cliente, algorithm).replace(WRITTEN, RAISED)
    began = time.process_time()
    with pytest.raises(CertificadoRecusado) as caught:
        abrir(pfx, SENHA)
    assert caught.value.motivo == "ilegivel"
    assert time.process_time() - began < 1


@pytest.mark.parametrize(
    "content", [b"", b"\x30", b"\x30\x80", b"\x30\x80" * 5000, b"\x30\xff" + b"\xff" * 300, b"\x04\x00\x02\x00"]
)
def test_what_is_no_structure_asks_for_nothing(content: bytes) -> None:
    assert not asks_too_much(content)


def value(tag: int, *content: bytes) -> bytes:
    """Return a value of DER."""
    whole = b"".join(content)
    size = len(whole).to_bytes((len(whole).bit_length() + 7) // 8 or 1, "big")
    return bytes([tag, *(size if len(whole) < 0x80 else (0x80 | len(size), *size))]) + whole


def oid(name: bytes) -> bytes:
    return value(0x06, name)


def sealed(plain: bytes, rounds: int, *, real: bool = True) -> tuple[bytes, bytes]:
    """Return how something is encrypted, and it so; what is not real only says so."""
    salt, iv = bytes(8), bytes(16)
    named = value(
        0x30,
        value(0x04, salt),
        value(0x02, rounds.to_bytes(rounds.bit_length() // 8 + 1, "big")),
        value(0x30, oid(SHA256), b"\5\0"),
    )
    scheme = value(0x30, oid(AES256), value(0x04, iv))
    how = value(0x30, oid(PBES2), value(0x30, value(0x30, oid(PBKDF2), named), scheme))
    if not real:
        return how, plain
    padded = plain + bytes([16 - len(plain) % 16]) * (16 - len(plain) % 16)
    key = hashlib.pbkdf2_hmac("sha256", SENHA.encode(), salt, rounds, 32)
    making = Cipher(algorithms.AES(key), modes.CBC(iv)).encryptor()
    return how, making.update(padded) + making.finalize()


def bags(rounds: int) -> bytes:
    """Return the bag of a key that asks for so many rounds."""
    how, cipher = sealed(bytes(1200), rounds, real=False)
    return value(0x30, value(0x30, oid(KEY_BAG), value(0xA0, value(0x30, how, value(0x04, cipher)))))


def in_one_part(bag: bytes) -> bytes:
    return value(0x30, value(0x30, oid(DATA), value(0xA0, value(0x04, bag))))


def encrypted(bag: bytes) -> bytes:
    how, cipher = sealed(bag, 2048)
    inner = value(0x30, value(0x02, b"\0"), value(0x30, oid(DATA), how, value(0x80, cipher)))
    return value(0x30, value(0x30, oid(ENCRYPTED), value(0xA0, inner)))


def file(parts: bytes) -> bytes:
    return value(0x30, value(0x02, b"\3"), value(0x30, oid(DATA), value(0xA0, parts)))


def whole(parts: bytes) -> bytes:
    return file(value(0x04, parts))


def in_pieces(parts: bytes) -> bytes:
    return file(value(0x24, value(0x04, parts[:100]), value(0x04, parts[100:])))


@pytest.mark.parametrize("packing", [whole, in_pieces])
@pytest.mark.parametrize("hiding", [in_one_part, encrypted])
def test_rounds_that_hide_are_not_made(packing: Callable[[bytes], bytes], hiding: Callable[[bytes], bytes]) -> None:
    pfx = packing(hiding(bags(2**31 - 1)))
    began = time.process_time()
    with pytest.raises(CertificadoRecusado) as caught:
        abrir(pfx, SENHA)
    assert caught.value.motivo == "ilegivel"
    assert time.process_time() - began < 1


def test_what_an_encrypted_part_asks_for_is_seen_without_a_process(cliente: Cliente) -> None:
    assert seen_rounds(whole(encrypted(bags(7))), SENHA) == 2048 + 7
    assert seen_rounds(packed(cliente, pkcs12.PBES.PBESv2SHA256AndAES256CBC), SENHA) is not None
    assert seen_rounds(packed(cliente, pkcs12.PBES.PBESv1SHA1And3KeyTripleDESCBC), SENHA) is None
    assert seen_rounds(cliente.pfx, "errada") is None
