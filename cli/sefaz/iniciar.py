"""Say where a numbering begins."""

from typing import Annotated

import typer

from cli.options import Json, Usuario
from cli.output import document, plain, say
from cli.sefaz.noun import app


@app.command()
def iniciar(
    empresa: Annotated[str, typer.Option("--empresa", help="CNPJ da empresa.")],
    nsu: Annotated[int, typer.Option("--nsu", help="O último NSU que o outro sistema recebeu.")],
    servico: Annotated[str, typer.Option("--servico", help="nfe ou cte.")] = "nfe",
    voltar: Annotated[bool, typer.Option("--voltar", help="Também para um número menor que o atual.")] = False,
    usuario: Usuario = None,
    as_json: Json = False,
) -> None:
    """Diz de onde a consulta segue, quando a empresa vem de outro sistema."""
    from flows.documentos.owners import recipient
    from flows.sefaz import inicio

    one = inicio.iniciar(recipient(usuario, empresa), servico, nsu, voltar=voltar)
    if as_json:
        document(plain(one))
    skipped = f" O que há de {one.antes + 1} a {one.ult_nsu} não será pedido." if one.ult_nsu > one.antes else ""
    say(f"{one.empresa}, {one.servico}: a consulta segue do NSU {one.ult_nsu} (antes {one.antes}).{skipped}")
    if 0 < one.maior < one.ult_nsu:
        say(f"Confira o número: o maior que a SEFAZ disse até agora é {one.maior}; ela recusa um que ainda não deu.")
