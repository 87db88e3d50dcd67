"""The rows that importing owes work to, as homes of claims: what was asked for, and each of its files."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text

from claims.sql import SqlClaims
from storage.models.importacoes import Importacao, ImportLog

# So many files a process takes at a time.
CLAIM = 100


@dataclass(frozen=True)
class Pedido:
    """A claimed request: a path, for whom, and since when."""

    id: int
    caminho: str
    dono: str
    usuario_id: int | None
    empresa_id: int | None
    criada_em: datetime
    lida_em: datetime | None


@dataclass(frozen=True)
class Andado:
    """What a request becomes when whoever walked it lets go."""

    id: int
    lida_em: datetime | None
    due_at: datetime


@dataclass(frozen=True)
class Arquivo:
    """A claimed file, by its path below that of its request."""

    id: int
    importacao_id: int
    arquivo_nome: str
    caminho_codificado: bool
    dono: str
    usuario_id: int | None
    empresa_id: int | None


@dataclass(frozen=True)
class Registrado:
    """The new columns of a file."""

    id: int
    status: str
    tipo_documento: str
    motivo: str | None
    mensagem: str | None
    chave_acesso: str | None
    documento_id: int | None
    data_importacao: datetime
    due_at: datetime


REQUESTS = SqlClaims(Importacao, Pedido, Andado, ready=Importacao.concluida_em.is_(None))
# In the words of the index of what is due: SQLite uses it for nothing less.
OWED = text("import_log.status = 'processando'")
FILES = SqlClaims(ImportLog, Arquivo, Registrado, ready=OWED)
