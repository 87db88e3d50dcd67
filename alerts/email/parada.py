"""An account of e-mail is stopped: nobody gets a notice over it until a person mends its settings."""

from collections.abc import Iterator

from sqlalchemy import select

from alerts.judgement import CRITICAL, Judgement
from alerts.moment import Moment
from core.settings.email import EmailSettings
from storage.models.email import ContaParada

CODIGO = "parada"


def judge(moment: Moment) -> Iterator[Judgement]:
    """Yield one judgement per account of the settings."""
    stopped = {row.conta: row.motivo for row in moment.db.scalars(select(ContaParada))}
    for nome in sorted(EmailSettings.current().contas):
        yield Judgement(
            nome,
            CODIGO,
            CRITICAL,
            nome in stopped,
            f"A conta de e-mail {nome} está parada: {stopped.get(nome, '')}. O que é devido espera. Corrija a seção "
            f"email e teste a conta {nome} com `esteira email testar`.",
            resolvido=f"A conta de e-mail {nome} envia de novo.",
            rotulos={"conta": nome},
        )
