"""`esteira alertas`: what is wrong, and who knows."""

from typing import Annotated, Any

import typer

from cli.output import document, instant, say, table
from cli.portuguese import Noun
from flows import alertas
from storage.models import Alerta

app = Noun("Alertas: o que está errado.")
Json = Annotated[bool, typer.Option("--json", help="Responde em JSON.")]


@app.command()
def listar(
    todos: Annotated[bool, typer.Option("--todos", help="Também os resolvidos.")] = False, as_json: Json = False
) -> None:
    """Lista os alertas abertos."""
    rows = [_shown(alerta) for alerta in alertas.listar(todos=todos)]
    if as_json:
        document(rows)
        return
    columns = {
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
    table(rows, columns, "Nenhum alerta.")


@app.command()
def reconhecer(
    alerta: Annotated[str, typer.Argument(help="Número do alerta, ou nome do objeto (a caixa, o destino, o lote).")],
    fonte: Annotated[
        str | None, typer.Option("--fonte", help="De quem é o objeto: sat, entregas, questor, fluxos.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Diz que alguém já sabe: os lembretes param."""
    found = alertas.reconhecer(alerta, fonte)
    say(f"{len(found)} alertas reconhecidos.")
    if as_json:
        document([_shown(one) for one in found])


def _shown(alerta: Alerta) -> dict[str, Any]:
    return {
        "id": alerta.id,
        "fonte": alerta.fonte,
        "objeto": alerta.objeto,
        "codigo": alerta.codigo,
        "severidade": alerta.severidade,
        "mensagem": alerta.mensagem,
        "aberto_em": instant(alerta.aberto_em),
        "reconhecido_em": instant(alerta.reconhecido_em),
        "resolvido_em": instant(alerta.resolvido_em),
    }
