"""One box for everything (docs/reference/contracts/integracoes.md §4.21): NF-e and CT-e that hold a text."""

from dataclasses import dataclass

from core.caller import OPERATOR, Caller
from core.documentos import busca
from core.errors import UsageError
from flows.documentos.filtro import Filtro
from flows.documentos.views import cte, nfe
from storage.session import reading

MOST = 20


@dataclass(frozen=True)
class Found:
    """The newest of each kind, as their lists show them; `total_results` is how many are shown."""

    nfes: tuple[nfe.NFeRow, ...]
    ctes: tuple[cte.CTeRow, ...]
    total_results: int


def search(text: str, caller: Caller = OPERATOR) -> Found:
    """Return what holds a text; raise `UsageError` for a blank one."""
    if not busca.wanted(text):
        raise UsageError("Diga o que procurar.", campo="q")
    with reading() as db:
        filtro = Filtro(search=text)
        nfes, ctes = nfe.newest(db, filtro, MOST, caller), cte.newest(db, filtro, MOST, caller)
    return Found(nfes, ctes, len(nfes) + len(ctes))
