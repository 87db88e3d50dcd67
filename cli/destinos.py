"""`esteira destinos`: where events go."""

import sys
from typing import Annotated, Any

import typer

from cli.output import document, instant, say, table
from cli.portuguese import Noun
from flows import destinos
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
    substituir: Annotated[bool, typer.Option("--substituir", help="Troca o destino que já tem este nome.")] = False,
    as_json: Json = False,
) -> None:
    """Cria um destino; sem --segredo, um webhook ganha um, mostrado só agora."""
    if segredo == FROM_STDIN:
        segredo = sys.stdin.readline().strip()
    new = destinos.NewDestination(tipo, nome, url, eventos.split(","), topico, segredo)
    created = destinos.criar(new, substituir=substituir)
    if created.aviso:
        say(f"Aviso: {created.aviso}")
    if as_json:
        shown = _shown(created.destino)
        document(shown | {"segredo": created.segredo} if created.segredo else shown)
        return
    say(f"Destino {created.destino.id} criado: {created.destino.nome}.")
    if created.segredo:
        say("Guarde o segredo; ele não será mostrado de novo:")
        print(created.segredo)  # noqa: T201 - the answer of this command


@app.command()
def listar(as_json: Json = False) -> None:
    """Lista os destinos."""
    rows = [_shown(destino) for destino in destinos.listar()]
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


@app.command()
def retomar(destino: Annotated[str, typer.Argument(help="Número ou nome.")]) -> None:
    """Liga de novo um destino desligado e manda o que ficou retido."""
    say(f"Destino ligado; {destinos.retomar(destino)} entregas retidas voltaram à fila.")


def _shown(destino: Destino) -> dict[str, Any]:
    return {
        "id": destino.id,
        "tipo": destino.tipo,
        "nome": destino.nome,
        "url": destino.url,
        "topico": destino.topico,
        "eventos": destino.eventos,
        "ativo": destino.ativo,
        "situacao": "desligado" if destino.desligado_em else "ativo" if destino.ativo else "inativo",
        "motivo": destino.desligado_motivo,
        "data_criacao": instant(destino.data_criacao),
        "ultima_execucao": instant(destino.ultima_execucao),
        "total_execucoes": destino.total_execucoes,
        "total_erros": destino.total_erros,
    }
