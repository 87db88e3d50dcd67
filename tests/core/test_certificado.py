"""A1 files: whose they are, and a plain sentence for each that does not serve.

docs/reference/contracts/sefaz.md §2.1, §5.1.
"""

import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import pkcs12
from support.sefaz import EMPRESA, FILIAL, OUTRA, garbled

from core.certificado import OID_CNPJ, CertificadoRecusado, _text, abrir
from core.fiscal import digitos_cnpj, digitos_cpf
from sandbox.sefaz import Autoridade, Cliente
from sandbox.sefaz.autoridade import POLITICA_A3, TIPOS, empacotado

CASOS = Path(__file__).parent / "casos"
SENHA = "senha-do-arquivo"  # pragma: allowlist secret
CPF = "111444777" + digitos_cpf("111444777")
LETRAS = "12ABC34501DE" + digitos_cnpj("12ABC34501DE")  # pragma: allowlist secret
NOW = datetime.now(UTC)


@pytest.fixture
def autoridade(tmp_path: Path) -> Autoridade:
    return Autoridade(tmp_path)


def nested(der: bytes, times: int) -> bytes:
    """Return a value in so many sequences, one in the other."""
    for _ in range(times):
        der = b"\x30\x82" + len(der).to_bytes(2, "big") + der
    return der


def refused(pfx: bytes, senha: str = SENHA) -> str:
    with pytest.raises(CertificadoRecusado) as caught:
        abrir(pfx, senha)
    assert str(caught.value).endswith(".")
    assert senha == "" or senha not in str(caught.value)
    return caught.value.motivo


def test_it_says_whose_it_is_and_until_when(autoridade: Autoridade) -> None:
    end = datetime(2027, 3, 1, 12, tzinfo=UTC)
    found = abrir(autoridade.cliente(EMPRESA, fim=end).pfx, SENHA)
    assert (found.documento, found.base, found.titular) == (EMPRESA, EMPRESA[:8], "EMPRESA DE TESTE LTDA")
    assert (found.emissor, found.fim) == ("AC de Teste", end)
    assert found.inicio < NOW


@pytest.mark.parametrize("tipo", sorted(TIPOS))
@pytest.mark.parametrize("cnpj", [EMPRESA, LETRAS])
def test_the_cnpj_is_found_in_any_text_type(autoridade: Autoridade, tipo: str, cnpj: str) -> None:
    assert abrir(autoridade.cliente(cnpj, tipo=tipo, no_nome=False).pfx, SENHA).documento == cnpj


@pytest.mark.parametrize(
    "der",
    [
        b"\x04\x81\x0e" + EMPRESA.encode(),
        b"\xa0\x10\x13\x0e" + EMPRESA.encode(),
        b"\x13\x12" + b"11.222.333/0001-81",
    ],
    ids=["long length", "wrapped", "with points"],
)
def test_other_writings_of_a_text_are_read(der: bytes) -> None:
    assert _text(der) == EMPRESA


@pytest.mark.parametrize(
    "der", [b"", b"\x04", b"\x04\x85", b"\x1e\x03abc", b"\x0c\x02\xff\xff", nested(b"\x0c\x03abc", 3000)[:-3]]
)
def test_what_is_no_text_is_none(der: bytes) -> None:
    assert _text(der) in ("", "a", "ab", "abc")


def test_without_its_name_of_icp_brasil_the_common_name_counts(autoridade: Autoridade) -> None:
    assert abrir(autoridade.cliente(EMPRESA, tipo=None).pfx, SENHA).documento == EMPRESA


def test_an_e_cpf_is_of_a_person(autoridade: Autoridade) -> None:
    found = abrir(autoridade.cliente(EMPRESA, cpf=CPF).pfx, SENHA)
    assert found.documento == CPF
    with pytest.raises(CertificadoRecusado, match="e-CPF") as caught:
        found.conferir_empresa(EMPRESA)
    assert caught.value.motivo == "e_cpf"


def test_a_branch_is_of_the_same_company_and_a_stranger_is_not(autoridade: Autoridade) -> None:
    found = abrir(autoridade.cliente(EMPRESA).pfx, SENHA)
    found.conferir_empresa(EMPRESA)
    found.conferir_empresa(FILIAL)
    with pytest.raises(CertificadoRecusado, match=r"11\.222\.333/0001-81, que não é a empresa 99\.888\.777") as caught:
        found.conferir_empresa(OUTRA)
    assert caught.value.motivo == "outra_empresa"


def test_its_time_is_judged_by_whoever_has_the_clock(autoridade: Autoridade) -> None:
    found = abrir(autoridade.cliente(EMPRESA, inicio=NOW, fim=NOW + timedelta(days=10)).pfx, SENHA)
    found.conferir(NOW + timedelta(days=9))
    for days, motivo in ((-1, "futuro"), (11, "vencido")):
        with pytest.raises(CertificadoRecusado) as caught:
            found.conferir(NOW + timedelta(days=days))
        assert caught.value.motivo == motivo


def test_its_days_are_those_of_the_installation(autoridade: Autoridade) -> None:
    # half past ten in the evening in São Paulo
    begins, ends = (datetime(year, 3, 2, 1, 30, tzinfo=UTC) for year in (2026, 2028))
    short = autoridade.cliente(OUTRA, inicio=begins, fim=ends - timedelta(days=300)).cadeia[0]
    own = autoridade.cliente(EMPRESA, inicio=begins, fim=ends)
    found, chained = (abrir(empacotado((own.cadeia[0], *more), own.chave, SENHA), SENHA) for more in ((), (short,)))
    for one, moment, said in (
        (found, begins - timedelta(hours=1), r"a partir de 01/03/2026\."),
        (found, ends + timedelta(hours=1), r"venceu em 01/03/2028\."),
        (chained, ends, r"venceu em 06/05/2027\."),
    ):
        with pytest.raises(CertificadoRecusado, match=said):
            one.conferir(moment)


def test_an_authority_in_the_file_that_has_ended_is_told(autoridade: Autoridade) -> None:
    own = autoridade.cliente(EMPRESA, fim=NOW + timedelta(days=400))
    short = autoridade.cliente(OUTRA, fim=NOW + timedelta(days=10)).cadeia[0]
    found = abrir(empacotado((own.cadeia[0], short), own.chave, SENHA), SENHA)
    with pytest.raises(CertificadoRecusado, match="sem a cadeia") as caught:
        found.conferir(NOW + timedelta(days=20))
    assert caught.value.motivo == "cadeia_vencida"


def without_key(one: Cliente) -> bytes:
    return empacotado(one.cadeia, None, SENHA)


def key_alone(one: Cliente) -> bytes:
    how = serialization.BestAvailableEncryption(SENHA.encode())
    return pkcs12.serialize_key_and_certificates(None, one.chave, None, None, how)


def in_pem(one: Cliente) -> bytes:
    return one.cadeia[0].public_bytes(serialization.Encoding.PEM)


def in_der(one: Cliente) -> bytes:
    return one.cadeia[0].public_bytes(serialization.Encoding.DER)


@pytest.mark.parametrize(
    ("made", "motivo"),
    [
        (without_key, "sem_chave"),
        (key_alone, "sem_certificado"),
        (in_pem, "so_certificado"),
        (in_der, "so_certificado"),
        (lambda one: b"", "ilegivel"),
        (lambda one: b"isto nao e um certificado", "ilegivel"),
        (lambda one: one.pfx[:-50], "ilegivel"),
        (lambda one: one.pfx + bytes(256 * 1024), "grande"),
    ],
    ids=["no key", "key alone", "PEM", "DER", "empty", "text", "cut", "large"],
)
def test_a_file_that_does_not_serve_is_told(autoridade: Autoridade, made: object, motivo: str) -> None:
    assert callable(made)
    assert refused(made(autoridade.cliente(EMPRESA))) == motivo


@pytest.mark.parametrize("senha", ["errada", "", "ç" * 40, "\udcff"])
def test_a_wrong_password_is_told(autoridade: Autoridade, senha: str) -> None:
    assert refused(autoridade.cliente(EMPRESA).pfx, senha) == "senha"


@pytest.mark.parametrize("senha", ["", "com espaço e ção"])
def test_a_password_may_be_empty_or_have_accents(autoridade: Autoridade, senha: str) -> None:
    assert abrir(autoridade.cliente(EMPRESA, senha=senha).pfx, senha).documento == EMPRESA


def test_an_a3_is_told_by_its_policy(autoridade: Autoridade) -> None:
    assert refused(autoridade.cliente(EMPRESA, politica=POLITICA_A3).pfx) == "a3"


def test_a_certificate_of_no_company_is_told(autoridade: Autoridade) -> None:
    assert refused(autoridade.cliente(EMPRESA, tipo=None, no_nome=False).pfx) == "sem_documento"
    assert refused(autoridade.cliente("11222333000180").pfx) == "sem_documento"


def self_signed(one: Cliente, name: x509.Name, *more: x509.ExtensionType) -> bytes:
    """Return a file whose certificate anybody could have written."""
    made = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(one.chave.public_key())
    made = made.serial_number(1).not_valid_before(NOW).not_valid_after(NOW + timedelta(days=1))
    for extension in more:
        made = made.add_extension(extension, critical=False)
    return empacotado([made.sign(one.chave, hashes.SHA256())], one.chave, SENHA)


@pytest.mark.parametrize("said", ["EMPRESA", f"EMPRESA:{EMPRESA}"])
def test_a_name_wrapped_without_end_is_no_name(autoridade: Autoridade, said: str) -> None:
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, said)])
    deep = x509.OtherName(x509.ObjectIdentifier(OID_CNPJ), nested(b"\x0c\x00", 3000))
    pfx = self_signed(autoridade.cliente(EMPRESA), name, x509.SubjectAlternativeName([deep]))
    if said == "EMPRESA":
        assert refused(pfx) == "sem_documento"
    else:
        assert abrir(pfx, SENHA).documento == EMPRESA


def test_a_certificate_that_no_library_reads_is_told(autoridade: Autoridade) -> None:
    assert refused(garbled(autoridade.cliente(EMPRESA))) == "ilegivel"


def test_a_key_that_cannot_sign_events_is_told(autoridade: Autoridade) -> None:
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, f"EMPRESA:{EMPRESA}")])
    made = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    made = made.serial_number(1).not_valid_before(now).not_valid_after(now + timedelta(days=1))
    own = made.sign(key, hashes.SHA256())
    how = serialization.BestAvailableEncryption(SENHA.encode())
    assert refused(pkcs12.serialize_key_and_certificates(None, key, own, None, how)) == "chave"


def test_a_file_with_the_old_cipher_is_opened() -> None:
    assert abrir((CASOS / "rc2-40.pfx").read_bytes(), SENHA).documento == EMPRESA


def test_where_the_old_cipher_is_not_to_be_had_the_sentence_says_how_to_export() -> None:
    program = (
        "import sys; from core.certificado import CertificadoRecusado, abrir\n"
        "try: abrir(open(sys.argv[1], 'rb').read(), sys.argv[2])\n"
        "except CertificadoRecusado as fault: print(fault.motivo, fault)"
    )
    found = subprocess.run(
        [sys.executable, "-c", program, str(CASOS / "rc2-40.pfx"), SENHA],
        cwd=Path(__file__).parents[2],
        env={"CRYPTOGRAPHY_OPENSSL_NO_LEGACY": "1", "PYTHONPATH": str(Path(__file__).parents[2])},
        capture_output=True,
        text=True,
        check=True,
    )
    assert found.stdout.startswith("rc2 ")
    assert "RC2-40" in found.stdout
    assert "openssl pkcs12 -export" in found.stdout


def test_nothing_secret_is_shown(autoridade: Autoridade) -> None:
    found = abrir(autoridade.cliente(EMPRESA).pfx, SENHA)
    assert SENHA not in repr(found)
    assert "chave" not in repr(found)
