"""The queue tables as their conditions see them."""

from collections.abc import Iterator

from sqlalchemy import select

from alerts.judgement import Judgement
from alerts.moment import Moment
from core.settings.fila import FilaSettings
from storage.models.fila import FilaConta


def accounts(moment: Moment) -> Iterator[FilaConta]:
    """Yield every configured account that was looked at."""
    known = FilaSettings.current().contas
    yield from (row for row in moment.db.scalars(select(FilaConta).order_by(FilaConta.conta)) if row.conta in known)


def judged(row: FilaConta, codigo: str, severidade: str, *, ativo: bool, mensagem: str, resolvido: str) -> Judgement:
    """Return a judgement of an account."""
    return Judgement(row.conta, codigo, severidade, ativo, mensagem, resolvido=resolvido, rotulos={"conta": row.conta})
