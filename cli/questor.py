"""`esteira questor`: lots of fiscal files on their way to Questor Zen."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from cli.options import Depois, Fila, Json, Limite, Usuario
from cli.output import console, document, instant, plain, printable, report, say
from cli.portuguese import Noun
from cli.words import kind
from core.clock import SYSTEM
from core.errors import Misconfigured, Rejected, Transient, UsageError
from core.page import SIZE
from core.settings.accounts import PADRAO
from core.text import by_state, plural
from flows.questor import lots, starting, views
from flows.questor.views import Progress, progress

if TYPE_CHECKING:
    from rich.table import Table

app = Noun("Questor Zen: envio de XML em lotes.")
Lote = Annotated[str, typer.Argument(metavar="LOTE", help="Nome do lote.")]
Conta = Annotated[str, typer.Option("--conta", help="Conta da seção questor.")]
# Without --seguir a short wait is sat out, a long one left to the workers.
SHORT_WAIT = timedelta(seconds=90)
LOOK_SECONDS = 1.0
WHY = {
    "pausado": "O lote está pausado (`esteira questor retomar`).",
    "parado": "O envio parou e espera uma correção: {motivo} Depois use `esteira questor retomar`.",
    "sem_conta": "A conta do lote ainda não está na configuração (seção questor).",
    "concluido": "O lote está concluído.",
    "fora_da_janela": "Fora da janela de envio; abre em {abre_em}.",
    "disjuntor_aberto": "O Questor não está respondendo; nova tentativa em {abre_em}.",
}


@app.command()
def listar(limite: Limite = SIZE, depois: Depois = None, as_json: Json = False) -> None:
    """Lista os lotes, os mais novos primeiro."""
    columns = {
        "lote": "Lote",
        "conta": "Conta",
        "pasta": "Pasta",
        "empresa": "Acervo de",
        "mes": "Mês",
        "varrido_em": "Varrido",
        "enviar": "Enviar",
        "concluido_em": "Concluído",
    }
    report(views.listar(depois, limite), columns, "Nenhum lote.", as_json=as_json)


@app.command()
def varrer(
    pasta: Annotated[
        str | None,
        typer.Argument(metavar="[PASTA]", help="Pasta com os XML, também dentro de ZIP.", show_default=False),
    ] = None,
    acervo: Annotated[bool, typer.Option("--acervo", help="Os documentos guardados, em vez de uma pasta.")] = False,
    empresa: Annotated[str | None, typer.Option("--empresa", help="CNPJ de quem é o acervo.")] = None,
    usuario: Usuario = None,
    mes: Annotated[str | None, typer.Option("--mes", help="Só um mês do acervo, AAAA-MM.")] = None,
    nome: Annotated[str | None, typer.Option("--nome", help="Nome do lote; sem ele, o da pasta.")] = None,
    conta: Conta = PADRAO,
    as_json: Json = False,
) -> None:
    """Lê uma pasta ou o acervo de uma empresa e anota o que é cada documento; não envia nada."""
    from flows.questor import scan, sources

    if acervo:
        if pasta is not None or empresa is None:
            raise UsageError("Com --acervo diga --empresa CNPJ, sem pasta.")
        origem = sources.of_store(empresa, usuario, mes)
    else:
        if pasta is None or empresa or usuario or mes:
            raise UsageError("Diga uma PASTA, ou --acervo --empresa CNPJ.")
        origem = sources.of_folder(pasta)
    with _meter() as show:
        found = scan.scan(origem, nome, conta, show)
    rate = found.arquivos / found.segundos if found.segundos else 0.0
    if as_json:
        document({**asdict(found), "por_segundo": round(rate, 1)})
        return
    files, read = plural(found.arquivos, "arquivo", "arquivos"), plural(found.lidos, "lido", "lidos")
    seconds = f"{found.segundos:.1f}".replace(".", ",")
    say(f"{files} em {seconds} s ({rate:.0f}/s), {read}.")
    say(f"Lote {found.lote}: {by_state(found.estados) or 'vazio'}.")


@contextmanager
def _meter() -> Iterator[Callable[[int], None]]:
    """Show on stderr how many files were met; yield what is told of them."""
    from rich.progress import Progress as Meter
    from rich.progress import SpinnerColumn, TextColumn, TimeElapsedColumn

    columns = (SpinnerColumn(), TextColumn("{task.completed} arquivos, {task.fields[rate]:.0f}/s"), TimeElapsedColumn())
    with Meter(*columns, console=console("err"), transient=True) as meter:
        task, began = meter.add_task("", total=None, rate=0.0), time.monotonic()

        def show(met: int) -> None:
            meter.update(task, completed=met, rate=met / max(time.monotonic() - began, 0.001))

        yield show


@app.command()
def acervo(
    empresa: Annotated[str, typer.Option("--empresa", help="CNPJ de quem são os documentos guardados.")],
    usuario: Usuario = None,
    mes: Annotated[str | None, typer.Option("--mes", help="Só um mês, AAAA-MM.")] = None,
    conta: Conta = PADRAO,
    as_json: Json = False,
) -> None:
    """Mostra, por mês e tipo, o que está guardado e o que disso já está no Questor."""
    from flows.questor import stored

    columns = {
        "mes": "Mês",
        "tipo": "Tipo",
        "guardados": "Guardados",
        "enviados": "No Questor",
        "recusados": "Recusados",
        "a_enviar": "A enviar",
        "separados": "Separados",
        "faltam": "Faltam",
    }
    report(stored.acervo(empresa, usuario, mes, conta), columns, "Nada guardado desta empresa.", as_json=as_json)


@app.command()
def enviar(
    lote: Lote,
    seguir: Annotated[bool, typer.Option("--seguir", help="Fica até o fim e mostra o andamento.")] = False,
    fila: Fila = False,
    conta: Conta = PADRAO,
    as_json: Json = False,
) -> int:
    """Envia o que falta de um lote, dentro da janela da conta."""
    from core import messages

    lote_id = starting.start(lote, conta)
    if fila:
        for _ in range(starting.SENDERS):
            messages.send(starting.SEND, [lote_id])
        say("Envio deixado na fila; os workers seguem sozinhos.")
    if seguir:
        from rich.live import Live

        with Live(console=console("err"), auto_refresh=False) as live:
            _work(lote_id, lote, conta, fila, lambda found: live.update(_drawn(found), refresh=True), follow=True)
    elif not fila:
        _work(lote_id, lote, conta, False, lambda found: None, follow=False)
    found = progress(lote, conta)
    if as_json:
        document(plain(found))
    return _told(found, waits=not fila)


def _work(lote_id: int, nome: str, conta: str, fila: bool, show: Callable[[Progress], object], *, follow: bool) -> None:
    """Send, or watch the workers send, until everything is done or only a long wait is left."""
    from flows.questor import send

    while True:
        if not fila:
            send.send_chunk(lote_id)
        found = progress(nome, conta)
        show(found)
        if found.impedimento in ("concluido", "parado", "pausado") or not found.restam:
            send.conclude(lote_id, SYSTEM)
            return
        due, now = found.espera_ate or starting.next_due(lote_id) or SYSTEM.now(), SYSTEM.now()
        if not follow and due - now > SHORT_WAIT:
            return
        if due > now or fila:
            time.sleep(LOOK_SECONDS)


def _why(found: Progress) -> str:
    return printable(WHY[found.impedimento or ""].format(abre_em=instant(found.espera_ate), motivo=found.motivo))


def _told(found: Progress, *, waits: bool) -> int:
    if found.impedimento:
        say(_why(found))
    say(f"{by_state(found.estados)}.")
    if found.impedimento == "parado":
        return Misconfigured.exit_code
    if waits and found.restam:
        return Transient.exit_code
    return Rejected.exit_code if found.estados.get("recusado") else 0


@app.command()
def estado(lote: Lote, conta: Conta = PADRAO, as_json: Json = False) -> None:
    """Mostra quantos arquivos há em cada estado, o ritmo e quando termina."""
    found = progress(lote, conta)
    if as_json:
        document(plain(found))
        return
    console("out").print(_drawn(found))


@app.command()
def relatorio(
    lote: Lote,
    formato: Annotated[str, typer.Option("--formato", help="jsonl ou csv.")] = "jsonl",
    conta: Conta = PADRAO,
) -> None:
    """Escreve uma linha para cada arquivo do lote, na saída padrão."""
    from flows.questor import report as lines

    for line in lines.relatorio(lote, formato, conta):
        sys.stdout.write(line)


@app.command()
def pausar(lote: Lote, conta: Conta = PADRAO) -> None:
    """Não começa mais nenhum pedido deste lote."""
    lots.pausar(lote, conta)
    say(f"Lote {lote} pausado.")


@app.command()
def retomar(lote: Lote, conta: Conta = PADRAO) -> None:
    """Deixa seguir um lote pausado, ou parado por um erro já corrigido."""
    lots.retomar(lote, conta)
    say(f"Lote {lote} retomado.")


@app.command()
def repetir(
    lote: Lote,
    estado: Annotated[str, typer.Option("--estado", help="recusado ou desconhecido.")],
    conta: Conta = PADRAO,
) -> None:
    """Manda de novo o que foi recusado, ou consulta de novo o que ficou desconhecido."""
    back = plural(lots.repetir(lote, estado, conta), "arquivo volta", "arquivos voltam")
    say(f"{back} para a fila do lote {lote}.")


@app.command()
def remover(lote: Lote, conta: Conta = PADRAO) -> None:
    """Esquece um lote e a linha de cada arquivo; nada muda na pasta nem no Questor."""
    say(f"Lote {lote} removido, com {plural(lots.remover(lote, conta), 'arquivo', 'arquivos')}.")


def _drawn(found: Progress) -> "Table":
    from rich.table import Table

    pace = f"{found.aceitos_por_segundo:.1f}".replace(".", ",")
    caption = f"{pace} aceitos/s, {'resta' if found.restam == 1 else 'restam'} {found.restam}"
    caption += f", termina em {instant(found.termina_em)}" if found.termina_em else ""
    below = [caption, _why(found)] if found.impedimento else [caption]
    drawn = Table(title=printable(f"Lote {found.lote}"), box=None, pad_edge=False, min_width=max(map(len, below)))
    for title in ("Estado", "Tipo", "Arquivos"):
        drawn.add_column(title)
    for one in found.contagem:
        drawn.add_row(one.estado, kind(one.tipo) or "-", str(one.total))
    drawn.caption = "\n".join(below)
    return drawn
