"""`esteira email`: what people read in their mail, and whether the server takes it."""

from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

from cli.options import Json
from cli.output import answer, document, plain, report, say, table
from cli.portuguese import Noun
from cli.words import word
from core.errors import Transient

app = Noun("E-mail: os avisos que as pessoas recebem, e as contas por onde saem.")
COLUMNS = {"nome": "Aviso", "grupo": "Grupo", "assunto": "Assunto"}
ACCOUNTS = {
    "nome": "Conta",
    "servidor": "Servidor",
    "seguranca": "Cifra",
    "remetente": "Remetente",
    "parada_em": "Parada desde",
    "motivo": "Motivo",
}
Account = Annotated[str | None, typer.Option("--conta", help="A conta; sem isto, a única, ou padrao.")]
Folder = Annotated[
    Path | None, typer.Option("--pasta", help="Grava nela o HTML, o texto e as imagens, para abrir no navegador.")
]


@app.command()
def avisos(as_json: Json = False) -> None:
    """Lista os avisos que há."""
    from events.email.aviso import avisos as all_of_them

    rows = [
        {"nome": one.nome, "grupo": one.grupo.value, "assunto": one.assunto(one.exemplo)}
        for one in all_of_them().values()
    ]
    if as_json:
        document(rows)
    else:
        table(rows, COLUMNS, "Nenhum aviso.", whole=("nome",))


@app.command()
def contas(as_json: Json = False) -> None:
    """Lista as contas de e-mail, e por que uma está parada."""
    from flows.email import views

    empty = "Nenhuma conta: preencha a seção email da configuração."
    report(views.contas(), ACCOUNTS, empty, as_json=as_json, words=_words)


def _words(one: Any) -> dict[str, Any]:
    return plain(one) | {"seguranca": word(one.seguranca)}


@app.command()
def testar(
    endereco: Annotated[str, typer.Argument(metavar="ENDERECO", help="Para onde vai a mensagem de teste.")],
    conta: Account = None,
    as_json: Json = False,
) -> int:
    """Manda uma mensagem de teste agora; se chega ao servidor, uma conta parada volta. Termina com 3 se falhar."""
    from flows.email.trying import try_out

    tested = try_out(endereco, conta)
    if as_json:
        document(asdict(tested))
    if tested.sucesso:
        say(f"O servidor recebeu a mensagem para {tested.endereco}: {tested.resposta}.")
    else:
        say(f"Falhou: {tested.resposta}")
    if tested.estava_parada:
        say(f"A conta {tested.conta} estava parada e voltou.")
    for hint in tested.dicas:
        say(f"Aviso: {hint}.")
    return 0 if tested.sucesso else Transient.exit_code


@app.command()
def retomar(conta: Account = None) -> None:
    """Põe de volta uma conta parada; o que esperava por ela sai."""
    from flows.email.trying import resume

    nome, was_stopped = resume(conta)
    say(f"A conta {nome} voltou." if was_stopped else f"A conta {nome} não estava parada.")


@app.command()
def mostrar(
    aviso: Annotated[str, typer.Argument(metavar="NOME", help="O aviso; `esteira email avisos` os lista.")],
    html: Annotated[bool, typer.Option("--html", help="Responde com o HTML, não com o texto.")] = False,
    pasta: Folder = None,
) -> None:
    """Mostra como um aviso fica, com os dados de um exemplo; nada é enviado."""
    from events.email.aviso import known_aviso
    from events.email.preview import preview, write

    shown = preview(known_aviso(aviso))
    if pasta is not None:
        say(f"Gravei {', '.join(path.name for path in write(shown, pasta, aviso))} em {pasta}.")
    elif html:
        answer(shown.html)
    else:
        answer(f"Assunto: {shown.assunto}\n\n{shown.texto}")
