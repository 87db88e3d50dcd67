"""`esteira diagnostico`: is everything that is configured reachable and sound?"""

from dataclasses import asdict
from typing import Annotated

import typer

from cli.output import document, table
from cli.portuguese import Verb
from core.checks import FAULT, SETTINGS
from core.errors import Misconfigured

app = Verb("Confere cada sistema configurado e diz o que corrigir; termina com 1 se há erro, 4 se é da configuração.")


@app.command()
def diagnostico(as_json: Annotated[bool, typer.Option("--json", help="Responde em JSON.")] = False) -> int:
    """Look at everything; the exit code is 1 when there is a fault, 4 when it is the settings."""
    from flows import diagnostico as flow

    found = flow.examine()
    if as_json:
        document([asdict(finding) for finding in found])
    else:
        columns = {"sistema": "Sistema", "situacao": "Situação", "detalhe": "Detalhe", "correcao": "O que fazer"}
        table([asdict(finding) for finding in found], columns, "")
    if any(finding.sistema == SETTINGS for finding in found):
        return Misconfigured.exit_code
    return 1 if any(finding.situacao == FAULT for finding in found) else 0
