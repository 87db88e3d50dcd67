"""Have a company consulted by itself."""

from typing import Annotated

import typer

from cli.options import Json, Usuario
from cli.output import document, plain, say
from cli.sefaz.noun import app
from core.text import plural


@app.command()
def automatizar(
    empresa: Annotated[str, typer.Option("--empresa", help="CNPJ da empresa que tem o certificado.")],
    intervalo: Annotated[int | None, typer.Option("--intervalo", help="Minutos entre consultas; ao menos 60.")] = None,
    desligar: Annotated[bool, typer.Option("--desligar", help="Não consulta mais sozinha.")] = False,
    com: Annotated[
        list[str] | None, typer.Option("--com", help="Consulta também um serviço opcional: nfse. Vale repetir.")
    ] = None,
    sem: Annotated[list[str] | None, typer.Option("--sem", help="Não consulta mais um serviço opcional.")] = None,
    usuario: Usuario = None,
    as_json: Json = False,
) -> None:
    """Faz a Esteira consultar sozinha com o certificado de uma empresa, também para as filiais."""
    from flows.certificados import keeping

    one = keeping.automatizar(empresa, usuario, on=not desligar, intervalo=intervalo, com=com or (), sem=sem or ())
    if as_json:
        document(plain(one))
    done = f"a cada {plural(one.intervalo_consulta, 'minuto', 'minutos')}" if one.consulta_automatica else "desligada"
    more = f", também {', '.join(one.servicos_opcionais)}" if one.servicos_opcionais else ""
    say(f"Consulta automática de {one.empresa}: {done}{more}.")
    if one.consulta_automatica and one.usuario is not None:
        _tell_what_stands_above(one.usuario)


def _tell_what_stands_above(usuario: str) -> None:
    """Say what the user's own configuration makes of it."""
    from flows.sefaz.views.configuracao import configuracao
    from flows.usuarios.finding import caller_of

    said = configuracao(caller_of(usuario))
    if said.consulta_automatica_ativa is False:
        turn_on = f"`esteira sefaz configurar --usuario {usuario} --automatica`"
        say(f"Mas {usuario} não quer consultas automáticas; {turn_on} muda isso.")
    elif said.horario_consulta is not None:
        say(f"{usuario} quer uma consulta por dia, a partir de {said.horario_consulta}, no lugar do intervalo.")
