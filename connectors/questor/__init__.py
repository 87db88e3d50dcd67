"""Questor Zen: sends fiscal XML to an accounting office and reads what became of each document."""

from connectors.base.faults import (
    Blocked,
    Fault,
    Overloaded,
    Refused,
    TooLarge,
    Unintelligible,
    UnknownOutcome,
    Unreachable,
)
from connectors.questor.client import Questor
from connectors.questor.verdict import DESCONHECIDO, ENVIADO, RECUSADO, Verdict
from connectors.questor.wire import Documento

__all__ = [
    "DESCONHECIDO",
    "ENVIADO",
    "RECUSADO",
    "Blocked",
    "Documento",
    "Fault",
    "Overloaded",
    "Questor",
    "Refused",
    "TooLarge",
    "Unintelligible",
    "UnknownOutcome",
    "Unreachable",
    "Verdict",
]
