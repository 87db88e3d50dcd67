"""Let a user say how SEFAZ is to be consulted. docs/reference/contracts/integracoes.md §1.8, §5.4."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.caller import Caller
from core.errors import UsageError
from core.fiscal import UFS
from events.email import mailbox
from flows.sefaz.views.configuracao import DEFAULTS, WHOSE, ConfiguracaoView, row_of, seen
from storage.models.certificados import CertificadoDigital
from storage.models.configuracao import ConfiguracaoConsulta
from storage.models.empresas import Empresa
from storage.rows import add_missing
from storage.session import transaction

# A page has up to fifty; an answer may take a minute.
MOST_DOCUMENTS, SHORTEST_SECONDS, LONGEST_SECONDS = 1_000_000, 60, 3600


@dataclass(frozen=True, kw_only=True)
class Mudancas:
    """What is to be another; None stays. `horario_consulta` is HH:MM, or empty for none, like `email_notificacao`."""

    ufs_habilitadas: Sequence[str] | None = None
    max_documentos_por_consulta: int | None = None
    timeout_consulta: int | None = None
    notificar_email: bool | None = None
    email_notificacao: str | None = None
    consulta_automatica_ativa: bool | None = None
    horario_consulta: str | None = None


def configurar(mudancas: Mudancas, caller: Caller) -> ConfiguracaoView:
    """Change what a user said; raise `UsageError` for what cannot be."""
    values = _checked(mudancas)
    if caller.usuario_id is None:
        raise UsageError(WHOSE, campo="usuario")
    mail = mailbox.Change(endereco=mudancas.email_notificacao, ativo=mudancas.notificar_email)
    with transaction() as db:
        if mail != mailbox.Change():
            mailbox.keep(db, caller.usuario_id, mail, campo="email_notificacao")
        row = _row(db, caller.usuario_id)
        for name, value in values.items():
            setattr(row, name, value)
        db.flush()
        return seen(db, caller.usuario_id)


def _row(db: Session, usuario_id: int) -> ConfiguracaoConsulta:
    """Return what a user said; who says something for the first time goes on as the certificates are now."""
    if (row := row_of(db, usuario_id)) is None:
        automatic = (
            select(CertificadoDigital.id)
            .join(Empresa, Empresa.id == CertificadoDigital.empresa_id)
            .where(Empresa.usuario_id == usuario_id, CertificadoDigital.ativo, CertificadoDigital.consulta_automatica)
        )
        begin = DEFAULTS | {"consulta_automatica_ativa": db.scalar(automatic.limit(1)) is not None}
        # somebody else may say something of the same user now
        add_missing(db, ConfiguracaoConsulta, [begin | {"usuario_id": usuario_id}])
        row = db.scalars(select(ConfiguracaoConsulta).filter_by(usuario_id=usuario_id)).one()
    return row


def _checked(said: Mudancas) -> dict[str, object]:
    found: dict[str, object] = {}
    if said.ufs_habilitadas is not None:
        found["ufs_habilitadas"] = _ufs(said.ufs_habilitadas)
    if (most := said.max_documentos_por_consulta) is not None:
        if not 1 <= most <= MOST_DOCUMENTS:
            raise UsageError(f"São de 1 a {MOST_DOCUMENTS} documentos.", campo="max_documentos_por_consulta")
        found["max_documentos_por_consulta"] = most
    if (seconds := said.timeout_consulta) is not None:
        if not SHORTEST_SECONDS <= seconds <= LONGEST_SECONDS:
            raise UsageError(f"São de {SHORTEST_SECONDS} a {LONGEST_SECONDS} segundos.", campo="timeout_consulta")
        found["timeout_consulta"] = seconds
    if said.consulta_automatica_ativa is not None:
        found["consulta_automatica_ativa"] = said.consulta_automatica_ativa
    if said.horario_consulta is not None:
        found["horario_consulta"] = _horario(said.horario_consulta)
    return found


def _ufs(siglas: Sequence[str]) -> str:
    given = list(dict.fromkeys(one.strip().upper() for one in siglas if one.strip()))
    if unknown := [one for one in given if one not in UFS]:
        raise UsageError(f"{unknown[0][:20]!r} não é a sigla de um estado.", campo="ufs_habilitadas")
    return ",".join(given)


def _horario(typed: str) -> time | None:
    if not typed.strip():
        return None
    try:
        return datetime.strptime(typed.strip(), "%H:%M").time()  # noqa: DTZ007 - a time of day has no zone
    except ValueError:
        raise UsageError(f"{typed[:20]!r} não é um horário; use a forma 22:30.", campo="horario_consulta") from None
