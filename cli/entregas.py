"""`esteira entregas`: what is owed, what was tried."""

from typing import Annotated, Any

import typer
from sqlalchemy import Row

from cli.output import document, instant, out, say, table
from cli.portuguese import Noun
from core.instant import read_instant
from core.settings.core import CoreSettings
from flows import entregas
from flows.destinos.finding import number_of
from flows.entregas import recuperacao
from storage.models import Attempt, Delivery, Destino, Event

app = Noun("Entregas: um evento devido a um destino.")
Json = Annotated[bool, typer.Option("--json", help="Responde em JSON.")]
COLUMNS = {
    "id": "Nº",
    "evento": "Evento",
    "destino": "Destino",
    "estado": "Estado",
    "tentativas": "Tentativas",
    "proxima_tentativa": "Próxima",
    "ultimo_erro": "Último erro",
}


@app.command()
def listar(
    estado: Annotated[
        str | None,
        typer.Option("--estado", help="pendente, enviando, entregue, esgotado, retido ou bloqueado."),
    ] = None,
    limite: Annotated[int, typer.Option("--limite", min=1, max=10000, help="Quantas, das mais novas.")] = 100,
    as_json: Json = False,
) -> None:
    """Lista as entregas mais novas."""
    rows = [shown(row) for row in entregas.listar(estado, limite)]
    if as_json:
        document(rows)
        return
    table(rows, COLUMNS, "Nenhuma entrega.")


@app.command()
def mostrar(
    entrega: Annotated[int, typer.Argument(metavar="ID", help="Número da entrega.")], as_json: Json = False
) -> None:
    """Mostra uma entrega, o corpo enviado e cada tentativa."""
    found = entregas.mostrar(entrega)
    fields = shown((found.delivery, found.event, found.destino))
    body = found.event.corpo.decode("utf-8", "replace")
    attempts = [_attempt(attempt) for attempt in found.attempts]
    if as_json:
        document(fields | {"corpo": body, "historico": attempts})
        return
    for key, value in fields.items():
        out.print(f"{key}: {'-' if value is None else value}", markup=False)
    out.print(f"corpo: {body}", markup=False)
    columns = {
        "tentativa": "Nº",
        "data_execucao": "Quando",
        "status_code": "HTTP",
        "duracao_ms": "ms",
        "endereco": "Endereço",
        "erro": "Erro",
    }
    table(attempts, columns, "Nenhuma tentativa ainda.")


@app.command()
def reenviar(
    entrega: Annotated[int, typer.Argument(metavar="ID", help="Número da entrega.")],
    fila: Annotated[bool, typer.Option("--fila", help="Deixa a entrega para os workers.")] = False,
    as_json: Json = False,
) -> None:
    """Manda uma entrega de novo, com o mesmo webhook-id e uma nova série de tentativas."""
    message_id = recuperacao.reenviar(entrega)
    if not fila:
        entregas.entregar_agora(message_id)
    rows = report(message_id)
    if as_json:
        document(rows)


@app.command()
def recuperar(
    destino: Annotated[str, typer.Option("--destino", help="Número ou nome.")],
    desde: Annotated[str, typer.Option("--desde", help="Data ou instante, ISO 8601; no máximo 14 dias atrás.")],
    tudo: Annotated[bool, typer.Option("--tudo", help="Também o que o destino perdeu sem ter sido devido.")] = False,
    as_json: Json = False,
) -> None:
    """Devolve à fila o que um destino deixou de receber, aos poucos, sem atrasar o que é novo."""
    since = read_instant(desde, CoreSettings.current().zone, "--desde não é uma data")
    amount = recuperacao.recuperar(number_of(destino), since, tudo=tudo)
    say(f"{amount} entregas voltaram à fila, {recuperacao.PER_SECOND} por segundo.")
    if as_json:
        document({"entregas": amount})


def shown(row: Row[Delivery, Event, Destino] | tuple[Delivery, Event, Destino]) -> dict[str, Any]:
    """Return the fields of a delivery that people see."""
    delivery, event, destino = row
    waiting = delivery.estado == "pendente"
    return {
        "id": delivery.id,
        "webhook_id": event.message_id,
        "evento": event.nome,
        "destino": destino.nome,
        "destino_id": destino.id,
        "tipo": destino.tipo,
        "estado": delivery.estado,
        "tentativas": delivery.tentativas,
        "criada_em": instant(delivery.created_at),
        "proxima_tentativa": instant(delivery.due_at) if waiting else None,
        "concluida_em": instant(delivery.finished_at),
        "ultimo_erro": delivery.last_error,
    }


def _attempt(attempt: Attempt) -> dict[str, Any]:
    return {
        "tentativa": attempt.number,
        "data_execucao": instant(attempt.started_at),
        "sucesso": attempt.error is None,
        "resultado": attempt.outcome,
        "status_code": attempt.status_code,
        "duracao_ms": attempt.duration_ms,
        "endereco": attempt.address,
        "response": attempt.response,
        "erro": attempt.error,
    }


def report(message_id: str) -> list[dict[str, Any]]:
    """Return the deliveries of one event, and say them on stderr."""
    rows = [shown(row) for row in entregas.de_evento(message_id)]
    for row in rows:
        reason = f" ({row['ultimo_erro']})" if row["ultimo_erro"] else ""
        say(f"  {row['destino']}: {row['estado']}{reason}")
    return rows
