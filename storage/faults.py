"""What a fault of the database asks for: again later, or an operator. By codes: texts are in the server's language."""

from sqlalchemy.exc import DatabaseError, DBAPIError, InterfaceError, OperationalError

from core.errors import Misconfigured, PlatformError, Transient

BUSY = "O banco de dados está ocupado por outro processo (core.database_url); tente de novo."
AWAY = "O banco de dados não respondeu (core.database_url)."
READ_ONLY = (
    "O banco de dados só aceita leituras agora (core.database_url): espere a troca de servidor, ou veja o disco."
)
FULL = "O banco de dados está sem espaço ou sem recursos: libere espaço em disco ou conexões."
REFUSED = "O banco de dados recusou o login: confira usuário e senha em core.database_url."
MISSING = "O banco de dados de core.database_url não existe no servidor: crie-o, ou confira o endereço."
FORBIDDEN = "O usuário de core.database_url não tem permissão no banco de dados."
CANNOT_OPEN = "Não consegui abrir o banco de dados: confira core.database_url."
CANNOT_WRITE = "Não consigo escrever no banco de dados: confira a permissão do arquivo e da pasta de core.database_url."
NOT_SQLITE = "O arquivo de core.database_url não é um banco SQLite válido."

Row = tuple[str, type[PlatformError], str]
# After a failover the server that was asked may be one that only reads, and so is a hosted one whose disk is full.
ONLY_READS = "25006"
# The first that the SQLSTATE begins with; PostgreSQL, Appendix A.
POSTGRES: tuple[Row, ...] = (
    (ONLY_READS, Transient, READ_ONLY),
    # the server ended an idle or a long transaction, and the connection with it
    ("25P03", Transient, AWAY),
    ("25P04", Transient, AWAY),
    ("28", Misconfigured, REFUSED),
    ("3D", Misconfigured, MISSING),
    ("42501", Misconfigured, FORBIDDEN),
    ("53", Transient, FULL),
    ("55P03", Transient, BUSY),
    ("40", Transient, BUSY),
    ("XX", Transient, AWAY),
)
# By the primary result code; https://sqlite.org/rescode.html. An error of SQL itself (1) is a bug of ours.
SQLITE: dict[int, tuple[type[PlatformError], str]] = {
    3: (Misconfigured, CANNOT_WRITE),
    5: (Transient, BUSY),
    6: (Transient, BUSY),
    8: (Misconfigured, CANNOT_WRITE),
    10: (Transient, AWAY),
    11: (Misconfigured, NOT_SQLITE),
    13: (Transient, FULL),
    14: (Misconfigured, CANNOT_OPEN),
    15: (Transient, BUSY),
    23: (Misconfigured, FORBIDDEN),
    26: (Misconfigured, NOT_SQLITE),
}
# Without a code that we know these say that it is away; the other classes say something of our statements.
OF_THE_DATABASE = (OperationalError, InterfaceError, DatabaseError)


def words(error: DBAPIError) -> str:
    """Return what a driver says of a statement, for a log: after its first line the row itself may stand."""
    return str(error.orig).partition("\n")[0][:300]


def only_reads(fault: BaseException) -> bool:
    """Tell whether a server refused to write at all: a connection in constant use would never leave it."""
    return getattr(fault, "sqlstate", None) == ONLY_READS


def explain(error: DBAPIError) -> PlatformError | None:
    """Return the fault to raise for a database that cannot be used; None when the fault is ours.

    It holds neither the address nor the statement.
    """
    code = getattr(error.orig, "sqlite_errorcode", None)
    if code is not None:
        found = SQLITE.get(code & 0xFF)
        return None if found is None else found[0](found[1])
    state = getattr(error.orig, "sqlstate", None) or ""
    for prefix, kind, text in POSTGRES:
        if state.startswith(prefix):
            return kind(text)
    return Transient(AWAY) if type(error) in OF_THE_DATABASE else None
