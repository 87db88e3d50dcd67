"""What people get by mail at their hour: the report of a day, and that a certificate ends."""

from datetime import date

from core.agenda import Feito
from tasks.base import DEFAULT, daily


@daily("relatorios.enviar", DEFAULT)
def enviar(dia: date) -> Feito:
    """Owe the report of the day before to some of those who want it; the others follow."""
    from flows.relatorios import enviando

    return enviando.enviar(dia)


@daily("relatorios.avisar_certificados", DEFAULT)
def avisar_certificados(dia: date) -> Feito:
    """Owe the mails about certificates that end soon."""
    from flows.relatorios import certificados

    return certificados.avisar(dia)
