"""Nothing of a lot has been accepted for days: the window stays closed, the server is silent, or no worker runs."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from alerts.judgement import WARNING, Judgement
from alerts.moment import Moment
from alerts.questor.lots import lots
from core.settings.alerts import AlertSettings
from core.settings.questor import QuestorSettings
from core.text import human_duration
from core.wall_clock import hours

# The wall clock of the windows (docs/reference/contracts/questor.md).
ZONE = ZoneInfo("America/Sao_Paulo")


def judge(moment: Moment) -> Iterator[Judgement]:
    """Yield one judgement per lot."""
    longest = timedelta(days=AlertSettings.current().stalled_days)
    for one in lots(moment):
        still = moment.now - one.moved_at
        yield one.judged(
            "sem_andamento",
            WARNING,
            ativo=one.going and still > longest,
            mensagem=f"Nada do lote {one.nome} é aceito pelo Questor há {human_duration(still.total_seconds())}. "
            f"{_reason(one.conta, moment.now)} Veja `esteira questor estado {one.nome}`.",
            resolvido=f"O lote {one.nome} anda de novo, ou não é mais para enviar.",
        )


def _reason(conta: str, now: datetime) -> str:
    found = QuestorSettings.current().contas.get(conta)
    if found is None:
        return f"A conta {conta} não está na configuração."
    opens = hours(found.window, ZONE).opens_at(now)
    if opens is None:
        return "A janela de envio está aberta."
    return f"Está fora da janela de envio, que abre em {opens.astimezone(ZONE):%d/%m/%Y %H:%M}."
