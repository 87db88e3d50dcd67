"""What a table lacks for a reliable relay, as statements; applied only on request."""

from collections.abc import Sequence

from connectors.oracle import ddl
from core.errors import UsageError
from core.settings.fila import is_identifier
from flows.fila import accounts
from flows.fila.accounts import opened


def script(bank: str, table: str, source: str, more: Sequence[str] = ()) -> str:
    """Return everything for a database that has nothing yet; `more` are columns that the trigger copies of an order."""
    if bank not in ddl.BANKS:
        raise UsageError(f"Banco desconhecido: {bank!r}. Use {', '.join(ddl.BANKS)}.")
    for name in (table, source):
        if not is_identifier(name):
            raise UsageError(f"Nome inválido de tabela: {name!r}.")
    for name in more:
        if not is_identifier(name) or "." in name:
            raise UsageError(f"Nome inválido de coluna: {name!r}.")
    return ddl.script(bank, table, source, more=more)


def missing(nome: str) -> list[str]:
    """Return the statements that an account's table lacks; none for one that only gets rows."""
    fila = opened(nome)
    if fila.conta.layout == "sem_status" or fila.layout.leased:
        return []
    return list(ddl.relay(fila.engine.dialect.name, fila.conta.table, fila.conta.columns))


def apply(nome: str, statements: Sequence[str]) -> None:
    """Change an account's table."""
    fila = opened(nome)
    with fila.transaction() as connection:
        for statement in statements:
            connection.exec_driver_sql(statement)
    # What was found of it is no longer so.
    accounts.close()
