"""Say something of notes. Exit codes: 0 registered, 1 still owed, 2 a key nobody can say it of, 3 no answer, 4 the
certificate, 5 refused, 6 blocked; of several the greatest.
"""

import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli import stdin
from cli.options import Depois, Empresa, Fila, Json, Limite, Usuario
from cli.output import answer, document, instant, plain, printable, report, say
from cli.sefaz.noun import app
from core.errors import Misconfigured, Rejected, Transient, UsageError
from core.page import SIZE
from core.text import plural

if TYPE_CHECKING:
    from connectors.sefaz import Tipo
    from flows.sefaz.manifestacoes.manifestar import Feito
    from flows.sefaz.manifestacoes.pedidos import Destinada, Pedido
    from flows.sefaz.manifestacoes.views import ManifestacaoView

OWED_EXIT, BAD_KEY_EXIT, BLOCKED_EXIT = 1, UsageError.exit_code, 6
BY_STATE = {"registrado": 0, "recusado": Rejected.exit_code, "pendente": OWED_EXIT, "enviado": OWED_EXIT}
BY_END = {
    "sem_resposta": Transient.exit_code,
    "certificado": Misconfigured.exit_code,
    "recusada": Rejected.exit_code,
    "bloqueada": BLOCKED_EXIT,
}
LIST_LIMIT = 16 * 1024 * 1024
COLUMNS = {
    "chave_acesso": "Chave",
    "empresa": "Empresa",
    "tipo": "Tipo",
    "sequencia": "Nº",
    "estado": "Estado",
    "protocolo": "Protocolo",
    "registrada_em": "Registrada em",
    "motivo": "Resposta",
}


@app.command()
def manifestar(
    tipo: Annotated[str, typer.Option("--tipo", help="ciencia, confirmacao, desconhecimento ou nao-realizada.")],
    chaves: Annotated[list[str] | None, typer.Argument(metavar="CHAVE", help="Chaves de acesso de NF-e.")] = None,
    justificativa: Annotated[
        str | None, typer.Option("--justificativa", help="Por quê, de 15 a 255 caracteres; só da nao-realizada.")
    ] = None,
    sequencia: Annotated[int, typer.Option("--sequencia", help="2 para dizer o mesmo de novo.")] = 1,
    arquivo: Annotated[
        Path | None, typer.Option("--arquivo", help="Lista de chaves, uma por linha; - lê da entrada padrão.")
    ] = None,
    empresa: Empresa = None,
    usuario: Usuario = None,
    sim: Annotated[bool, typer.Option("--sim", help="Não pergunta antes de um evento conclusivo.")] = False,
    simular: Annotated[
        bool, typer.Option("--simular", help="Mostra o XML assinado; não envia nem grava nada.")
    ] = False,
    fila: Fila = False,
    as_json: Json = False,
) -> int:
    """Envia à SEFAZ o que o destinatário diz de notas: ciência, confirmação, desconhecimento ou não realização."""
    from flows.sefaz.manifestacoes import manifestar as work
    from flows.sefaz.manifestacoes import pedidos
    from flows.usuarios.finding import caller_of

    kind = pedidos.tipo_de(tipo)
    wanted = pedidos.Pedido(kind, sequencia, justificativa)
    keys = [*(chaves or ()), *(_listed(arquivo) if arquivo else ())]
    if not keys:
        raise UsageError("Diga ao menos uma chave de acesso, ou --arquivo LISTA.")
    named = pedidos.destinadas(keys, empresa, usuario, caller_of(usuario))
    bad, good = [one for one in named if one.recusa], [one for one in named if not one.recusa]
    if not good and len(bad) == 1:
        raise UsageError(f"A nota {bad[0].chave!r} {bad[0].recusa}.")
    for one in bad:
        say(printable(f"{one.chave}: {one.recusa}."))
    worst = BAD_KEY_EXIT if bad else 0
    if simular:
        return max(worst, _simulated(good, wanted))
    _warn(kind, good, asks=not sim)
    done = work.manifestar(good, wanted, agora=not fila)
    _tell(done, bad, as_json=as_json)
    return max(worst, _exit(done))


@app.command()
def manifestacoes(
    estado: Annotated[str | None, typer.Option("--estado", help="pendente, enviado, registrado ou recusado.")] = None,
    usuario: Usuario = None,
    limite: Limite = SIZE,
    depois: Depois = None,
    as_json: Json = False,
) -> None:
    """Lista as manifestações pedidas e o que foi feito de cada uma, as mais novas primeiro."""
    from flows.sefaz.manifestacoes import views
    from flows.usuarios.finding import caller_of

    found = views.listar(estado, depois=depois, limite=limite, caller=caller_of(usuario))
    report(found, COLUMNS, "Nenhuma manifestação.", as_json=as_json, whole=("chave_acesso",))


def _simulated(good: "list[Destinada]", wanted: "Pedido") -> int:
    from core.certificado import CertificadoRecusado
    from flows.sefaz.manifestacoes import manifestar as work

    try:
        for text in work.simular(good, wanted):
            answer(text)
    except CertificadoRecusado as fault:
        say(str(fault))
        return Misconfigured.exit_code
    return 0


def _listed(path: Path) -> list[str]:
    """Return the keys of a list: the first cell of each line that has a digit in it; a line with # is passed over."""
    from core.text_file import read_stream, read_text

    given = str(path) == stdin.FROM_STDIN
    text = read_stream(sys.stdin.buffer, LIST_LIMIT, "A lista da entrada") if given else read_text(path, LIST_LIMIT)
    cells = (re.split("[;,\t]", line)[0].strip('" ') for line in text.splitlines() if not line.startswith("#"))
    return [cell for cell in cells if re.search(r"\d", cell)]


def _warn(kind: "Tipo", good: "list[Destinada]", *, asks: bool) -> None:
    """Say what follows from an event, and ask where it concludes something."""
    from flows.sefaz.manifestacoes import pedidos

    say(pedidos.AVISOS[kind])
    if kind is pedidos.TIPOS["ciencia"]:
        return
    say(pedidos.ULTIMA_VALE)
    if not asks:
        return
    if not sys.stdin.isatty():
        raise UsageError("Um evento conclusivo não se desfaz; sem terminal para perguntar, confirme com --sim.")
    say(f"Enviar para {plural(len(good), 'nota', 'notas')}? Escreva sim para enviar.")
    if stdin.line().strip().casefold() not in ("s", "sim"):
        raise UsageError("Nada foi enviado.")


def _tell(done: "Feito", bad: "list[Destinada]", *, as_json: bool) -> None:
    if as_json:
        document(
            [plain(one) for one in done.eventos] + [{"chave_acesso": one.chave, "recusa": one.recusa} for one in bad]
        )
    for one in done.eventos:
        say(printable(f"{one.chave_acesso}: {_sentence(one, before=one.id in done.antes)}"))
    from flows.sefaz.manifestacoes.julgamento import relogio

    for end in done.envios:
        if end.mensagem:
            say(printable(end.mensagem))
        if end.relogio is not None and (told := relogio(end.relogio)):
            say(told)


def _sentence(one: "ManifestacaoView", *, before: bool) -> str:
    match one.estado:
        case "registrado" if before:
            again = "" if one.tipo == "ciencia" or one.sequencia > 1 else " Para dizer o mesmo de novo: --sequencia 2."
            return f"já estava registrado em {instant(one.registrada_em)}; nada foi enviado.{again}"
        case "registrado":
            already = " antes (por este ou por outro programa)" if one.cstat == "573" else ""
            protocol = f", protocolo {one.protocolo}" if one.protocolo else ""
            return f"registrado{already} em {instant(one.registrada_em)}{protocol}."
        case "recusado":
            return f"recusado. {one.motivo or ''}".rstrip()
        case "enviado":
            return f"enviado, sem resposta; será perguntado de novo. {one.motivo or ''}".rstrip()
    return f"pendente; os workers o enviam. {one.motivo or ''}".rstrip()


def _exit(done: "Feito") -> int:
    ends = [BY_END.get(one.situacao, 0) for one in done.envios]
    owed = any(one.estado in ("pendente", "enviado") for one in done.eventos)
    return max([*(BY_STATE[one.estado] for one in done.eventos), *(ends if owed else ())], default=0)
