"""How a user wants SEFAZ to be consulted, as the user sees it."""

from dataclasses import dataclass
from datetime import time

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.caller import Caller
from core.errors import UsageError
from storage.models.configuracao import MAX_DOCUMENTOS, TIMEOUT_SEGUNDOS, UFS_PADRAO, ConfiguracaoConsulta
from storage.session import reading

WHOSE = "A configuração das consultas é de cada usuário; diga qual."


@dataclass(frozen=True)
class ConfiguracaoView:
    """What holds for a user; `salva` is false while nothing was ever said. `timeout_consulta` is in seconds.

    `consulta_automatica_ativa` is None then: each certificate decides by itself.
    """

    salva: bool
    ufs_habilitadas: tuple[str, ...]
    max_documentos_por_consulta: int
    timeout_consulta: int
    consulta_automatica_ativa: bool | None
    horario_consulta: str | None


def configuracao(caller: Caller) -> ConfiguracaoView:
    """Return what a user said, or the defaults; raise `UsageError` where no user is meant."""
    if caller.usuario_id is None:
        raise UsageError(WHOSE, campo="usuario")
    with reading() as db:
        return view(row_of(db, caller.usuario_id))


def row_of(db: Session, usuario_id: int) -> ConfiguracaoConsulta | None:
    """Return what a user said, if anything."""
    return db.scalar(select(ConfiguracaoConsulta).where(ConfiguracaoConsulta.usuario_id == usuario_id))


def view(row: ConfiguracaoConsulta | None) -> ConfiguracaoView:
    """Return a row, or its absence, as people see it."""
    if row is None:
        return ConfiguracaoView(False, tuple(UFS_PADRAO.split(",")), MAX_DOCUMENTOS, TIMEOUT_SEGUNDOS, None, None)
    return ConfiguracaoView(
        True,
        tuple(filter(None, row.ufs_habilitadas.split(","))),
        row.max_documentos_por_consulta,
        row.timeout_consulta,
        row.consulta_automatica_ativa,
        _shown(row.horario_consulta),
    )


def _shown(horario: time | None) -> str | None:
    return f"{horario:%H:%M}" if horario is not None else None
