"""How a user's companies are consulted."""

from typing import Annotated

import typer

from cli.options import Json
from cli.output import answer, document, plain
from cli.sefaz.noun import app

NAMES = {
    "consulta_automatica_ativa": "Consulta automática",
    "horario_consulta": "Horário",
    "max_documentos_por_consulta": "Documentos por consulta",
    "timeout_consulta": "Prazo de uma consulta (segundos)",
    "notificar_email": "Avisos por e-mail",
    "email_notificacao": "Endereço dos avisos",
    "ufs_habilitadas": "Estados (sem efeito na distribuição)",
}


@app.command()
def configurar(
    usuario: Annotated[str, typer.Option("--usuario", help="De quem são as empresas.")],
    automatica: Annotated[
        bool | None,
        typer.Option("--automatica/--sem-automatica", help="Consulta sozinha com os certificados ligados para isso."),
    ] = None,
    horario: Annotated[
        str | None,
        typer.Option(
            "--horario-consulta", help="Uma vez por dia a partir desta hora, como 22:30; vazio: a cada intervalo."
        ),
    ] = None,
    documentos: Annotated[
        int | None,
        typer.Option("--max-documentos-por-consulta", help="Documentos por consulta; o resto fica para a seguinte."),
    ] = None,
    prazo: Annotated[
        int | None, typer.Option("--timeout-consulta", help="Segundos de uma consulta, de 60 a 3600.")
    ] = None,
    notificar: Annotated[
        bool | None, typer.Option("--notificar-email/--sem-notificar-email", help="Manda os avisos por e-mail.")
    ] = None,
    email: Annotated[str | None, typer.Option("--email-notificacao", help="Para onde; vazio: ninguém.")] = None,
    ufs: Annotated[
        str | None, typer.Option("--ufs-habilitadas", help="Estados, como SP,RJ; sem efeito na distribuição.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Muda como as empresas de um usuário são consultadas; sem mudança, mostra."""
    from flows.sefaz.configuracao import Mudancas
    from flows.sefaz.configuracao import configurar as change
    from flows.sefaz.views.configuracao import configuracao
    from flows.usuarios.finding import caller_of

    said = Mudancas(
        ufs_habilitadas=ufs.split(",") if ufs is not None else None,
        max_documentos_por_consulta=documentos,
        timeout_consulta=prazo,
        notificar_email=notificar,
        email_notificacao=email,
        consulta_automatica_ativa=automatica,
        horario_consulta=horario,
    )
    caller = caller_of(usuario)
    found = plain(configuracao(caller) if said == Mudancas() else change(said, caller))
    if as_json:
        document(found)
        return
    for name, title in NAMES.items():
        answer(f"{title}: {_shown(found[name])}")


def _shown(value: object) -> str:
    if value is None or value == "":
        return "-"
    if isinstance(value, bool):
        return "sim" if value else "não"
    return ", ".join(value) if isinstance(value, list) else str(value)
