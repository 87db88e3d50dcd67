"""A folder and a table: each row costs itself, running it again changes nothing, and no password is shown."""

from datetime import timedelta
from pathlib import Path

import pytest
from support.sefaz import EMPRESA, OUTRA, garbled

from core.clock import FixedClock
from core.errors import UsageError
from flows.certificados import batch, views
from sandbox.sefaz import Autoridade

SENHA = "outra;senha ção "  # pragma: allowlist secret


@pytest.fixture
def pasta(tmp_path: Path, autoridade: Autoridade, clock: FixedClock, empresa: str) -> Path:
    folder = tmp_path / "certificados"
    folder.mkdir()
    made = autoridade.cliente(EMPRESA, senha=SENHA, fim=clock.now() + timedelta(days=90))
    (folder / "um.pfx").write_bytes(made.pfx)
    (folder / "texto.pfx").write_bytes(b"isto nao e um certificado")
    (tmp_path / "fora.pfx").write_bytes(made.pfx)
    return folder


def table(folder: Path, *rows: str, head: str = "arquivo;empresa;senha", encoding: str = "utf-8") -> Path:
    path = folder / "lista.csv"
    path.write_bytes("\r\n".join([head, *rows]).encode(encoding))
    return path


def row(name: str, cnpj: str = EMPRESA, senha: str = SENHA) -> str:
    return f'{name};{cnpj};"{senha}"'


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_each_row_has_its_result(pasta: Path, clock: FixedClock, encoding: str) -> None:
    rows = (
        row("um.pfx"),
        row("um.pfx", senha="errada"),
        row("texto.pfx"),
        row("nenhum.pfx"),
        row("um.pfx", OUTRA),
        row("../fora.pfx"),
        row(""),
        row("um.pfx"),
    )
    found = batch.importar(table(pasta, *rows, encoding=encoding), clock=clock)
    assert [(one.linha, one.resultado) for one in found] == [
        (2, "adicionado"),
        *((number, "recusado") for number in range(3, 9)),
        (9, "igual"),
    ]
    said = [one.motivo or "" for one in found]
    for number, words in enumerate(
        (
            "",
            "senha não abre",
            "não é um certificado",
            "Não consegui ler",
            "não está cadastrada",
            "fora da pasta",
            "Falta",
        )
    ):
        assert words in said[number]
    assert SENHA.strip() not in repr(found)
    assert len(views.certificates().itens) == 1


def test_the_files_may_be_elsewhere_and_the_company_a_user_s(pasta: Path, tmp_path: Path, clock: FixedClock) -> None:
    head = "Arquivo;Empresa;Senha;usuario;nome;;"
    path = table(tmp_path, f'um.pfx;{EMPRESA};"{SENHA}";;Loja do Zé;;', head=head)
    assert [one.resultado for one in batch.importar(path, pasta, clock)] == ["adicionado"]
    assert [one.nome for one in views.certificates().itens] == ["Loja do Zé"]
    path = table(tmp_path, f'um.pfx;{EMPRESA};"{SENHA}";ninguem', head=head)
    assert ["Usuário desconhecido" in (one.motivo or "") for one in batch.importar(path, pasta, clock)] == [True]


def test_a_certificate_that_no_library_reads_costs_its_row_alone(
    pasta: Path, autoridade: Autoridade, clock: FixedClock
) -> None:
    (pasta / "estranho.pfx").write_bytes(garbled(autoridade.cliente(EMPRESA, senha=SENHA)))
    found = batch.importar(table(pasta, row("estranho.pfx"), row("um.pfx")), clock=clock)
    assert [one.resultado for one in found] == ["recusado", "adicionado"]


def test_a_link_leads_nowhere_else(pasta: Path, clock: FixedClock) -> None:
    (pasta / "circulo.pfx").symlink_to("circulo.pfx")
    (pasta / "fora.pfx").symlink_to(pasta.parent / "fora.pfx")
    rows = (row("circulo.pfx"), row("fora.pfx"), row("x" * 5000), row("um.pfx"))
    found = batch.importar(table(pasta, *rows), clock=clock)
    assert [one.resultado for one in found] == ["recusado"] * 3 + ["adicionado"]
    assert ["fora da pasta" in (one.motivo or "") for one in found] == [False, True, False, False]


@pytest.mark.parametrize("head", ["", "arquivo;empresa", "arquivo;empresa;senha;senha", "arquivo;empresa;senha;outra"])
def test_a_table_without_its_columns_is_refused(pasta: Path, head: str) -> None:
    with pytest.raises(UsageError, match="arquivo, empresa, senha"):
        batch.importar(table(pasta, row("um.pfx"), head=head) if head else table(pasta, head=""))


def test_a_newer_file_takes_the_place_of_the_older(pasta: Path, autoridade: Autoridade, clock: FixedClock) -> None:
    batch.importar(table(pasta, row("um.pfx")), clock=clock)
    made = autoridade.cliente(EMPRESA, senha=SENHA, fim=clock.now() + timedelta(days=500))
    (pasta / "dois.pfx").write_bytes(made.pfx)
    assert [one.resultado for one in batch.importar(table(pasta, row("dois.pfx")), clock=clock)] == ["substituido"]
    assert [one.dias for one in views.certificates(clock=clock).itens] == [500]
