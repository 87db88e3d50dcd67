"""How a user wants SEFAZ to be consulted. docs/reference/contracts/integracoes.md §1.8."""

from datetime import time

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from storage.models.base import Base, Numbered
from storage.models.usuarios import Usuario

UFS_PADRAO = "SP,RJ,MG,RS,PR,SC,BA,PE,CE"
MAX_DOCUMENTOS, TIMEOUT_SEGUNDOS = 1000, 300


class ConfiguracaoConsulta(Numbered, Base):
    """What a user said; a user without a row has the defaults, and each certificate decides by itself.

    Where `consulta_automatica_ativa` is false nothing is consulted by itself, whatever the user's certificates say.
    `horario_consulta` is a time of day of the installation: once a day from then on, in place of each certificate's
    interval. `ufs_habilitadas`, separated by commas, has no effect on distribution.
    """

    __tablename__ = "configuracao_consulta"

    usuario_id: Mapped[int] = mapped_column(ForeignKey(Usuario.id), unique=True)
    ufs_habilitadas: Mapped[str] = mapped_column(String(100), default=UFS_PADRAO)
    max_documentos_por_consulta: Mapped[int] = mapped_column(default=MAX_DOCUMENTOS)
    timeout_consulta: Mapped[int] = mapped_column(default=TIMEOUT_SEGUNDOS)
    consulta_automatica_ativa: Mapped[bool] = mapped_column(default=False)
    horario_consulta: Mapped[time | None]
