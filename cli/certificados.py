"""`esteira certificados`: the A1 files of companies."""

from pathlib import Path
from typing import Annotated, Any

import typer

from cli import passwords
from cli.options import Depois, Json, Limite, Usuario
from cli.output import document, plain, report, say
from cli.portuguese import Noun
from cli.words import word
from core.certificado import dia
from core.errors import Rejected
from core.page import SIZE
from core.text import plural
from flows.certificados import keeping, views
from flows.usuarios.finding import caller_of

app = Noun("Certificados A1: com eles a SEFAZ reconhece a empresa.")
FILE_LIMIT = 1024 * 1024
COLUMNS = {
    "empresa": "Empresa",
    "usuario": "Usuário",
    "cnpj": "CNPJ do certificado",
    "emissor": "Emissor",
    "validade_fim": "Vale até",
    "dias": "Dias",
    "situacao": "Situação",
}
Pfx = Annotated[Path, typer.Argument(metavar="ARQUIVO", help="O certificado A1, em PFX ou P12.")]
Cnpj = Annotated[str, typer.Option("--empresa", help="CNPJ da empresa; o certificado pode ser da matriz.")]
Senha = Annotated[
    str | None,
    typer.Option(
        "--senha", metavar="-", help="Com -, lê a senha da entrada; sem isto, de ESTEIRA_PFX_SENHA ou do teclado."
    ),
]
Nome = Annotated[str | None, typer.Option("--nome", help="Nome para as pessoas; sem ele, o do titular.")]


@app.command()
def adicionar(
    arquivo: Pfx, empresa: Cnpj, usuario: Usuario = None, senha: Senha = None, nome: Nome = None, as_json: Json = False
) -> None:
    """Guarda, cifrado, o certificado de uma empresa; serve também às filiais dela."""
    _answer(keeping.adicionar(_given(arquivo, empresa, usuario, senha, nome)), as_json=as_json)


@app.command()
def substituir(
    arquivo: Pfx, empresa: Cnpj, usuario: Usuario = None, senha: Senha = None, nome: Nome = None, as_json: Json = False
) -> None:
    """Troca o certificado de uma empresa por um mais novo; as consultas continuam de onde estão."""
    _answer(keeping.substituir(_given(arquivo, empresa, usuario, senha, nome)), as_json=as_json)


@app.command()
def importar(
    tabela: Annotated[Path, typer.Argument(metavar="CSV", help="Colunas: arquivo, empresa, senha; usuario e nome.")],
    pasta: Annotated[
        Path | None, typer.Option("--pasta", help="Onde estão os arquivos; sem isto, junto do CSV.")
    ] = None,
    as_json: Json = False,
) -> int:
    """Guarda os certificados de um CSV e diz o que houve com cada linha."""
    from flows.certificados import batch

    found = batch.importar(tabela, pasta)
    titles = {
        "linha": "Linha",
        "arquivo": "Arquivo",
        "empresa": "Empresa",
        "resultado": "Resultado",
        "motivo": "Motivo",
    }
    report(found, titles, "O arquivo não tem linhas.", as_json=as_json)
    refused = sum(one.resultado == batch.RECUSADO for one in found)
    kept = plural(len(found) - refused, "guardado", "guardados")
    say(f"{kept}, {plural(refused, 'recusado', 'recusados')}. Apague o CSV: ele tem as senhas.")
    return Rejected.exit_code if refused else 0


@app.command()
def listar(usuario: Usuario = None, limite: Limite = SIZE, depois: Depois = None, as_json: Json = False) -> None:
    """Lista os certificados, e até quando valem."""
    found = views.certificates(depois=depois, limite=limite, caller=caller_of(usuario))
    empty = "Nenhum certificado. Guarde um com `esteira certificados adicionar`."
    report(found, COLUMNS, empty, as_json=as_json, words=_words)


@app.command()
def desativar(empresa: Cnpj, usuario: Usuario = None, as_json: Json = False) -> None:
    """Não usa mais o certificado de uma empresa; ele fica guardado."""
    _switched(keeping.desativar(empresa, usuario), "desativado", as_json=as_json)


@app.command()
def ativar(empresa: Cnpj, usuario: Usuario = None, as_json: Json = False) -> None:
    """Volta a usar o certificado de uma empresa."""
    _switched(keeping.ativar(empresa, usuario), "ativado", as_json=as_json)


def _words(one: views.CertificateView) -> dict[str, Any]:
    return plain(one) | {"situacao": word(one.situacao)}


def _given(arquivo: Path, empresa: str, usuario: str | None, senha: str | None, nome: str | None) -> keeping.Arquivo:
    from core.text_file import read_bytes

    content = read_bytes(arquivo, FILE_LIMIT)
    return keeping.Arquivo(content, _password(senha), empresa, usuario, nome)


def _password(said: str | None) -> str:
    from core.settings.load import PFX_PASSWORD_VARIABLE, pfx_password

    return passwords.read(said, "Senha do certificado: ", pfx_password, f", ou {PFX_PASSWORD_VARIABLE}")


def _answer(found: keeping.Guardado, *, as_json: bool) -> None:
    one = found.certificado
    if as_json:
        document(plain(one))
    done = {"adicionado": "guardado", "substituido": "trocado", "igual": "já estava guardado"}[found.resultado]
    say(f"Certificado de {one.titular} ({one.cnpj}) {done} para {one.empresa}; vale até {dia(one.validade_fim)}.")


def _switched(one: views.CertificateView, done: str, *, as_json: bool) -> None:
    if as_json:
        document(plain(one))
    say(f"Certificado de {one.empresa} {done}.")
