"""`esteira usuarios`: who owns webhooks, companies and documents."""

from typing import Annotated

import typer

from cli import passwords
from cli.options import Depois, Json, Limite
from cli.output import answer, document, plain, report, say
from cli.portuguese import Noun
from core.page import SIZE
from flows.usuarios import managing, tokens, views
from flows.usuarios.passwords import definir

app = Noun("Usuários: donos de webhooks, empresas e documentos.")
Nome = Annotated[str, typer.Argument(metavar="NOME", help="Nome do usuário, como entra no sistema.")]
COLUMNS = {
    "usuario": "Usuário",
    "nome": "Nome",
    "email": "E-mail",
    "staff": "Equipe",
    "ativo": "Ativo",
    "limite": "Limite",
}


@app.command()
def criar(
    usuario: Nome,
    email: Annotated[str, typer.Option("--email", help="Endereço de e-mail.")] = "",
    nome: Annotated[str, typer.Option("--nome", help="Nome da pessoa.")] = "",
    staff: Annotated[bool, typer.Option("--staff", help="É da equipe: vê também o que é do operador.")] = False,
    substituir: Annotated[bool, typer.Option("--substituir", help="Muda o usuário que já tem este nome.")] = False,
    as_json: Json = False,
) -> None:
    """Cria um usuário e o seu primeiro token da API, que só aparece agora."""
    user = managing.criar(usuario, email=email, nome=nome, staff=staff, replacing=substituir)
    token = tokens.first_of(user)
    if as_json:
        document(plain(user) | {"token": token})
    say(f"Usuário {user.usuario} criado.")
    if token is not None and not as_json:
        say(tokens.ONCE)
        answer(token)


@app.command()
def senha(
    usuario: Nome,
    senha: Annotated[str | None, typer.Option("--senha", help="`-` lê da entrada padrão; sem isto, pergunta.")] = None,
) -> None:
    """Define a senha com que o usuário entra na API e no painel."""
    definir(usuario, passwords.read(senha, "Senha nova: "))
    say(f"Senha de {usuario} definida.")


@app.command()
def limitar(
    usuario: Nome,
    pedidos: Annotated[int, typer.Argument(metavar="PEDIDOS", help="Pedidos por janela; 0 volta ao da configuração.")],
    as_json: Json = False,
) -> None:
    """Dá a um usuário um limite de pedidos próprio na API."""
    _answer(
        managing.limitar(usuario, pedidos or None), "limitado" if pedidos else "sem limite próprio", as_json=as_json
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


@app.command()
def avisos(
    usuario: Nome,
    email: Annotated[str | None, typer.Option("--email", help="Para onde vão; '' deixa de enviar.")] = None,
    avisos: Annotated[str | None, typer.Option("--avisos", help="Quais, separados por vírgula; '*' são todos.")] = None,
    silencio: Annotated[str | None, typer.Option("--silencio", help="Horário sem: 22:00-07:00; '' tira.")] = None,
    notificar: Annotated[bool | None, typer.Option("--notificar/--nao-notificar", help="Liga ou desliga.")] = None,
    conta: Annotated[str | None, typer.Option("--conta", help="Conta de [email] que envia, se há várias.")] = None,
    as_json: Json = False,
) -> None:
    """Mostra ou muda os avisos por e-mail de um usuário: para onde, quais, e quando não.

    O que é devido no horário de silêncio sai ao fim dele; só um certificado a 3 dias do fim não espera.
    """
    from flows.usuarios import avisos as preferences

    wanted = avisos.split(",") if avisos is not None else None
    shown = preferences.mudar(usuario, email=email, avisos=wanted, silencio=silencio, notificar=notificar, conta=conta)
    if as_json:
        document(plain(shown))
    for label, value in (
        ("E-mail", shown.email or _own(shown.proprio)),
        ("Avisos", ", ".join(shown.avisos) or "nenhum"),
        ("Silêncio", shown.silencio or "não há"),
        ("Situação", shown.situacao + (f": {shown.motivo}" if shown.motivo else "")),
        ("Conta", shown.conta or "não há"),
    ):
        say(f"{label}: {value}")
    if shown.situacao == "sem conta":
        say(f"Nada é enviado: {_lacking()} (docs/reference/email.md).")


def _lacking() -> str:
    from core.settings.email import EmailSettings

    there = ", ".join(sorted(EmailSettings.current().contas))
    return f"diga em --conta uma das que há, {there}" if there else "preencha a seção [email] da configuração"


def _own(address: str) -> str:
    if not address:
        return "nenhum: nada é enviado"
    return f"nenhum escolhido; para {address} vai só o vencimento de certificados"


def _answer(user: views.UserView, done: str, *, as_json: bool) -> None:
    if as_json:
        document(plain(user))
    say(f"Usuário {user.usuario} {done}.")
