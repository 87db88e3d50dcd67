"""`esteira eventos`: fire one by hand."""

import json
from typing import Annotated, Any

import typer

from cli.entregas import report
from cli.output import document, say, table
from cli.portuguese import Noun
from core.errors import UsageError
from events import disparar_webhook
from events.catalog import CATALOG
from flows import entregas

app = Noun("Eventos: o que aconteceu.")
Json = Annotated[bool, typer.Option("--json", help="Responde em JSON.")]


@app.command()
def disparar(
    evento: Annotated[str, typer.Argument(help="Nome do evento; veja `esteira eventos listar`.")],
    dados: Annotated[str, typer.Option("--dados", help="Um objeto JSON.")],
    fila: Annotated[bool, typer.Option("--fila", help="Deixa a entrega para os workers.")] = False,
    as_json: Json = False,
) -> None:
    """Registra um evento sem usuário e o entrega aos destinos sem dono."""
    message_id = disparar_webhook(evento, parsed(dados))
    if not fila:
        entregas.entregar_agora(message_id)
    say(f"Evento {evento} registrado: {message_id}.")
    rows = report(message_id)
    if not rows:
        say("Nenhum destino assina este evento.")
    if as_json:
        document({"id": message_id, "evento": evento, "entregas": rows})


@app.command()
def listar(as_json: Json = False) -> None:
    """Lista os eventos conhecidos."""
    rows = [{"evento": name, "rotulo": kind.rotulo} for name, kind in CATALOG.items()]
    if as_json:
        document(rows)
        return
    table(rows, {"evento": "Evento", "rotulo": "Rótulo"}, "")


def parsed(text: str) -> dict[str, Any]:
    """Return the JSON object that was typed."""
    try:
        value = json.loads(text, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        raise UsageError("--dados não é um JSON válido.") from None
    if not isinstance(value, dict):
        raise UsageError("--dados deve ser um objeto JSON, como '{\"chave\": 1}'.")
    return value


def _no_constant(name: str) -> None:
    raise ValueError(name)
