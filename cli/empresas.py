"""`esteira empresas`: whose documents are kept."""

from typing import Annotated

import typer

from cli.options import Depois, Json, Limite, Usuario
from cli.output import document, plain, report, say
from cli.portuguese import Noun
from core.page import SIZE
from flows.empresas import managing, views
from flows.usuarios.finding import caller_of

app = Noun("Empresas: de quem são os documentos guardados.")
Cnpj = Annotated[str, typer.Argument(metavar="CNPJ", help="Com ou sem pontuação; pode ter letras.")]
COLUMNS = {"cnpj": "CNPJ", "nome": "Nome", "usuario": "Usuário", "uf": "UF", "ativa": "Ativa", "criada_em": "Desde"}


@app.command()
def criar(
    cnpj: Cnpj,
    usuario: Usuario = None,
    nome: Annotated[str | None, typer.Option("--nome", help="Nome da empresa, para as pessoas.")] = None,
    uf: Annotated[str | None, typer.Option("--uf", help="Estado da empresa, como SP; a SEFAZ o pede.")] = None,
    substituir: Annotated[
        bool, typer.Option("--substituir", help="Muda o que se diz da empresa que já tem este CNPJ.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Cadastra uma empresa de um usuário; sem --usuario ela é do operador."""
    made = managing.criar(cnpj, nome=nome, uf=uf, replacing=substituir, caller=caller_of(usuario))
    _answer(made, "cadastrada", as_json=as_json)


@app.command()
def listar(usuario: Usuario = None, limite: Limite = SIZE, depois: Depois = None, as_json: Json = False) -> None:
    """Lista as empresas."""
    found = views.listar(depois=depois, limite=limite, caller=caller_of(usuario))
    report(found, COLUMNS, "Nenhuma empresa. Cadastre uma com `esteira empresas criar`.", as_json=as_json)


@app.command()
def desativar(cnpj: Cnpj, usuario: Usuario = None, as_json: Json = False) -> None:
    """Não recebe mais documentos de uma empresa; os guardados ficam."""
    _answer(managing.desativar(cnpj, caller_of(usuario)), "desativada", as_json=as_json)


@app.command()
def ativar(cnpj: Cnpj, usuario: Usuario = None, as_json: Json = False) -> None:
    """Volta a receber documentos de uma empresa."""
    _answer(managing.ativar(cnpj, caller_of(usuario)), "ativada", as_json=as_json)


def _answer(empresa: views.CompanyView, done: str, *, as_json: bool) -> None:
    if as_json:
        document(plain(empresa))
    say(f"Empresa {empresa.cnpj} {done}{f' para {empresa.usuario}' if empresa.usuario else ''}.")
