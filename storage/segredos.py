"""The secrets that an installation made for itself: read without the models, which not everybody has loaded."""

from sqlalchemy import Connection, LargeBinary, column, insert, select, table

from storage.crypto import KeyRing
from storage.session import READ_ONLY, engine, explained

MARKS = "marcas"
_SEGREDO = table("segredo", column("nome"), column("valor", LargeBinary))


def kept(ring: KeyRing, nome: str) -> str | None:
    """Return a secret; none before there is one."""
    # whoever asks may be writing, on a connection of its own
    with explained(), engine().execution_options(**{READ_ONLY: True}).connect() as connection:
        found = connection.execute(select(_SEGREDO.c.valor).where(_SEGREDO.c.nome == nome)).scalar()
    return None if found is None else ring.unseal(bytes(found)).decode()


def keep(on: Connection, ring: KeyRing, nome: str, valor: str) -> None:
    """Note a secret that is not there yet."""
    if on.execute(select(_SEGREDO.c.nome).where(_SEGREDO.c.nome == nome)).first() is None:
        on.execute(insert(_SEGREDO).values(nome=nome, valor=ring.encrypt(valor)))
