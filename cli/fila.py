"""`esteira fila`: queue tables of service orders in other databases."""

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from cli.options import Depois, Json, Limite
from cli.output import document, report, say
from cli.portuguese import Noun
from core.page import SIZE
from core.settings.accounts import PADRAO
from core.text import plural

app = Noun("Filas de ordens de serviço em tabelas de outros bancos.")
Conta = Annotated[str, typer.Option("--conta", help="Conta da seção fila.")]
Banco = Annotated[str, typer.Option("--banco", help="oracle, postgresql ou sqlite.")]
Tabela = Annotated[str, typer.Option("--tabela", help="Nome da tabela da fila.")]
Origem = Annotated[str, typer.Option("--tabela-origem", help="Tabela das ordens, em que fica o gatilho.")]
Colunas = Annotated[
    list[str] | None, typer.Option("--coluna", help="Coluna da ordem que o gatilho copia, como NM_SETOR; repita.")
]
COLUMNS = {
    "conta": "Conta",
    "tabela": "Tabela",
    "pendentes": "Pendentes",
    "reservadas": "Reservadas",
    "erros": "Em erro",
    "mais_antiga_segundos": "Mais antiga (s)",
    "por_minuto": "Por minuto",
    "visto_em": "Vista",
    "falha": "Falha",
}
LINES = {"linha": "Linha", "conta": "Conta", "message_id": "Evento", "em": "Quando", "aguarda": "Aguarda"}


@app.command()
def estado(as_json: Json = False) -> None:
    """Mostra cada fila: quantas linhas, a mais antiga, o ritmo, os erros."""
    from flows.fila import views

    report(views.accounts(), COLUMNS, "Nenhuma fila configurada (seção fila).", as_json=as_json)


@app.command()
def listar(
    conta: Annotated[str | None, typer.Option("--conta", help="Conta da seção fila.")] = None,
    limite: Limite = SIZE,
    depois: Depois = None,
    as_json: Json = False,
) -> None:
    """Lista as linhas avisadas, da mais nova para a mais antiga."""
    from flows.fila import views

    report(views.lines(conta, depois=depois, limite=limite), LINES, "Nenhuma linha avisada.", as_json=as_json)


@app.command()
def publicar(
    conta: Conta = PADRAO,
    fila: Annotated[bool, typer.Option("--fila", help="Entrega o trabalho aos workers.")] = False,
    as_json: Json = False,
) -> None:
    """Avisa tudo o que a fila tem agora e mostra quantas linhas foram."""
    if fila:
        from core import messages

        messages.send("fila.publicar", [conta])
        say("Pedido entregue aos workers.")
        return
    from flows.fila import relay

    found = relay.publish(conta)
    if as_json:
        document(asdict(found))
    else:
        now = plural(found.publicadas, "avisada agora", "avisadas agora")
        before = plural(found.repetidas, "já avisada antes", "já avisadas antes")
        say(f"{plural(found.linhas, 'linha', 'linhas')}: {now}, {before}.")


@app.command()
def reprocessar(
    linha: Annotated[int | None, typer.Argument(metavar="ID", help="Número de uma linha em ERRO.")] = None,
    erro: Annotated[bool, typer.Option("--erro", help="Todas as linhas em ERRO.")] = False,
    conta: Conta = PADRAO,
) -> None:
    """Devolve à fila linhas em ERRO."""
    from core.errors import UsageError
    from flows.fila import again

    if (linha is None) == (not erro):
        raise UsageError("Diga o número de uma linha, ou --erro para todas.")
    amount = again.reprocess(conta, None if linha is None else [linha])
    say(f"{plural(amount, 'linha', 'linhas')} de volta à fila.")


@app.command()
def adotar(
    arquivo: Annotated[Path, typer.Argument(metavar="ARQUIVO", help="Arquivo com os números já enviados.")],
    conta: Conta = PADRAO,
    as_json: Json = False,
) -> None:
    """Lê uma vez os números que o programa antigo já enviou; nenhum é avisado de novo."""
    from flows.fila import adopting

    found = adopting.adopt(arquivo, conta)
    if as_json:
        document(asdict(found))
        return
    new = plural(found.adotadas, "adotado", "adotados")
    known = plural(found.conhecidas, "já conhecido", "já conhecidos")
    say(f"{plural(found.numeros, 'número', 'números')}: {new}, {known}.")
    if found.sem_linha:
        say(f"{plural(found.sem_linha, 'número não tem', 'números não têm')} linha na tabela.")


@app.command()
def ddl(banco: Banco = "oracle", tabela: Tabela = "", tabela_origem: Origem = "", coluna: Colunas = None) -> None:
    """Escreve o que o DBA aplica: tabela, colunas, índices e gatilho."""
    from connectors.oracle import ddl as texts
    from flows.fila import preparing

    names = (tabela or texts.DEFAULT_TABLE, tabela_origem or texts.DEFAULT_SOURCE)
    typer.echo(preparing.script(banco, *names, more=coluna or ()), nl=False)


@app.command()
def migrar(
    conta: Conta = PADRAO,
    aplicar: Annotated[
        bool, typer.Option("--aplicar", help="Muda a tabela; sem isto só mostra o que mudaria.")
    ] = False,
) -> None:
    """Acrescenta à tabela as colunas e índices que faltam para um envio seguro."""
    from flows.fila import preparing

    missing = preparing.missing(conta)
    for statement in missing:
        typer.echo(f"{statement};")
    if not missing:
        say("Não falta nada.")
    elif aplicar:
        preparing.apply(conta, missing)
        say(f"{plural(len(missing), 'comando aplicado', 'comandos aplicados')}.")
    else:
        say("Nada foi mudado; repita com --aplicar, ou entregue isto ao DBA.")
