"""Questor Zen: sends fiscal XML to an accounting office and reads what became of each document."""

from connectors.questor.client import Questor
from connectors.questor.faults import (
    Blocked,
    Overloaded,
    Refused,
    TooLarge,
    Unintelligible,
    UnknownOutcome,
    Unreachable,
)
from connectors.questor.verdict import DESCONHECIDO, ENVIADO, RECUSADO, Verdict
from connectors.questor.wire import Documento

__all__ = [
    "DESCONHECIDO",
    "ENVIADO",
    "RECUSADO",
    "Blocked",
    "Documento",
    "Overloaded",
    "Questor",
    "Refused",
    "TooLarge",
    "Unintelligible",
    "UnknownOutcome",
    "Unreachable",
    "Verdict",
]
