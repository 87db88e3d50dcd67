"""`esteira alertas`: what is wrong, and who knows."""

from typing import Annotated

import typer

from cli.options import Depois, Json, Limite
from cli.output import document, plain, report, say
from cli.portuguese import Noun
from core.page import SIZE
from core.text import plural
from flows.alertas import views

app = Noun("Alertas: o que está errado.")
Fonte = Annotated[str | None, typer.Option("--fonte", help=f"De quem é o objeto: {', '.join(views.sources())}.")]
COLUMNS = {
    "id": "Nº",
    "fonte": "Fonte",
    "objeto": "Objeto",
    "codigo": "Código",
    "severidade": "Severidade",
    "aberto_em": "Aberto",
    "reconhecido_em": "Reconhecido",
    "resolvido_em": "Resolvido",
    "mensagem": "Mensagem",
}


@app.command()
def listar(
    todos: Annotated[bool, typer.Option("--todos", help="Também os resolvidos.")] = False,
    fonte: Fonte = None,
    limite: Limite = SIZE,
    depois: Depois = None,
    as_json: Json = False,
) -> None:
    """Lista os alertas abertos, do mais novo para o mais antigo."""
    found = views.alerts(todos=todos, fonte=fonte, depois=depois, limite=limite)
    report(found, COLUMNS, "Nenhum alerta.", as_json=as_json)


@app.command()
def reconhecer(
    alerta: Annotated[str, typer.Argument(help="Número do alerta, ou nome do objeto (a caixa, o destino, o lote).")],
    fonte: Fonte = None,
    as_json: Json = False,
) -> None:
    """Diz que alguém já sabe: os lembretes param."""
    from flows.alertas.acknowledging import acknowledge

    found = acknowledge(alerta, fonte)
    say(plural(len(found), "alerta reconhecido", "alertas reconhecidos") + ".")
    if as_json:
        document([plain(one) for one in found])
