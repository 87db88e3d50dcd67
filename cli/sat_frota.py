"""`esteira sat`: the fleet – import and remove boxes, their history, silences and logs."""

from pathlib import Path
from typing import Annotated

import typer

from cli.options import Depois, Json, Limite
from cli.output import document, instant, report, say
from cli.portuguese import Noun
from core.errors import Rejected, UsageError
from core.page import SIZE
from core.text import plural

Nome = Annotated[str, typer.Argument(metavar="NOME", help="Nome da caixa.")]


def register(noun: Noun) -> None:
    """Add the commands to those of the boxes."""
    for command in (importar, remover, historico, silenciar, extrair):
        noun.command("logs" if command is extrair else command.__name__)(command)


def importar(
    arquivo: Annotated[Path, typer.Argument(metavar="ARQUIVO", help="CSV; a primeira linha diz as colunas.")],
    as_json: Json = False,
) -> int:
    """Traz caixas de um CSV para o banco e diz o que houve com cada linha."""
    from flows.sat import importing

    found = importing.importar(arquivo)
    titles = {"linha": "Linha", "nome": "Caixa", "resultado": "Resultado", "motivo": "Motivo"}
    report(found, titles, "O arquivo não tem linhas.", as_json=as_json)
    refused = sum(one.resultado == importing.RECUSADA for one in found)
    accepted = plural(len(found) - refused, "aceita", "aceitas")
    say(f"{accepted}, {plural(refused, 'recusada', 'recusadas')}.")
    return Rejected.exit_code if refused else 0


def remover(nome: Nome) -> None:
    """Tira uma caixa importada; as de sat.boxes saem do arquivo de configuração."""
    from flows.sat import importing

    importing.remover(nome)
    say(f"Caixa {nome} removida.")


def historico(nome: Nome, limite: Limite = SIZE, depois: Depois = None, as_json: Json = False) -> None:
    """Mostra cada mudança de uma caixa, da mais nova para a mais antiga."""
    from flows.sat import views

    columns = {
        "em": "Desde",
        "resultado": "Resultado",
        "estado_operacao": "Estado",
        "alertas": "Alertas",
        "erro": "Erro",
    }
    found = views.history(nome, depois=depois, limite=limite)
    report(found, columns, "A caixa ainda não foi consultada.", as_json=as_json)


def silenciar(
    nome: Nome,
    ate: Annotated[str | None, typer.Option("--ate", help="Instante ISO 8601, ou só HH:MM, na hora da loja.")] = None,
    fim: Annotated[bool, typer.Option("--fim", help="Volta a avisar já.")] = False,
) -> None:
    """Não avisa nada de uma caixa até um instante; o que ainda valer depois é avisado então."""
    if fim == (ate is not None):
        raise UsageError("Diga --ate INSTANTE ou --fim.")
    from flows.sat import silences

    until = silences.silenciar(nome, ate)
    say(f"Caixa {nome} em silêncio até {instant(until)}." if until else f"Caixa {nome} volta a avisar.")


def extrair(
    nome: Nome,
    saida: Annotated[
        Path | None, typer.Option("--saida", help="Arquivo novo (sem ele, nesta pasta e com o nome da caixa).")
    ] = None,
    as_json: Json = False,
) -> None:
    """Traz o log do equipamento para um arquivo."""
    from flows.sat import logs

    path = logs.extrair(nome, saida)
    size = path.stat().st_size
    say(f"{plural(size, 'byte', 'bytes')} em {path.resolve()}.")
    if as_json:
        document({"caixa": nome, "arquivo": str(path), "bytes": size})
