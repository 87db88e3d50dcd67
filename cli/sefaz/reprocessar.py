"""Read again what could not be read."""

from cli.options import Empresa, Json, Usuario
from cli.output import report, say
from cli.sefaz.noun import app
from core.errors import Rejected
from core.text import plural

COLUMNS = {
    "empresa": "Empresa",
    "servico": "Serviço",
    "nsu": "NSU",
    "schema": "Esquema",
    "resultado": "Resultado",
    "motivo": "Motivo",
}


@app.command()
def reprocessar(empresa: Empresa = None, usuario: Usuario = None, as_json: Json = False) -> int:
    """Lê de novo o que veio da SEFAZ e não pôde ser guardado; não pede nada a ela."""
    from flows.documentos.owners import owner
    from flows.sefaz import reprocesso
    from flows.usuarios.finding import caller_of

    company = owner(usuario, empresa).empresa_id if empresa else None
    found = [one for some in reprocesso.ilegiveis(caller_of(usuario), company) for one in reprocesso.reprocessar(some)]
    report(found, COLUMNS, "Nada está por ler.", as_json=as_json)
    left = sum(one.resultado == "erro" for one in found)
    if found:
        say(f"{plural(len(found) - left, 'documento lido', 'documentos lidos')}, {left} ainda por ler.")
    return Rejected.exit_code if left else 0
