"""When a consultation ends though there is more: so many pages, so many documents, so long; the next one goes on there.

docs/reference/contracts/integracoes.md §1.8.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from core.settings.sefaz import SefazSettings
from flows.sefaz.views.configuracao import DEFAULTS, row_of
from storage.models.configuracao import ConfiguracaoConsulta
from storage.session import reading

LONGEST = timedelta(minutes=15)
# As many documents as a page has at most.
PAGE = 50


@dataclass(frozen=True)
class Limites:
    """No page is asked for after so many of them, at `ate`, or where it could bring more than `documentos` in all."""

    paginas: int
    ate: datetime
    documentos: int | None = None

    def passou(self, paginas: int, documentos: int, now: datetime) -> bool:
        """Tell whether to end after what came."""
        full = self.documentos is not None and documentos + PAGE > self.documentos
        return full or paginas >= self.paginas or now >= self.ate


def limites(usuario_id: int | None, now: datetime, ate: datetime | None = None) -> Limites:
    """Return those of a consultation that begins now: what its user said, which of the operator's own there is none."""
    pages, latest = SefazSettings.current().max_paginas, now + LONGEST
    if ate is not None:
        latest = min(latest, ate)
    if usuario_id is None:
        return Limites(pages, latest)
    with reading() as db:
        said = row_of(db, usuario_id) or ConfiguracaoConsulta(**DEFAULTS)
    return Limites(pages, min(latest, now + timedelta(seconds=said.timeout_consulta)), said.max_documentos_por_consulta)
