"""`esteira sefaz`: what SEFAZ distributes. Exit codes of `consultar`: 0 done, 1 resting or asked for by somebody else,
3 no answer, 4 the certificate, 5 refused, 6 blocked; of several the greatest.
"""

from typing import TYPE_CHECKING, Annotated

import typer

from cli.options import Depois, Json, Limite, Usuario
from cli.output import document, instant, plain, report, say
from cli.portuguese import Noun
from core.errors import Misconfigured, Rejected, Transient
from core.page import SIZE
from core.text import plural

if TYPE_CHECKING:
    from flows.sefaz.consultas import Consulta

app = Noun("Distribuição de documentos pela SEFAZ.")
RESTING_EXIT, BLOCKED_EXIT = 1, 6
EXITS = {
    "concluida": 0,
    "descansando": RESTING_EXIT,
    "ocupada": RESTING_EXIT,
    "bloqueada": BLOCKED_EXIT,
    "certificado": Misconfigured.exit_code,
    "sem_resposta": Transient.exit_code,
    "recusada": Rejected.exit_code,
}
COLUMNS = {
    "empresa": "Empresa",
    "usuario": "Usuário",
    "servico": "Serviço",
    "situacao": "Situação",
    "ult_nsu": "NSU",
    "max_nsu": "Último NSU",
    "proxima_consulta": "Descansa até",
    "bloqueado_ate": "Bloqueada até",
    "faltam": "Faltam",
    "ilegiveis": "Ilegíveis",
    "motivo": "Última resposta",
}


@app.command()
def consultar(
    empresa: Annotated[
        str | None, typer.Option("--empresa", help="CNPJ da empresa; sem isto, todas as que têm certificado.")
    ] = None,
    servico: Annotated[str | None, typer.Option("--servico", help="nfe ou cte; sem isto, os dois.")] = None,
    usuario: Usuario = None,
    as_json: Json = False,
) -> int:
    """Pede à SEFAZ o que há de novo e guarda; no descanso e no bloqueio não pede nada."""
    from connectors.sefaz.registro import servicos
    from flows.documentos.owners import recipient
    from flows.sefaz import consultas, varredura
    from flows.usuarios.finding import caller_of

    named = [recipient(usuario, empresa)] if empresa else varredura.com_certificado(caller_of(usuario))
    names = sorted(servicos(), reverse=True) if servico is None else [servico]
    found = []
    for dono in named:
        for name in names:
            found.append(consultas.consultar_para(dono, name))
            _tell(found[-1])
    if not named:
        say("Nenhuma empresa tem certificado em uso. Guarde um com `esteira certificados adicionar`.")
    if as_json:
        document([plain(one) for one in found])
    return max((EXITS[one.situacao] for one in found), default=0)


@app.command()
def automatizar(
    empresa: Annotated[str, typer.Option("--empresa", help="CNPJ da empresa que tem o certificado.")],
    intervalo: Annotated[int | None, typer.Option("--intervalo", help="Minutos entre consultas; ao menos 60.")] = None,
    desligar: Annotated[bool, typer.Option("--desligar", help="Não consulta mais sozinha.")] = False,
    usuario: Usuario = None,
    as_json: Json = False,
) -> None:
    """Faz a Esteira consultar sozinha com o certificado de uma empresa, também para as filiais."""
    from flows.certificados import keeping

    one = keeping.automatizar(empresa, usuario, on=not desligar, intervalo=intervalo)
    if as_json:
        document(plain(one))
    done = f"a cada {one.intervalo_consulta} minutos" if one.consulta_automatica else "desligada"
    say(f"Consulta automática de {one.empresa}: {done}.")


@app.command()
def estado(usuario: Usuario = None, limite: Limite = SIZE, depois: Depois = None, as_json: Json = False) -> None:
    """Mostra onde está cada numeração: NSU, descanso, bloqueio, última resposta, o que falta."""
    from flows.sefaz import views
    from flows.usuarios.finding import caller_of

    found = views.series(depois=depois, limite=limite, caller=caller_of(usuario))
    report(found, COLUMNS, "Nada foi consultado ainda. Comece com `esteira sefaz consultar`.", as_json=as_json)


def _tell(one: "Consulta") -> None:
    name = f"{one.cnpj}, {one.servico}"
    when = f" Próxima a partir de {instant(one.ate)}." if one.ate else ""
    if one.situacao != "concluida":
        say(f"{name}: {one.situacao}. {one.mensagem}{when}")
        return
    came = plural(one.total_encontrados, "documento", "documentos")
    pages = plural(one.paginas, "página", "páginas")
    new = plural(one.total_importados, "novo", "novos")
    bad = f", {plural(one.total_erros, 'ilegível', 'ilegíveis')}" if one.total_erros else ""
    say(f"{name}: {came} em {pages}, {new}{bad}.{when}")
