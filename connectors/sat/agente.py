"""A box that an agent reads where it stands: from here it is not asked, and to ask is to find that nothing came."""

from typing import BinaryIO

from core.errors import Rejected, Transient
from core.settings.sat import BoxSettings
from core.text import human_duration


async def ler(box: BoxSettings, sessao: int) -> str:
    """Tell that no reading came in time; whoever is heard in time is not asked."""
    quanto = human_duration(box.awaited_seconds)
    raise Transient(
        f"o agente da caixa não envia leituras há mais de {quanto}; veja se ele roda e alcança este endereço."
    )


async def extrair_logs(box: BoxSettings, sessao: int, saida: BinaryIO) -> None:
    """Tell where its log is to be had."""
    raise Rejected("os logs de uma caixa lida por um agente se extraem na máquina dele.")
