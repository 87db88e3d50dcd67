"""The section `[log]`: what the processes write of what they do."""

import logging
from typing import ClassVar, Literal

from pydantic import Field

from core.settings.base import Section

LEVELS = {"debug": logging.DEBUG, "info": logging.INFO, "aviso": logging.WARNING, "erro": logging.ERROR}


class LogSettings(Section):
    """How the log is written, and how much of it."""

    about: ClassVar[str] = "O que os processos escrevem do que fazem, na saída de erro."

    formato: Literal["texto", "json"] = Field(
        "texto", description="`texto`: linhas para pessoas; `json`: um objeto por linha, para quem as junta e procura."
    )
    nivel: Literal["debug", "info", "aviso", "erro"] = Field(
        "aviso", description="O menor nível que se escreve; `info` mostra cada evento, do pedido à entrega."
    )

    @property
    def lowest(self) -> int:
        """The level as the libraries count it."""
        return LEVELS[self.nivel]
