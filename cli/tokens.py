"""`esteira tokens`: who may use the API, and in whose name."""

from typing import Annotated

import typer

from cli.options import Depois, Json, Limite, Usuario
from cli.output import answer, document, plain, report, say
from cli.portuguese import Noun
from core.page import SIZE
from flows.usuarios import tokens

app = Noun("Tokens da API: criar, listar e revogar.")
COLUMNS = {
    "id": "Nº",
    "usuario": "Usuário",
    "prefixo": "Começa com",
    "origem": "Origem",
    "situacao": "Situação",
    "criado_em": "Criado em",
    "expira_em": "Vale até",
    "ultimo_uso": "Último uso",
}


@app.command()
def criar(
    usuario: Annotated[str, typer.Argument(metavar="USUARIO", help="De quem é o token.")],
    dias: Annotated[
        int | None, typer.Option("--dias", help="Por quantos dias vale; sem isto, até ser revogado.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Cria um token, que só aparece agora."""
    made = tokens.criar(usuario, dias=dias)
    if as_json:
        document(plain(made.view) | {"token": made.token})
        return
    say(tokens.ONCE)
    answer(made.token)


@app.command()
def listar(usuario: Usuario = None, limite: Limite = SIZE, depois: Depois = None, as_json: Json = False) -> None:
    """Lista os tokens, os mais novos primeiro."""
    found = tokens.listar(usuario, depois=depois, limite=limite)
    report(found, COLUMNS, "Nenhum token. Crie um com `esteira tokens criar USUARIO`.", as_json=as_json)


@app.command()
def revogar(
    token: Annotated[str, typer.Argument(metavar="TOKEN", help="Número do token, ou como ele começa.")],
    as_json: Json = False,
) -> None:
    """Revoga um token: quem o usa é recusado desde já."""
    ended = tokens.revogar(token)
    if as_json:
        document(plain(ended))
    say(f"Token {ended.prefixo}… de {ended.usuario} revogado.")
