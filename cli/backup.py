"""`esteira backup`: a copy of the database while everything runs."""

from pathlib import Path
from typing import Annotated

import typer

from cli.output import answer, say
from cli.portuguese import Verb
from core.errors import UsageError
from core.text import plural

app = Verb("Faz um backup do banco de dados, também enquanto tudo roda.")


@app.command()
def backup(
    destino: Annotated[
        Path | None, typer.Argument(help="Pasta, ou um arquivo novo; sem isto, data_dir/backups.")
    ] = None,
    manter: Annotated[int | None, typer.Option("--manter", min=1, help="Quantos backups deste banco ficam.")] = None,
    com_chaves: Annotated[bool, typer.Option("--com-chaves", help="Guarda também as chaves dos segredos.")] = False,
) -> None:
    """Make it; say where it is, what is in it, and where the keys are."""
    from core.settings.core import CoreSettings
    from storage.backup import dump, making, snapshot

    if snapshot.file_of(CoreSettings.current().database) is None:
        if com_chaves:
            raise UsageError("O pg_dump só leva o banco: guarde as chaves à parte.", campo="com_chaves")
        _server(dump.make(destino, keep=manter))
        return
    made = making.make(destino, with_keys=com_chaves, keep=manter)
    said = made.manifest
    lines, tables = plural(said.total, "linha", "linhas"), plural(len(said.linhas), "tabela", "tabelas")
    say(f"Backup verificado: {lines} de {tables}, versão {said.migracao}.")
    say(_keys(com_chaves))
    for gone in made.removed:
        say(f"Removi o mais antigo: {gone}.")
    answer(str(made.path))


def _server(path: Path) -> None:
    say("Backup do PostgreSQL verificado (formato custom do pg_dump).")
    say(_keys(False))
    answer(str(path))


def _keys(within: bool) -> str:
    from core.settings.core import CoreSettings
    from storage import crypto

    where = "core.keys" if CoreSettings.current().keys else str(crypto.key_path().absolute())
    if within:
        return f"As chaves ({where}) estão nele: quem tiver o arquivo lê todos os segredos."
    return f"As chaves não estão nele: guarde à parte uma cópia de {where}. Sem elas os segredos do banco não se leem."
