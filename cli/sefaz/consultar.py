"""Ask now. Exit codes: 0 done, 1 resting or asked for by somebody else, 3 no answer, 4 the certificate, 5 refused,
6 blocked; of several the greatest.
"""

from typing import TYPE_CHECKING, Annotated

import typer

from cli.options import Fila, Json, Usuario
from cli.output import document, instant, plain, say
from cli.sefaz.noun import app
from core.errors import Misconfigured, Rejected, Transient
from core.text import plural

if TYPE_CHECKING:
    from collections.abc import Sequence

    from flows.documentos.owners import Dono
    from flows.sefaz.consultas import Consulta

RESTING_EXIT, BLOCKED_EXIT = 1, 6
EXITS = {
    "concluida": 0,
    "descansando": RESTING_EXIT,
    "ocupada": RESTING_EXIT,
    "esgotada": RESTING_EXIT,
    "continua": 0,
    "bloqueada": BLOCKED_EXIT,
    "certificado": Misconfigured.exit_code,
    "sem_resposta": Transient.exit_code,
    "recusada": Rejected.exit_code,
}


@app.command()
def consultar(
    empresa: Annotated[
        str | None, typer.Option("--empresa", help="CNPJ da empresa; sem isto, todas as que têm certificado.")
    ] = None,
    servico: Annotated[
        str | None, typer.Option("--servico", help="nfe, cte ou nfse; sem isto, os que a empresa usa.")
    ] = None,
    usuario: Usuario = None,
    fila: Fila = False,
    as_json: Json = False,
) -> int:
    """Pede à SEFAZ o que há de novo e guarda; no descanso e no bloqueio não pede nada."""
    from flows.documentos.owners import recipient
    from flows.sefaz import varredura
    from flows.usuarios.finding import caller_of

    named = [recipient(usuario, empresa)] if empresa else varredura.com_certificado(caller_of(usuario))
    if not named:
        say("Nenhuma empresa tem certificado em uso. Guarde um com `esteira certificados adicionar`.")
    asked = [(one, name) for one in named for name in (varredura.servicos_para(one) if servico is None else [servico])]
    return _queued(asked, as_json=as_json) if fila else _asked(asked, as_json=as_json)


def _asked(asked: "Sequence[tuple[Dono, str]]", *, as_json: bool) -> int:
    from flows.sefaz import consultas

    found = []
    for dono, name in asked:
        found.append(consultas.consultar_para(dono, name))
        _tell(found[-1])
    if as_json:
        document([plain(one) for one in found])
    return max((EXITS[one.situacao] for one in found), default=0)


def _queued(asked: "Sequence[tuple[Dono, str]]", *, as_json: bool) -> int:
    from core import messages
    from flows.sefaz import encomendas

    numbers = [encomendas.pedir(dono, name) for dono, name in asked]
    messages.send("sefaz.varrer")
    if as_json:
        document([{"consulta_id": one} for one in numbers])
    asked_for = plural(len(numbers), "consulta fica", "consultas ficam")
    say(f"{asked_for} para os workers, assim que a SEFAZ permitir; veja com `esteira sefaz consultas`.")
    return 0


def _tell(one: "Consulta") -> None:
    name = f"{one.cnpj}, {one.servico}"
    when = f" Próxima a partir de {instant(one.ate)}." if one.ate else ""
    if one.aviso:
        say(f"{name}: {one.aviso}")
    if one.situacao != "concluida":
        say(f"{name}: {one.situacao}. {one.mensagem}{when}")
        return
    came = plural(one.total_encontrados, "documento", "documentos")
    pages = plural(one.paginas, "página", "páginas")
    new = plural(one.total_importados, "novo", "novos")
    bad = f", {plural(one.total_erros, 'ilegível', 'ilegíveis')}" if one.total_erros else ""
    more = " Há mais, e pode ser pedido já." if one.ha_mais else ""
    say(f"{name}: {came} em {pages}, {new}{bad}.{when}{more}")
