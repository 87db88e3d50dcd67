"""`esteira usuarios`: who owns webhooks, companies and documents."""

from typing import Annotated

import typer

from cli.options import Depois, Json, Limite
from cli.output import document, plain, report, say
from cli.portuguese import Noun
from core.page import SIZE
from flows.usuarios import managing, views

app = Noun("Usuários: donos de webhooks, empresas e documentos.")
Nome = Annotated[str, typer.Argument(metavar="NOME", help="Nome do usuário, como entra no sistema.")]
COLUMNS = {"usuario": "Usuário", "nome": "Nome", "email": "E-mail", "staff": "Equipe", "ativo": "Ativo"}


@app.command()
def criar(
    usuario: Nome,
    email: Annotated[str, typer.Option("--email", help="Endereço de e-mail.")] = "",
    nome: Annotated[str, typer.Option("--nome", help="Nome da pessoa.")] = "",
    staff: Annotated[bool, typer.Option("--staff", help="É da equipe: vê também o que é do operador.")] = False,
    substituir: Annotated[bool, typer.Option("--substituir", help="Muda o usuário que já tem este nome.")] = False,
    as_json: Json = False,
) -> None:
    """Cria um usuário."""
    _answer(
        managing.criar(usuario, email=email, nome=nome, staff=staff, replacing=substituir), "criado", as_json=as_json
    )


@app.command()
def listar(limite: Limite = SIZE, depois: Depois = None, as_json: Json = False) -> None:
    """Lista os usuários."""
    found = views.listar(depois=depois, limite=limite)
    report(found, COLUMNS, "Nenhum usuário. Crie um com `esteira usuarios criar`.", as_json=as_json)


@app.command()
def desativar(usuario: Nome, as_json: Json = False) -> None:
    """Desativa um usuário; o que é dele fica."""
    _answer(managing.desativar(usuario), "desativado", as_json=as_json)


@app.command()
def ativar(usuario: Nome, as_json: Json = False) -> None:
    """Ativa de novo um usuário."""
    _answer(managing.ativar(usuario), "ativado", as_json=as_json)


def _answer(user: views.UserView, done: str, *, as_json: bool) -> None:
    if as_json:
        document(plain(user))
    say(f"Usuário {user.usuario} {done}.")
