"""`esteira entregas`: what is owed, what was tried."""

from typing import Annotated, Any

import typer

from cli.options import Depois, Fila, Json, Limite
from cli.output import document, listed, plain, report, say, table
from cli.portuguese import Noun
from core.page import SIZE
from core.text import plural
from flows.entregas import views

app = Noun("Entregas: um evento devido a um destino.")
Numero = Annotated[int, typer.Argument(metavar="ID", help="Número da entrega.")]
COLUMNS = {
    "id": "Nº",
    "evento": "Evento",
    "destino": "Destino",
    "estado": "Estado",
    "tentativas": "Tentativas",
    "proxima_tentativa": "Próxima",
    "ultimo_erro": "Último erro",
}
SHOWN = {
    "id": "Nº",
    "webhook_id": "webhook-id",
    "evento": "Evento",
    "destino": "Destino",
    "destino_id": "Nº do destino",
    "tipo": "Tipo",
    "estado": "Estado",
    "tentativas": "Tentativas",
    "criada_em": "Criada",
    "proxima_tentativa": "Próxima tentativa",
    "concluida_em": "Concluída",
    "ultimo_erro": "Último erro",
    "resumida_em": "Resumida na entrega",
    "resumidas": "Entregas que resume",
    "corpo": "Corpo",
}
ATTEMPTS = {
    "tentativa": "Nº",
    "data_execucao": "Quando",
    "status_code": "Código",
    "duracao_ms": "ms",
    "endereco": "Endereço",
    "erro": "Erro",
}


@app.command()
def listar(
    estado: Annotated[
        str | None,
        typer.Option(
            "--estado", help="pendente, enviando, entregue, esgotado, retido, bloqueado, resumido ou dispensado."
        ),
    ] = None,
    resumo: Annotated[int | None, typer.Option("--resumo", help="Só as que a entrega deste número resume.")] = None,
    limite: Limite = SIZE,
    depois: Depois = None,
    as_json: Json = False,
) -> None:
    """Lista as entregas, das mais novas para as mais antigas."""
    found = views.deliveries(estado, resumo=resumo, depois=depois, limite=limite)
    report(found, COLUMNS, "Nenhuma entrega.", as_json=as_json)


@app.command()
def mostrar(entrega: Numero, as_json: Json = False) -> None:
    """Mostra uma entrega, o corpo enviado e cada tentativa."""
    found = views.delivery(entrega)
    summary = {"resumida_em": found.resumida_em, "resumidas": found.resumidas}
    fields = plain(found.entrega) | summary | {"corpo": found.corpo}
    attempts = [plain(one) for one in found.historico]
    if as_json:
        document(fields | {"historico": attempts})
        return
    listed(fields, SHOWN)
    # 0: nobody answered
    shown = [one | {"status_code": one["status_code"] or None} for one in attempts]
    table(shown, ATTEMPTS, "Nenhuma tentativa ainda.")


@app.command()
def reenviar(entrega: Numero, fila: Fila = False, as_json: Json = False) -> None:
    """Manda uma entrega de novo, com o mesmo webhook-id e uma nova série de tentativas."""
    from flows.entregas import again, delivering

    webhook_id = again.resend(entrega)
    if not fila:
        delivering.deliver_now(webhook_id)
    rows = tell(webhook_id)
    if as_json:
        document(rows)


@app.command()
def recuperar(
    destino: Annotated[str, typer.Option("--destino", help="Número ou nome.")],
    desde: Annotated[str, typer.Option("--desde", help="Data ou instante, ISO 8601; no máximo 14 dias atrás.")],
    tudo: Annotated[bool, typer.Option("--tudo", help="Também o que o destino perdeu sem ter sido devido.")] = False,
    simular: Annotated[bool, typer.Option("--simular", help="Só conta o que voltaria.")] = False,
    as_json: Json = False,
) -> None:
    """Devolve à fila o que um destino deixou de receber, aos poucos, sem atrasar o que é novo."""
    from core.instant import read_instant
    from core.settings.core import CoreSettings
    from flows.destinos.finding import number_of
    from flows.entregas import recovering

    since, number = read_instant(desde, CoreSettings.current().zone, "desde"), number_of(destino)
    if simular:
        amount = recovering.amount(number, since, tudo=tudo)
        say(f"{plural(amount, 'entrega voltaria', 'entregas voltariam')} à fila.")
    else:
        amount = recovering.recover(number, since, tudo=tudo)
        say(f"{plural(amount, 'entrega voltou', 'entregas voltaram')} à fila, {recovering.PER_SECOND} por segundo.")
    if as_json:
        document({"entregas": amount} | ({"simulado": True} if simular else {}))


def tell(webhook_id: str) -> list[dict[str, Any]]:
    """Return the deliveries of one event, and say them on stderr."""
    rows = [plain(one) for one in views.of_event(webhook_id)]
    for row in rows:
        reason = f" ({row['ultimo_erro']})" if row["ultimo_erro"] else ""
        say(f"  {row['destino']}: {row['estado']}{reason}")
    return rows
