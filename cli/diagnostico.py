"""`esteira diagnostico`: is everything that is configured reachable and sound?"""

from dataclasses import asdict
from typing import Annotated

import typer

from cli.output import document, table
from cli.portuguese import Command


def register(root: typer.Typer) -> None:
    """Add the command to the root."""
    root.command("diagnostico", cls=Command)(diagnostico)


def diagnostico(as_json: Annotated[bool, typer.Option("--json", help="Responde em JSON.")] = False) -> int:
    """Confere cada sistema configurado e diz o que corrigir; termina com 1 se há erro."""
    from flows import diagnostico as flow

    found = flow.examine()
    if as_json:
        document([asdict(finding) for finding in found])
    else:
        columns = {"sistema": "Sistema", "situacao": "Situação", "detalhe": "Detalhe", "correcao": "O que fazer"}
        table([asdict(finding) for finding in found], columns, "")
    return 1 if any(finding.situacao == flow.FAULT for finding in found) else 0
