"""The server of an account does not answer: its lots wait, and go on by themselves when it is back."""

from collections.abc import Iterator
from datetime import timedelta

from sqlalchemy import select

from alerts.judgement import WARNING, Judgement
from alerts.moment import Moment
from alerts.questor.lots import lots
from core.text import human_duration
from storage.models.questor import QuestorConta

CODIGO = "esperando"
# A server that is restarted is nobody's business.
AFTER = timedelta(minutes=15)


def judge(moment: Moment) -> Iterator[Judgement]:
    """Yield one judgement per account."""
    wanted = {lot.conta for lot in lots(moment) if lot.going}
    for conta, closed_until in moment.db.execute(select(QuestorConta.conta, QuestorConta.aberto_ate)):
        objeto = f"conta:{conta}"
        waited = moment.now - moment.since(objeto, CODIGO)
        yield Judgement(
            objeto,
            CODIGO,
            WARNING,
            ativo=closed_until is not None and conta in wanted,
            mensagem=f"O Questor da conta {conta} não responde há {human_duration(waited.total_seconds())}. O envio "
            "espera e continua sozinho; se demorar, procure o escritório ou o fornecedor.",
            resolvido=f"O Questor da conta {conta} responde de novo.",
            rotulos={"conta": conta},
            calado=waited < AFTER,
        )
