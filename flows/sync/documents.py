"""Clients by their document: whether one was sent, in any spelling; and what is left of one that was forgotten."""

from collections.abc import Collection

from core.clock import SYSTEM, Clock
from core.fiscal import documento_valido, normalizar_documento
from core.settings.accounts import PADRAO
from core.settings.sync import CLIENTES_PM, ContaSync
from flows.sync.ledger.item import CLIENTES, Item, New, Situacao
from flows.sync.ledger.opening import open_ledger
from flows.sync.ledger.shape import Ledger
from storage import crypto

FORGOTTEN = "esquecido:"
INVALID = "documento_invalido"


def cliente_enviado(cnpj_cpf: str, conta: str = PADRAO) -> bool:
    """Tell whether the client with this document is on both sides, or is never to be sent."""
    documento = normalizar_documento(cnpj_cpf)
    found = known(open_ledger(conta), [documento]).get(documento)
    return found is not None and found.settled


def marcar_cliente_enviado(cnpj_cpf: str, conta: str = PADRAO, clock: Clock = SYSTEM) -> None:
    """Note that the client with this document is on both sides; one that was forgotten stays so."""
    ledger, documento, now = open_ledger(conta), normalizar_documento(cnpj_cpf), clock.now()
    if found := known(ledger, [documento]).get(documento):
        if not found.settled:
            ledger.change({"id": [found.id]}, now, situacao=Situacao.ENVIADO, motivo=None, erro=None)
        return
    ledger.owe([New(livro=CLIENTES, fluxo=CLIENTES_PM, chave=documento, situacao=Situacao.ENVIADO)], now)


def known(ledger: Ledger, documentos: Collection[str]) -> dict[str, Item]:
    """Return the lines of documents in normal form, those of forgotten ones too."""
    marks = {mark(documento): documento for documento in documentos if documento}
    found = ledger.find(CLIENTES, [*marks, *marks.values()])
    return {marks.get(chave, chave): item for chave, item in found.items()}


def first_state(documento: str, conta: ContaSync) -> tuple[Situacao, str | None]:
    """Return the state in which a client is noted, and the reason where it may not go (§SY-24)."""
    if documento_valido(documento) or conta.send_invalid:
        return Situacao.PENDENTE, None
    return Situacao.ESTACIONADO, INVALID


def mark(documento: str) -> str:
    """Return what is kept of a document that was forgotten: only with our key can it be compared."""
    return FORGOTTEN + crypto.ring().fingerprint(documento)


def last_four(chave: str) -> str:
    """Return what may be shown of a document."""
    return "esquecido" if chave.startswith(FORGOTTEN) else f"…{chave[-4:]}"
