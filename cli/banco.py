"""`esteira banco`: the database."""

from cli.output import say
from cli.portuguese import Noun

app = Noun("O banco de dados.")


@app.command()
def migrar() -> None:
    """Cria o banco de dados ou o traz à versão do programa."""
    from core.settings.core import CoreSettings
    from storage import migrate
    from storage.session import connect_engine, explained

    with explained():
        engine = connect_engine(CoreSettings.current().database)
        version = migrate.upgrade(engine)
        migrate.ensure(engine)
        engine.dispose()
    say(f"Banco de dados na versão {version}.")
