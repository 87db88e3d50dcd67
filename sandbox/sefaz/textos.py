"""Notes as the national environment knows them, and how what it hands out is written and packed."""

import gzip
from dataclasses import dataclass, field
from datetime import datetime

from sandbox.documentos.comum import BRASILIA, Feito, Pessoa, cnpj
from sandbox.documentos.eventos import resumo_de_evento
from sandbox.documentos.notas import resumo

FORNECEDOR = Pessoa(cnpj(55666777), "Fornecedor de Exemplo Ltda")
MIB = 1024 * 1024


@dataclass
class Nota:
    """An NF-e. `situacao`: 1 authorised, 2 denied, 3 cancelled; `eventos` are the recipient's, by kind and sequence.

    `completa`: its recipient may have the whole of it.
    """

    feita: Feito
    emitente: Pessoa
    destinatario: str
    emitida_em: datetime
    recebida_em: datetime
    situacao: str = "1"
    eventos: dict[tuple[str, int], datetime] = field(default_factory=dict)
    completa: bool = False

    @property
    def chave(self) -> str:
        return self.feita.chave

    def resumo(self) -> bytes:
        """Return its resNFe."""
        return resumo(
            self.feita,
            emitente=self.emitente,
            situacao=int(self.situacao),
            quando=em_brasilia(self.emitida_em),
            recebida=em_brasilia(self.recebida_em),
        )

    def cancelamento(self, em: datetime) -> bytes:
        """Return the resEvento of its cancellation."""
        return resumo_de_evento(self.feita, autor=self.emitente, quando=em_brasilia(em))


def em_brasilia(em: datetime) -> datetime:
    """Return an instant as the service counts them: in Brasília's time, to the second."""
    return em.astimezone(BRASILIA).replace(microsecond=0)


def hora(em: datetime, *, offset: bool = True) -> str:
    """Return an instant as the service writes it."""
    return em_brasilia(em).replace(tzinfo=BRASILIA if offset else None).isoformat()


def comprimido(xml: bytes) -> bytes:
    """Return a text as a docZip has it, before base64."""
    return gzip.compress(xml, 6, mtime=0)


def bomba(tamanho: int = 64 * MIB) -> bytes:
    """Return a small gzip that inflates to so many bytes."""
    return gzip.compress(b"<resNFe>" + bytes(tamanho), 9, mtime=0)
