"""A file that would take days to open is not opened."""

import time
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import NoEncryption, PrivateFormat, pkcs12
from support.pfx import SENHA, bags, encrypted, in_one_part, in_pieces, whole
from support.sefaz import EMPRESA

from core.certificado import CertificadoRecusado, abrir
from core.pkcs12 import _rounds, asks_too_much
from core.pkcs12_seen import seen_rounds
from sandbox.sefaz import Autoridade, Cliente
from sandbox.sefaz.autoridade import empacotado

CASOS = Path(__file__).parent / "casos"
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
