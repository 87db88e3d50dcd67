"""What a notice is: one file in `events/email/avisos/`, named as the event that it tells, with its `AVISO`."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from enum import StrEnum
from functools import cache
from typing import Any, ClassVar

from core.errors import NotFound
from core.walk import modules
from events.email.content import Conteudo

Dados = Mapping[str, Any]
# The notice for any event, and where the data that it is given name the event.
OTHER, EVENT = "qualquer", "evento"


class Grupo(StrEnum):
    """What one stops to receive with one click; the others go on. The value is what people call it."""

    DOCUMENTOS = "documentos importados"
    ERROS = "erros de importação"
    CONSULTAS = "consultas à SEFAZ"
    RESUMO = "resumo diário"
    CERTIFICADOS = "vencimento de certificados"
    OPERACAO = "alertas e operação"


class Aviso(ABC):
    """A notice.

    `nome` is that of its file and of the event. `exemplo` is the data of such an event, for the preview and the tests.
    `template` names the files in `events/email/templates/`; the usual one lays out whatever a `Conteudo` has.
    `resumido_em` names the notice that takes the place of many of this one; such a one says in `lidos` which fields of
    theirs it is given.
    """

    nome: ClassVar[str]
    grupo: ClassVar[Grupo]
    exemplo: ClassVar[Dados]
    template: ClassVar[str] = "aviso"
    resumido_em: ClassVar[str | None] = None
    lidos: ClassVar[Sequence[str]] = ()

    @abstractmethod
    def assunto(self, dados: Dados) -> str:
        """Return the subject; what is not one line of visible text in it becomes so."""

    @abstractmethod
    def conteudo(self, dados: Dados) -> Conteudo:
        """Return what it says; no input or output here."""


@cache
def avisos() -> dict[str, Aviso]:
    """Return every notice by its name."""
    found: list[Aviso] = [module.AVISO for module in modules("events.email.avisos")]
    return {aviso.nome: aviso for aviso in found}


def aviso_of(evento: str) -> Aviso:
    """Return the notice that tells an event: its own, else the one for any."""
    return avisos().get(evento) or avisos()[OTHER]


def known_aviso(nome: str) -> Aviso:
    """Return a notice by the name a person gave."""
    if nome not in avisos():
        raise NotFound(f"Aviso {nome!r}: não existe.", veja="avisos")
    return avisos()[nome]
