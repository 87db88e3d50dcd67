"""`esteira banco`: the database."""

from decimal import Decimal
from typing import Annotated

import typer

from cli.output import say
from cli.portuguese import Noun
from core.text import brazilian

app = Noun("O banco de dados.")


@app.command()
def migrar(
    sem_backup: Annotated[
        bool, typer.Option("--sem-backup", help="Não copia antes um SQLite de versão anterior.")
    ] = False,
) -> None:
    """Cria o banco de dados ou o traz à versão do programa; um SQLite de versão anterior é copiado antes."""
    from core.settings.core import CoreSettings
    from storage import migrate
    from storage.backup import before
    from storage.session import connect_engine, explained

    with explained():
        engine = connect_engine(CoreSettings.current().database)
        made = None if sem_backup else before.migrating(engine)
        if made is not None:
            say(f"Backup de antes: {made.path}.")
        version = migrate.upgrade(engine)
        migrate.ensure(engine)
        engine.dispose()
    say(f"Banco de dados na versão {version}.")


@app.command()
def compactar() -> None:
    """Devolve ao disco o espaço livre de um SQLite; daí em diante a limpeza de cada noite o devolve sozinha."""
    from storage.tidying import compact

    before, after = compact()
    say(f"Banco de dados compactado: de {_mega(before)} para {_mega(after)} MB.")


def _mega(size: int) -> str:
    return brazilian(Decimal(size) / 1_000_000, 1)
