"""`esteira questor`: lots of fiscal files on their way to Questor Zen."""

import sys
import time
from collections.abc import Callable
from dataclasses import asdict
from datetime import timedelta
from typing import Annotated, Any

import typer
from rich.live import Live
from rich.progress import Progress as Meter
from rich.progress import SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

from cli.output import document, err, instant, out, say, table
from cli.portuguese import Noun
from core import messages
from core.clock import SYSTEM
from core.errors import Misconfigured, Transient
from core.settings.accounts import PADRAO
from flows.questor import lots, report, scan, send
from flows.questor.progress import Progress, progress

app = Noun("Questor Zen: envio de XML em lotes.")
Lote = Annotated[str, typer.Argument(metavar="LOTE", help="Nome do lote.")]
Conta = Annotated[str, typer.Option("--conta", help="Conta da seção questor.")]
Json = Annotated[bool, typer.Option("--json", help="Responde em JSON.")]
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
def listar(as_json: Json = False) -> None:
    """Lista os lotes."""
    rows = [
        {
            "lote": lote.nome,
            "conta": lote.conta,
            "pasta": lote.pasta,
            "varrido_em": instant(lote.varrido_em),
            "enviar": lote.enviar,
            "concluido_em": instant(lote.concluido_em),
        }
        for lote in lots.listar()
    ]
    if as_json:
        document(rows)
        return
    titles = ("Lote", "Conta", "Pasta", "Varrido", "Enviar", "Concluído")
    table(rows, dict(zip(rows[0] if rows else (), titles, strict=False)), "Nenhum lote.")


@app.command()
def varrer(
    pasta: Annotated[str, typer.Argument(metavar="PASTA", help="Pasta com os XML, também dentro de ZIP.")],
    nome: Annotated[str | None, typer.Option("--nome", help="Nome do lote; sem ele, o da pasta.")] = None,
    conta: Conta = PADRAO,
    as_json: Json = False,
) -> None:
    """Lê uma pasta e anota o que é cada arquivo; não envia nada."""
    columns = (SpinnerColumn(), TextColumn("{task.completed} arquivos, {task.fields[rate]:.0f}/s"), TimeElapsedColumn())
    with Meter(*columns, console=err, transient=True) as meter:
        task, began = meter.add_task("", total=None, rate=0.0), time.monotonic()

        def show(met: int) -> None:
            meter.update(task, completed=met, rate=met / max(time.monotonic() - began, 0.001))

        found = scan.varrer(pasta, nome, conta, show)
    rate = found.arquivos / found.segundos if found.segundos else 0.0
    if as_json:
        document({**asdict(found), "por_segundo": round(rate, 1)})
        return
    say(f"{found.arquivos} arquivos em {found.segundos:.1f} s ({rate:.0f}/s), {found.lidos} lidos.")
    say(f"Lote {found.lote}: " + (", ".join(f"{n} {estado}" for estado, n in found.estados.items()) or "vazio") + ".")


@app.command()
def enviar(
    lote: Lote,
    seguir: Annotated[bool, typer.Option("--seguir", help="Fica até o fim e mostra o andamento.")] = False,
    fila: Annotated[bool, typer.Option("--fila", help="Deixa o envio para os workers.")] = False,
    conta: Conta = PADRAO,
    as_json: Json = False,
) -> int:
    """Envia o que falta de um lote, dentro da janela da conta."""
    row = send.start(lote, conta)
    if fila:
        for _ in range(send.SENDERS):
            messages.send("questor.enviar_bloco", [row.id])
        say("Envio deixado na fila; os workers seguem sozinhos.")
    if seguir:
        with Live(console=err, auto_refresh=False) as live:
            _work(row.id, lote, conta, fila, lambda found: live.update(_drawn(found), refresh=True), follow=True)
    elif not fila:
        _work(row.id, lote, conta, False, lambda found: None, follow=False)
    found = progress(lote, conta)
    if as_json:
        document(shown(found))
    return _told(found, waits=not fila)


def _work(lote_id: int, nome: str, conta: str, fila: bool, show: Callable[[Progress], object], *, follow: bool) -> None:
    """Send, or watch the workers send, until everything is done or only a long wait is left."""
    while True:
        if not fila:
            send.send_chunk(lote_id)
        found = progress(nome, conta)
        show(found)
        if found.impedimento in ("concluido", "parado", "pausado") or not found.restam:
            send.conclude(found.lote, SYSTEM)
            return
        due, now = found.abre_em or send.next_due(lote_id) or SYSTEM.now(), SYSTEM.now()
        if not follow and due - now > SHORT_WAIT:
            return
        if due > now or fila:
            time.sleep(LOOK_SECONDS)


def _told(found: Progress, *, waits: bool) -> int:
    if found.impedimento:
        say(WHY[found.impedimento].format(abre_em=instant(found.abre_em), motivo=found.lote.parado_motivo))
    say(", ".join(f"{total} {estado}" for estado, total in found.por_estado.items()) + ".")
    if found.impedimento == "parado":
        return Misconfigured.exit_code
    return Transient.exit_code if waits and found.restam else 0


@app.command()
def estado(lote: Lote, conta: Conta = PADRAO, as_json: Json = False) -> None:
    """Mostra quantos arquivos há em cada estado, o ritmo e quando termina."""
    found = progress(lote, conta)
    if as_json:
        document(shown(found))
        return
    out.print(_drawn(found))


@app.command()
def relatorio(
    lote: Lote,
    formato: Annotated[str, typer.Option("--formato", help="jsonl ou csv.")] = "jsonl",
    conta: Conta = PADRAO,
) -> None:
    """Escreve uma linha para cada arquivo do lote, na saída padrão."""
    for line in report.relatorio(lote, formato, conta):
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
    say(f"{lots.repetir(lote, estado, conta)} arquivos voltam para a fila do lote {lote}.")


def shown(found: Progress) -> dict[str, Any]:
    """Return a lot's progress as it is answered in JSON."""
    return {
        "lote": found.lote.nome,
        "conta": found.lote.conta,
        "pasta": found.lote.pasta,
        "total": found.total,
        "restam": found.restam,
        "estados": found.por_estado,
        "contagem": [{"estado": one.estado, "tipo": one.tipo, "total": one.total} for one in found.contagem],
        "aceitos_por_segundo": round(found.por_segundo, 2),
        "termina_em": instant(found.termina_em),
        "impedimento": found.impedimento,
        "motivo": found.lote.parado_motivo,
        "janela": {
            "aberta": found.impedimento != "fora_da_janela" if found.impedimento != "sem_conta" else None,
            "abre_em": instant(found.abre_em) if found.impedimento == "fora_da_janela" else None,
            "fecha_em": instant(found.fecha_em),
        },
        "disjuntor": {"aberto_ate": instant(found.ritmo.aberto_ate), "limite": round(found.ritmo.limit.value, 1)},
    }


def _drawn(found: Progress) -> Table:
    drawn = Table(title=f"Lote {found.lote.nome}", box=None, pad_edge=False)
    for title in ("Estado", "Tipo", "Arquivos"):
        drawn.add_column(title)
    for one in found.contagem:
        drawn.add_row(one.estado, one.tipo or "-", str(one.total))
    ends = instant(found.termina_em) or "-"
    drawn.caption = f"{found.por_segundo:.1f} aceitos/s, restam {found.restam}, termina em {ends}" + (
        f"\n{found.impedimento}" if found.impedimento else ""
    )
    return drawn
