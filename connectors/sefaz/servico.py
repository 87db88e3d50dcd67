"""What a service of distribution is to whoever asks it: nothing here is of SOAP, of a status or of a greatest NSU."""

from abc import ABC, abstractmethod
from collections.abc import Container, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from connectors.base.reading import Reply
from connectors.sefaz.resposta import Recebido, Resposta
from core.settings.sefaz import SefazSettings

HOUR = 3600.0


class Forma(StrEnum):
    """How a question is put: what follows an NSU, the one of an NSU, the one with a key."""

    SEQUENCIA = "sequencia"
    NSU = "nsu"
    CHAVE = "chave"


@dataclass(frozen=True)
class Pergunta:
    """Who asks (a CNPJ or CPF, and its state) for what."""

    documento: str
    uf: str
    forma: Forma = Forma.SEQUENCIA
    nsu: int = 0
    chave: str = ""


@dataclass(frozen=True)
class Pedido:
    """A question as it is sent; an answer with a status in `success` is one that the service can read."""

    method: str
    url: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes | None = None
    success: Container[int] = range(200, 300)


class NaoEntendida(Exception):
    """An answer that cannot be read; `args[0]` is what the service says in it, if anything."""


class Servico(ABC):
    """One service. `descanso` is how long nothing may be asked after the last page, `pausa` how long between two pages,
    both in seconds; `avulsas_por_hora` is how many single questions an hour may have. `lacunas` says that a number that
    a page leaves out may exist. One that is `opcional` is asked by itself for those alone who turned it on.
    """

    nome: str
    titulo: str
    formas: frozenset[Forma]
    descanso: float = HOUR
    pausa: float = 2.0
    avulsas_por_hora: int = 20
    lacunas: bool = True
    opcional: bool = False

    @abstractmethod
    def pedido(self, pergunta: Pergunta, settings: SefazSettings) -> Pedido:
        """Return a question as it is sent."""

    @abstractmethod
    def resposta(self, reply: Reply, pergunta: Pergunta) -> Resposta:
        """Read an answer.

        Raises:
            NaoEntendida: it is none.
        """

    @abstractmethod
    def reabrir(self, nsu: int | None, schema: str, bruto: bytes) -> Recebido:
        """Open again what was kept of a document that could not be read."""
