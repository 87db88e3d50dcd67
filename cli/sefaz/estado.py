"""Where each numbering stands."""

from cli.options import Depois, Json, Limite, Usuario
from cli.output import report
from cli.sefaz.noun import app
from core.page import SIZE

COLUMNS = {
    "empresa": "Empresa",
    "usuario": "Usuário",
    "servico": "Serviço",
    "situacao": "Situação",
    "automatica": "Sozinha",
    "ult_nsu": "NSU",
    "max_nsu": "Último NSU",
    "proxima_consulta": "Descansa até",
    "bloqueado_ate": "Bloqueada até",
    "faltam": "Faltam",
    "ilegiveis": "Ilegíveis",
    "aguardados": "XML aguardados",
    "motivo": "Última resposta",
}


@app.command()
def estado(usuario: Usuario = None, limite: Limite = SIZE, depois: Depois = None, as_json: Json = False) -> None:
    """Mostra onde está cada numeração: NSU, descanso, bloqueio, última resposta, o que falta."""
    from flows.sefaz.views import series
    from flows.usuarios.finding import caller_of

    found = series.series(depois=depois, limite=limite, caller=caller_of(usuario))
    report(found, COLUMNS, "Nada foi consultado ainda. Comece com `esteira sefaz consultar`.", as_json=as_json)
