"""Every event: one file per area, found by walking. A class with a name is an event: defining it enters it here.

The classes of `documentos` belong to a user; the others are the operator's.
"""

from core import walk
from events.catalog.alertas import AlertaAberto, AlertaLembrete, AlertaResolvido
from events.catalog.documentos import ConsultaConcluida, CteImportado, DocumentoAtualizado, ErroImportacao, NfeImportada
from events.catalog.entregas import (
    ABOUT_DELIVERIES,
    DestinoDesligado,
    DestinoFalhando,
    DestinoRecuperado,
    EntregaEsgotada,
    Teste,
    WebhookDesligado,
    WebhookRecuperado,
)
from events.catalog.payload import CATALOG, Payload, known, subscribable
from events.catalog.questor import EnvioQuestorConcluido, EnvioQuestorParado

tuple(walk.modules(__name__))

__all__ = [
    "ABOUT_DELIVERIES",
    "CATALOG",
    "AlertaAberto",
    "AlertaLembrete",
    "AlertaResolvido",
    "ConsultaConcluida",
    "CteImportado",
    "DestinoDesligado",
    "DestinoFalhando",
    "DestinoRecuperado",
    "DocumentoAtualizado",
    "EntregaEsgotada",
    "EnvioQuestorConcluido",
    "EnvioQuestorParado",
    "ErroImportacao",
    "NfeImportada",
    "Payload",
    "Teste",
    "WebhookDesligado",
    "WebhookRecuperado",
    "known",
    "subscribable",
]
