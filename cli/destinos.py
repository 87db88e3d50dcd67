"""`esteira destinos`: where events go."""

import json
import sys
from dataclasses import asdict
from typing import Annotated, Any

import typer

from cli.output import document, instant, say, table
from cli.portuguese import Noun
from core.errors import Transient
from flows.destinos import changing, creating, finding, switching, trying
from storage.models import Destino

app = Noun("Destinos: para onde vão os eventos.")
Json = Annotated[bool, typer.Option("--json", help="Responde em JSON.")]
FROM_STDIN = "-"


@app.command()
def criar(
    tipo: Annotated[str, typer.Option("--tipo", help="webhook ou ntfy.")],
    nome: Annotated[str, typer.Option("--nome", help="Nome para as pessoas, até 200 caracteres.")],
    url: Annotated[str, typer.Option("--url", help="Endereço do receptor, ou a raiz do servidor ntfy.")],
    eventos: Annotated[str, typer.Option("--eventos", help="Eventos, separados por vírgula.")],
    topico: Annotated[str | None, typer.Option("--topico", help="Tópico (só ntfy).")] = None,
    segredo: Annotated[
        str | None,
        typer.Option("--segredo", help="Segredo do webhook, ou token (ou usuario:senha) do ntfy; - lê da entrada."),
    ] = None,
    severidade: Annotated[str | None, typer.Option("--severidade", help="A menor: aviso ou critico.")] = None,
    rotulo: Annotated[list[str] | None, typer.Option("--rotulo", help="loja=loja-1; pode repetir.")] = None,
    silencio: Annotated[str | None, typer.Option("--silencio", help="Horário sem avisos: 22:00-07:00.")] = None,
    por_minuto: Annotated[int | None, typer.Option("--por-minuto", min=1, help="Limite de entregas.")] = None,
    ordem_estrita: Annotated[bool, typer.Option("--ordem-estrita", help="Uma de cada vez, em ordem.")] = False,
    substituir: Annotated[bool, typer.Option("--substituir", help="Troca o destino que já tem este nome.")] = False,
    as_json: Json = False,
) -> None:
    """Cria um destino; sem --segredo, um webhook ganha um, mostrado só agora."""
    if segredo == FROM_STDIN:
        segredo = sys.stdin.readline().strip()
    filters = (severidade, rotulo or (), silencio, por_minuto, ordem_estrita)
    new = creating.NewDestination(tipo, nome, url, eventos.split(","), topico, segredo, *filters)
    created = creating.create(new, replacing=substituir)
    if created.aviso:
        say(f"Aviso: {created.aviso}")
    say(f"Destino {created.destino.id} criado: {created.destino.nome}.")
    _show_secret(created, as_json)


@app.command()
def listar(as_json: Json = False) -> None:
    """Lista os destinos."""
    rows = [_shown(destino) for destino in finding.find_all()]
    if as_json:
        document(rows)
        return
    columns = {
        "id": "Nº",
        "tipo": "Tipo",
        "nome": "Nome",
        "url": "URL",
        "topico": "Tópico",
        "eventos": "Eventos",
        "situacao": "Situação",
        "total_execucoes": "Entregas",
        "total_erros": "Erros",
    }
    table(rows, columns, "Nenhum destino. Crie um com `esteira destinos criar`.")


Which = Annotated[str, typer.Argument(metavar="DESTINO", help="Número ou nome.")]


@app.command()
def pausar(destino: Which) -> None:
    """Para as entregas; os eventos ficam retidos até retomar."""
    say(f"Destino {switching.pause(destino).nome} pausado; os eventos ficam retidos.")


@app.command()
def retomar(destino: Which) -> None:
    """Liga de novo um destino pausado ou desligado e manda o que ficou retido."""
    say(f"Destino ligado; {switching.resume(destino)} entregas retidas voltaram à fila.")
    say("O que foi abandonado antes volta com `esteira entregas recuperar`.")


@app.command()
def testar(destino: Which, as_json: Json = False) -> int:
    """Manda um evento de teste agora, uma vez, qualquer que seja a assinatura; termina com 3 se falhar."""
    tested = trying.try_out(destino)
    if as_json:
        document(asdict(tested))
    say(f"Entregue em {tested.duracao_ms} ms." if tested.sucesso else f"Falhou: {tested.erro}.")
    return 0 if tested.sucesso else Transient.exit_code


@app.command("trocar-segredo")
def trocar_segredo(
    destino: Which,
    segredo: Annotated[str | None, typer.Option("--segredo", help="O novo; - lê da entrada.")] = None,
    as_json: Json = False,
) -> None:
    """Troca o segredo de um webhook, por 24 horas valem os dois; ou o token de um ntfy, que precisa de --segredo."""
    if segredo == FROM_STDIN:
        segredo = sys.stdin.readline().strip()
    changed = changing.change_secret(destino, segredo)
    both = changed.destino.secret_anterior is not None
    say("Segredo trocado; por 24 horas as entregas são assinadas com os dois." if both else "Segredo trocado.")
    _show_secret(changed, as_json)


def _show_secret(created: creating.Created, as_json: bool) -> None:
    """Answer with the destination; a secret made here is shown this once."""
    if as_json:
        shown = _shown(created.destino)
        document(shown | {"segredo": created.segredo} if created.segredo else shown)
    elif created.segredo:
        say("Guarde o segredo; ele não será mostrado de novo:")
        print(created.segredo)  # noqa: T201 - the answer of this command


def _shown(destino: Destino) -> dict[str, Any]:
    return {
        "id": destino.id,
        "tipo": destino.tipo,
        "nome": destino.nome,
        "url": destino.url,
        "topico": destino.topico,
        "eventos": destino.eventos,
        "ativo": destino.ativo,
        "situacao": _situation(destino),
        "motivo": destino.desligado_motivo,
        "circuito_aberto": destino.circuito_espera > 0,
        "falhando_desde": instant(destino.falhando_desde),
        "severidade": destino.severidade_minima,
        "rotulos": json.loads(destino.rotulos) if destino.rotulos else {},
        "silencio": destino.silencio,
        "por_minuto": destino.por_minuto,
        "ordem_estrita": destino.ordem_estrita,
        "data_criacao": instant(destino.data_criacao),
        "ultima_execucao": instant(destino.ultima_execucao),
        "total_execucoes": destino.total_execucoes,
        "total_erros": destino.total_erros,
    }


def _situation(destino: Destino) -> str:
    states = ((destino.desligado_em, "desligado"), (destino.pausado_em, "pausado"), (not destino.ativo, "inativo"))
    return next((name for true, name in states if true), "ativo")
