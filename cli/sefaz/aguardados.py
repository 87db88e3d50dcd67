"""Notes of which only the summary is here."""

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.options import Depois, Empresa, Json, Limite, Usuario
from cli.output import report
from cli.sefaz.noun import app
from core.page import SIZE

if TYPE_CHECKING:
    from flows.sefaz.manifestacoes.aguardados import AguardadoView

COLUMNS = {
    "chave_acesso": "Chave",
    "empresa": "Empresa",
    "emit_nome": "Emitente",
    "valor_total": "Valor",
    "xml": "XML",
    "desde": "Desde",
    "ciencia_ate": "Ciência até",
    "conclusao": "Conclusão",
    "conclusao_ate": "Conclusão até",
}


@app.command()
def aguardados(
    empresa: Empresa = None,
    todos: Annotated[
        bool, typer.Option("--todos", help="Também as notas cujo XML não virá: próprias, canceladas, desconhecidas.")
    ] = False,
    usuario: Usuario = None,
    limite: Limite = SIZE,
    depois: Depois = None,
    as_json: Json = False,
) -> None:
    """Lista as notas de que só chegou o resumo: o que cada uma espera, desde quando, e os prazos."""
    from flows.sefaz.manifestacoes import aguardados as views
    from flows.usuarios.finding import caller_of

    found = views.listar(empresa, usuario, todos=todos, depois=depois, limite=limite, caller=caller_of(usuario))
    report(found, COLUMNS, "Nenhum XML é aguardado.", as_json=as_json, whole=("chave_acesso",), words=_words)


def _words(one: "AguardadoView") -> dict[str, Any]:
    from core.settings.core import CoreSettings

    zone = CoreSettings.current().zone
    dates = {
        name: f"{value.astimezone(zone):%d/%m/%Y}" if (value := getattr(one, name)) else None
        for name in ("desde", "ciencia_ate", "conclusao_ate")
    }
    # what can be done no more has no date
    if one.xml != "sem_ciencia":
        dates["ciencia_ate"] = None
    if one.conclusao != "pendente":
        dates["conclusao_ate"] = None
    plain = {name: getattr(one, name).replace("_", " ") for name in ("xml", "conclusao")}
    return asdict(one) | dates | plain
