"""What a backup says of itself."""

from datetime import datetime
from importlib.metadata import PackageNotFoundError, version

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from core.errors import Rejected

FORMAT = 1
UNREADABLE = "O manifesto do backup não é legível: o arquivo foi alterado, ou não é um backup da Esteira."
NEWER = "O backup foi feito por uma versão mais nova da Esteira: atualize o programa."


class _Formato(BaseModel):
    """What a manifest of any format says."""

    model_config = ConfigDict(frozen=True)

    formato: int = FORMAT


class Manifest(_Formato):
    """The database of a backup; `tamanho` is in bytes, `linhas` counts by table, `chaves` names the keys of then."""

    programa: str
    criado_em: datetime
    origem: str
    migracao: str = Field(pattern=r"^[0-9]{4}$")
    linhas: dict[str, int]
    tamanho: int = Field(gt=0)
    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")
    chaves: tuple[str, ...] = ()

    @property
    def total(self) -> int:
        """The rows of all tables."""
        return sum(self.linhas.values())


def read(text: bytes) -> Manifest:
    """Return a manifest; raise `Rejected` for what is none, or one of a program that is newer."""
    try:
        # what a newer format says besides, and how, is not ours to judge
        if _Formato.model_validate_json(text).formato > FORMAT:
            raise Rejected(NEWER)
        return Manifest.model_validate_json(text)
    except (ValidationError, ValueError):
        raise Rejected(UNREADABLE) from None


def program() -> str:
    """Return the version of this program."""
    try:
        return version("esteira")
    except PackageNotFoundError:
        return "?"
