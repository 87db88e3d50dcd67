"""What is missing, and what is done about it now."""

from typing import TYPE_CHECKING, Annotated

import typer

from cli.options import Depois, Json, Limite, Usuario
from cli.output import document, instant, plain, report, say
from cli.sefaz.consultar import EXITS
from cli.sefaz.noun import app
from core.page import SIZE
from core.text import plural

if TYPE_CHECKING:
    from flows.sefaz.avulsas import Avulsas

COLUMNS = {
    "id": "Lacuna",
    "empresa": "Empresa",
    "servico": "Serviço",
    "de": "De",
    "ate": "Até",
    "faltam": "Faltam",
    "situacao": "Situação",
    "motivo": "Por quê",
    "encontrados": "Vieram",
    "vazios": "Não há",
    "resposta": "Última resposta",
}


@app.command()
def lacunas(
    todas: Annotated[bool, typer.Option("--todas", help="Também as que já fecharam.")] = False,
    usuario: Usuario = None,
    limite: Limite = SIZE,
    depois: Depois = None,
    as_json: Json = False,
) -> None:
    """Mostra os NSU que faltam; a Esteira os pede um a um, até 20 por hora e CNPJ."""
    from flows.sefaz.views import lacunas as views
    from flows.usuarios.finding import caller_of

    found = views.lacunas(todas=todas, depois=depois, limite=limite, caller=caller_of(usuario))
    report(found, COLUMNS, "Nada falta.", as_json=as_json)


@app.command()
def completar(
    empresa: Annotated[
        str | None, typer.Option("--empresa", help="CNPJ da empresa; sem isto, todas as que têm certificado.")
    ] = None,
    servico: Annotated[str | None, typer.Option("--servico", help="nfe ou cte; sem isto, os dois.")] = None,
    usuario: Usuario = None,
    as_json: Json = False,
) -> int:
    """Pede já as chaves e os NSU que faltam, até o limite desta hora."""
    from flows.documentos.owners import recipient
    from flows.sefaz import avulsas, varredura
    from flows.usuarios.finding import caller_of

    named = [recipient(usuario, empresa)] if empresa else varredura.com_certificado(caller_of(usuario))
    found = []
    for dono in named:
        for name in avulsas.servicos_de(dono) if servico is None else [servico]:
            found.append(avulsas.completar_para(dono, name))
            tell(found[-1])
    if as_json:
        document([plain(one) for one in found])
    return max((EXITS[one.situacao] for one in found), default=0)


def tell(one: "Avulsas") -> None:
    """Say what became of a round of single questions."""
    when = f" Segue a partir de {instant(one.ate)}." if one.ate else ""
    asked = plural(one.perguntas, "pergunta", "perguntas")
    came, gone = f"{one.encontrados} com documento", f"{one.indisponiveis} sem"
    done = f" {asked}: {came}, {gone}." if one.perguntas else ""
    say(f"{one.cnpj}, {one.servico}: {one.mensagem}{done}{when}")
