"""How a user wants SEFAZ to be consulted, as the user sees it."""

from dataclasses import dataclass
from datetime import time

from sqlalchemy import func, or_, select, true
from sqlalchemy.orm import Session

from core.caller import Caller
from core.errors import UsageError
from events.catalog.payload import EMAIL
from events.email import mailbox
from storage.models.configuracao import MAX_DOCUMENTOS, TIMEOUT_SEGUNDOS, UFS_PADRAO, ConfiguracaoConsulta
from storage.models.destinos import Destino
from storage.session import reading

DEFAULTS = {
    "ufs_habilitadas": UFS_PADRAO,
    "max_documentos_por_consulta": MAX_DOCUMENTOS,
    "timeout_consulta": TIMEOUT_SEGUNDOS,
    "consulta_automatica_ativa": False,
}
# For lists of many: what `mailbox.of` says of one user. A mailbox without an address, or none, was not turned off.
_CAIXA = select(Destino).where(Destino.tipo == EMAIL, Destino.usuario_id == ConfiguracaoConsulta.usuario_id)
_PRIMEIRA = _CAIXA.order_by(Destino.id).limit(1).correlate(ConfiguracaoConsulta)
AVISA = func.coalesce(_PRIMEIRA.with_only_columns(or_(Destino.ativo, Destino.url == "")).scalar_subquery(), true())
ENDERECO = _PRIMEIRA.with_only_columns(Destino.url).scalar_subquery()
WHOSE = "A configuração das consultas é de cada usuário; diga qual."


@dataclass(frozen=True)
class ConfiguracaoView:
    """What holds for a user; `salva` is false while nothing was ever said. `timeout_consulta` is in seconds.

    `consulta_automatica_ativa` is None then: each certificate decides by itself. `email_notificacao` is the address of
    the user's notices by mail, empty where there is none.
    """

    salva: bool
    ufs_habilitadas: tuple[str, ...]
    max_documentos_por_consulta: int
    timeout_consulta: int
    notificar_email: bool
    email_notificacao: str
    consulta_automatica_ativa: bool | None
    horario_consulta: str | None


def configuracao(caller: Caller) -> ConfiguracaoView:
    """Return what a user said, or the defaults; raise `UsageError` where no user is meant."""
    if caller.usuario_id is None:
        raise UsageError(WHOSE, campo="usuario")
    with reading() as db:
        return seen(db, caller.usuario_id)


def row_of(db: Session, usuario_id: int) -> ConfiguracaoConsulta | None:
    """Return what a user said, if anything."""
    return db.scalar(select(ConfiguracaoConsulta).where(ConfiguracaoConsulta.usuario_id == usuario_id))


def seen(db: Session, usuario_id: int) -> ConfiguracaoView:
    """Return what holds for a user."""
    row, mail = row_of(db, usuario_id), mailbox.of(db, usuario_id)
    said = row or ConfiguracaoConsulta(**DEFAULTS)
    return ConfiguracaoView(
        salva=row is not None,
        ufs_habilitadas=tuple(filter(None, said.ufs_habilitadas.split(","))),
        max_documentos_por_consulta=said.max_documentos_por_consulta,
        timeout_consulta=said.timeout_consulta,
        notificar_email=mail.ativo,
        email_notificacao=mail.endereco,
        consulta_automatica_ativa=said.consulta_automatica_ativa if row is not None else None,
        horario_consulta=_shown(said.horario_consulta),
    )


def _shown(horario: time | None) -> str | None:
    return f"{horario:%H:%M}" if horario is not None else None
