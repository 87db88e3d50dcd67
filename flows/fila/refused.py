"""Accounts whose login was refused: not tried again automatically, because repeats lock the account.

What was refused is known by a digest of the login, which is slow to guess from; so a login that is changed in the
settings is tried at once, by every worker, and the one that was refused by none.
"""

import hashlib
from functools import cache

from sqlalchemy import delete

from claims import last_times
from connectors.oracle.faults import LoginRefused
from core.clock import Clock
from core.settings.fila import ContaFila
from storage.models.limites import Marca
from storage.session import reading, transaction

ASK = (
    "Fila {nome}: o banco recusou este usuário ou esta senha; não tento de novo, para não bloquear a conta. Corrija "
    "fila.user e fila.password, ou rode `esteira diagnostico` depois que o DBA a liberar."
)
COST = 2**12


def check(nome: str, conta: ContaFila) -> None:
    """Raise `LoginRefused` where this login was refused before."""
    with reading() as db:
        if last_times.last(db, _mark(conta)) is not None:
            raise LoginRefused(ASK.format(nome=nome))


def note(conta: ContaFila, clock: Clock) -> None:
    """Note that this login was refused."""
    last_times.note(_mark(conta), clock)


def forget(conta: ContaFila) -> None:
    """Note that this login may be tried."""
    with transaction() as db:
        db.execute(delete(Marca).where(Marca.nome == _mark(conta)))


def _mark(conta: ContaFila) -> str:
    secrets = [one.get_secret_value() if one else "" for one in (conta.url, conta.password)]
    return f"fila.recusada.{_digest(*secrets, conta.dsn or '', conta.user or '')}"


@cache
def _digest(*parts: str) -> str:
    return hashlib.scrypt("\0".join(parts).encode(), salt=b"esteira.fila", n=COST, r=8, p=1, dklen=16).hex()
