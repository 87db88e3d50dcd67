"""Options that many commands take, said the same way everywhere."""

from typing import Annotated

import typer

from core.page import LARGEST

Json = Annotated[bool, typer.Option("--json", help="Responde em JSON.")]
Limite = Annotated[int, typer.Option("--limite", min=1, max=LARGEST, help="Quantas linhas por página.")]
Depois = Annotated[int | None, typer.Option("--depois", help="Continua depois desta linha (o comando diz qual).")]
Fila = Annotated[bool, typer.Option("--fila", help="Deixa o trabalho para os workers.")]
Usuario = Annotated[str | None, typer.Option("--usuario", help="De quem é; sem isto, do operador.")]
Empresa = Annotated[str | None, typer.Option("--empresa", help="CNPJ da empresa, com ou sem pontuação.")]
