"""Forget a person: what is kept is a digest that only our key makes, so that nothing creates the client again.

docs/reference/contracts/sync.md §SY-76. Events hold the numbers of both sides and nothing of the person; errors are
stored without documents.
"""

from dataclasses import dataclass

from core.clock import SYSTEM, Clock
from core.errors import Conflict, UsageError
from core.fiscal import normalizar_documento, tipo_documento
from core.settings.sync import CLIENTES_PM
from flows.sync.documents import known, mark
from flows.sync.ledger.item import CLIENTES, CONTATOS, INTERACOES, TAREFAS, Item, New, Situacao
from flows.sync.ledger.opening import open_ledger
from flows.sync.ledger.shape import Ledger


@dataclass(frozen=True)
class Forgotten:
    """Lines of the ledger that held something of the person: the client, its contacts, its tickets."""

    clientes: int
    contatos: int
    chamados: int
    simulado: bool = False


def forget(documento: str, conta: str, *, simular: bool = False, clock: Clock = SYSTEM) -> Forgotten:
    """Clear a person's fields; with `simular` only tell what would be."""
    normal = normalizar_documento(documento)
    if tipo_documento(normal) is None:
        raise UsageError("O documento deve ser um CPF ou um CNPJ.")
    ledger, now = open_ledger(conta), clock.now()
    line = known(ledger, [normal]).get(normal)
    links = [*ledger.having(CONTATOS, "ligado", [normal, mark(normal)])]
    contacts = [link.chave for link in links]
    tickets = [one for livro in (TAREFAS, INTERACOES) for one in ledger.having(livro, "ligado", contacts)]
    found = Forgotten(int(line is not None), len(links), len(tickets), simular)
    if simular:
        return found
    _forget_client(ledger, line, normal, clock)
    if links:
        ledger.change({"id": [link.id for link in links]}, now, ligado=mark(normal), erro=None)
    if tickets:
        ledger.change({"id": [one.id for one in tickets]}, now, erro=None, resumo=None)
    return found


def _forget_client(ledger: Ledger, line: Item | None, documento: str, clock: Clock) -> None:
    now, gone = clock.now(), Situacao.ESQUECIDO
    if line is None:
        ledger.owe([New(livro=CLIENTES, fluxo=CLIENTES_PM, chave=mark(documento), situacao=gone)], now)
        return
    cleared = {"motivo": None, "erro": None, "resumo": None, "milvus_token": None, "tentado": False}
    if not ledger.change({"id": [line.id]}, now, chave=mark(documento), situacao=gone, **cleared):
        raise Conflict("Este cliente está sendo enviado agora; repita em alguns minutos.")
