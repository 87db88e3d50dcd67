"""`esteira eventos`: what happens; fire one by hand."""

import json
from typing import Annotated, Any

import typer

from cli.entregas import tell
from cli.options import Depois, Fila, Json, Limite
from cli.output import document, report, say
from cli.portuguese import Noun
from core.errors import UsageError
from core.page import SIZE
from flows.eventos import views

app = Noun("Eventos: o que aconteceu.")


@app.command()
def disparar(
    evento: Annotated[str, typer.Argument(help="Nome do evento; veja `esteira eventos listar`.")],
    dados: Annotated[str, typer.Option("--dados", help="Um objeto JSON.")],
    fila: Fila = False,
    as_json: Json = False,
) -> None:
    """Registra um evento sem usuário e o entrega aos destinos sem dono."""
    from events.outbox import disparar_webhook
    from flows.entregas import delivering

    webhook_id = disparar_webhook(evento, parsed(dados))
    if not fila:
        delivering.deliver_now(webhook_id)
    say(f"Evento {evento} registrado: {webhook_id}.")
    rows = tell(webhook_id)
    if not rows:
        say("Nenhum destino assina este evento.")
    if as_json:
        document({"id": webhook_id, "evento": evento, "entregas": rows})


@app.command()
def listar(as_json: Json = False) -> None:
    """Lista os eventos conhecidos."""
    report(views.kinds(), {"evento": "Evento", "rotulo": "Rótulo"}, "Nenhum evento.", as_json=as_json)


@app.command()
def registrados(limite: Limite = SIZE, depois: Depois = None, as_json: Json = False) -> None:
    """Lista o que aconteceu, do mais novo para o mais antigo."""
    columns = {"id": "Nº", "ocorrido_em": "Quando", "evento": "Evento", "webhook_id": "webhook-id"}
    report(views.recorded(depois, limite), columns, "Nada aconteceu ainda.", as_json=as_json)


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
