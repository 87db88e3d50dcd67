"""What a company says of notes, and what its rows say after it was sent."""

import re
from collections.abc import Sequence

from sqlalchemy import select

from flows.sefaz.manifestacoes import pedidos
from flows.sefaz.manifestacoes.envio import Envio, enviar
from flows.sefaz.manifestacoes.pedidos import TIPOS, Pedido
from storage.models.empresas import Empresa
from storage.models.manifestacoes import ManifestacaoSEFAZ
from storage.models.registros import DocumentoEvento
from storage.session import reading
from support.consultas import Loja, rows

WHY = "A mercadoria não chegou & foi devolvida <ontem>"


def numero(minha: Loja) -> int:
    """Return the number of the company."""
    with reading() as db:
        return db.scalars(select(Empresa.id).where(Empresa.cnpj == minha.cnpj)).one()


def pedir(minha: Loja, *chaves: str, tipo: str = "ciencia", sequencia: int = 1) -> list[int]:
    """Make events owed; return their rows."""
    why = WHY if tipo == "nao-realizada" else None
    named = pedidos.destinadas(chaves, minha.cnpj, "ana")
    owed = pedidos.pedir(named, Pedido(TIPOS[tipo], sequencia, why), minha.lugar.clock)
    return [number for numbers in owed.values() for number in numbers]


def mandar(minha: Loja) -> Envio:
    """Send what is due."""
    return enviar(numero(minha), minha.lugar.clock, sleep=minha.lugar.clock.advance)


def estados(minha: Loja) -> list[str]:
    """Return how far each event is, the oldest first."""
    return [one.estado for one in rows(ManifestacaoSEFAZ)]


def lotes(minha: Loja) -> list[str]:
    """Return the answer to each lot that came in."""
    return [one.cstat for one in minha.server.pedidos if one.servico == "evento"]


def na_nota(chave: str) -> Sequence[tuple[str, bool, str | None]]:
    """Return what is kept with a note: kind, whether it is proven, status."""
    return [(one.tipo_evento, one.registrado, one.status) for one in rows(DocumentoEvento) if one.chave == chave]


def dh_evento(text: str) -> str:
    """Return the instant that an event states."""
    found = re.search(r"<dhEvento>([^<]+)<", text)
    assert found
    return found[1]
