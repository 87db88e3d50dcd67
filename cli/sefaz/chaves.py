"""Documents that are asked for by key or by number."""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from cli.options import Depois, Json, Limite, Usuario
from cli.output import answer, document, plain, report, say
from cli.sefaz.consultar import EXITS
from cli.sefaz.lacunas import tell
from cli.sefaz.noun import app
from core.errors import Rejected, UsageError
from core.page import SIZE
from core.text import counted, os_fault, plural

Empresa = Annotated[str, typer.Option("--empresa", help="CNPJ da empresa que quer o documento.")]
LINE_LIMIT = 1000
COLUMNS = {"chave": "Chave", "empresa": "Empresa", "estado": "Situação", "resposta": "Resposta da SEFAZ"}
LINES = {"linha": "Linha", "chave": "Chave", "resultado": "Resultado", "motivo": "Motivo"}


@app.command()
def chaves(
    arquivo: Annotated[
        Path | None, typer.Argument(metavar="[ARQUIVO]", help="Uma chave por linha; sem isto, mostra as pedidas.")
    ] = None,
    empresa: Annotated[str | None, typer.Option("--empresa", help="CNPJ da empresa que quer as notas.")] = None,
    usuario: Usuario = None,
    limite: Limite = SIZE,
    depois: Depois = None,
    as_json: Json = False,
) -> int:
    """Anota as chaves de NF-e de um arquivo, pedidas aos poucos (20 por hora); sem arquivo, mostra as pedidas."""
    if arquivo is None:
        return _shown(usuario, limite, depois, as_json=as_json)
    if empresa is None:
        raise UsageError("Diga o CNPJ da empresa que quer as notas.", campo="empresa")
    from flows.documentos.owners import recipient
    from flows.sefaz.pedidos import Pedido, pedir_chaves

    found = list(pedir_chaves(recipient(usuario, empresa), _lines(arquivo)))
    noted = sum(one.resultado is Pedido.ANOTADO for one in found)
    refused = [one for one in found if one.resultado is Pedido.RECUSADO]
    if as_json:
        document([plain(one) for one in found])
    elif refused:
        report(refused, LINES, "", as_json=False)
    hours = -(-noted // 20)
    long = f", em cerca de {plural(hours, 'hora', 'horas')}" if noted else ""
    said = plural(noted, "chave anotada", "chaves anotadas")
    known = plural(len(found) - noted - len(refused), "já pedida", "já pedidas") + " ou no acervo"
    say(f"{said}{long}; {known}, {counted(len(refused), 'recusada')}.")
    say("São pedidas sozinhas; `esteira sefaz completar` pede já o que couber nesta hora.")
    return Rejected.exit_code if refused else 0


@app.command()
def buscar(
    chave: Annotated[str, typer.Argument(metavar="CHAVE|NSU", help="Chave de uma NF-e, ou um NSU.")],
    empresa: Empresa,
    servico: Annotated[str, typer.Option("--servico", help="Para um NSU: nfe ou cte.")] = "nfe",
    usuario: Usuario = None,
    as_json: Json = False,
) -> int:
    """Pede um documento à SEFAZ pela chave ou pelo NSU; o que não couber nesta hora segue sozinho."""
    from flows.documentos.owners import recipient
    from flows.sefaz.avulsas import completar_para
    from flows.sefaz.pedidos import Pedido, pedir_chaves, pedir_nsu

    dono, bare = recipient(usuario, empresa), chave.strip()
    by_number = bare.isdecimal() and len(bare) <= 15
    if by_number:
        noted = pedir_nsu(dono, servico, int(bare))
    else:
        (line,) = pedir_chaves(dono, [bare or "?"])
        noted = line.resultado
        if noted is Pedido.RECUSADO:
            raise UsageError(f"{line.chave}: {line.motivo}.", campo="chave")
    if noted is Pedido.JA_TEMOS:
        say("O documento já está no acervo.")
        return 0
    found = completar_para(dono, servico if by_number else "nfe")
    tell(found)
    if found.restam or not found.perguntas:
        say("O pedido está anotado e segue sozinho.")
    if as_json:
        document(plain(found))
    elif not by_number:
        _one(usuario, bare)
    return EXITS[found.situacao]


def _shown(usuario: str | None, limite: int, depois: int | None, *, as_json: bool) -> int:
    from flows.sefaz.views import lacunas as views
    from flows.usuarios.finding import caller_of

    found = views.buscas(depois=depois, limite=limite, caller=caller_of(usuario))
    report(found, COLUMNS, "Nenhuma chave foi pedida.", as_json=as_json, whole=("chave",))
    return 0


def _one(usuario: str | None, chave: str) -> None:
    from core.fiscal import normalizar_chave
    from flows.sefaz.views import lacunas as views
    from flows.usuarios.finding import caller_of

    for one in views.buscas(chave=normalizar_chave(chave), caller=caller_of(usuario)):
        answer(f"{one.empresa}: {one.estado}. {one.resposta or ''}")


def _lines(path: Path) -> Iterator[str]:
    """Yield the lines of a file; a longer one comes in pieces, none of which is a key."""
    try:
        with path.open(encoding="utf-8-sig", errors="replace") as file:
            yield from iter(lambda: file.readline(LINE_LIMIT), "")
    except OSError as fault:
        raise UsageError(f"Não consegui ler {path}: {os_fault(fault)}.", campo="arquivo") from None
