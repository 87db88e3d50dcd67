"""Keeping house: what is too old goes."""

from datetime import date

from core.agenda import Feito
from tasks.base import DEFAULT, daily


@daily("manutencao.limpar", DEFAULT)
def limpar(dia: date) -> Feito:
    """Delete a slice of what is older than the settings keep, then put the database in order."""
    from flows import retencao

    return retencao.fatia()
