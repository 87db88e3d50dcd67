"""The section of the toy."""

from typing import ClassVar

from pydantic import Field

from core.settings.base import Section


class ToySettings(Section):
    """Where the toy writes."""

    about: ClassVar[str] = "Um brinquedo."

    arquivo: str = Field("brinquedo.txt", description="Onde o brinquedo escreve.")
