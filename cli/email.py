"""`esteira email`: what people read in their mail, and whether the server takes it."""

from pathlib import Path
from typing import Annotated

import typer

from cli.options import Json
from cli.output import answer, document, say, table
from cli.portuguese import Noun

app = Noun("E-mail: os avisos que as pessoas recebem, e as contas por onde saem.")
COLUMNS = {"nome": "Aviso", "grupo": "Grupo", "assunto": "Assunto"}
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
