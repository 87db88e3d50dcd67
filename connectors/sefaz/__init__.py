"""SEFAZ: what was issued to a company, asked by NSU of the national services, and events of the recipient."""

from connectors.sefaz.client import Sefaz
from connectors.sefaz.evento import Manifestacao, Tipo
from connectors.sefaz.registro import servico
from connectors.sefaz.resposta import Recebido, Resposta, Resultado
from connectors.sefaz.retorno import EventoRespondido, LoteRespondido, Situacao
from connectors.sefaz.servico import Forma, Pergunta, Servico

__all__ = [
    "EventoRespondido",
    "Forma",
    "LoteRespondido",
    "Manifestacao",
    "Pergunta",
    "Recebido",
    "Resposta",
    "Resultado",
    "Sefaz",
    "Servico",
    "Situacao",
    "Tipo",
    "servico",
]
