"""Where the texts of a lot are: in the files of a folder, or in the store of documents."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import Protocol

from core.documentos.files import Files
from core.documentos.folder import Found, walk
from core.documentos.leitura import LIMITE
from core.documentos.opening import present
from core.errors import UsageError
from core.text import os_fault
from flows.documentos.acervo import Acervo
from flows.documentos.filtro import checked_month
from flows.documentos.owners import owner
from storage.models.questor import QuestorLote


class Source(Protocol):
    """What is walked by a scan and read again by a send."""

    def walk(self) -> Iterator[Found]:
        """Yield what there is now."""

    def content(self, caminho: str, *, codificado: bool) -> bytes:
        """Return the bytes of one text; raise `core.documentos.files.NotRead`, or `Transient` where all are away."""

    def close(self) -> None:
        """Close what is open."""


@dataclass(frozen=True)
class Origem:
    """What a lot is made of, as its row says it; `nome` is what it is called where nobody says."""

    nome: str
    pasta: str = ""
    empresa_id: int | None = None
    mes: str | None = None

    @property
    def columns(self) -> dict[str, str | int | None]:
        """Return the columns of the lot."""
        return {"pasta": self.pasta, "empresa_id": self.empresa_id, "mes": self.mes}

    def is_of(self, lote: QuestorLote) -> bool:
        """Tell whether a lot is made of this."""
        return (lote.pasta, lote.empresa_id, lote.mes) == (self.pasta, self.empresa_id, self.mes)


def of_folder(pasta: str) -> Origem:
    """Return a folder as the origin of a lot; raise `UsageError` for one that cannot be read."""
    root = os.path.abspath(pasta)
    try:
        root.encode()
        with os.scandir(root):
            return Origem(os.path.basename(root) or "raiz", root)
    except UnicodeEncodeError:
        raise UsageError("O nome da pasta não está em UTF-8; use outro caminho até ela.") from None
    except OSError as error:
        raise UsageError(f"Não consegui ler a pasta {root}: {os_fault(error)}.") from None


def of_store(empresa: str, usuario: str | None = None, mes: str | None = None) -> Origem:
    """Return the stored documents of a company as the origin of a lot, of one month or of all."""
    whose = owner(usuario, empresa)
    month = checked_month(mes) if mes else None
    return Origem("-".join(filter(None, ("acervo", whose.cnpj, month))), empresa_id=whose.empresa_id, mes=month)


def look(lote: QuestorLote) -> None:
    """Look whether what a lot is made of is there; raise `Transient` where its folder is away."""
    if lote.empresa_id is None:
        present(os.fsencode(lote.pasta), filled=True)


def source_of(lote: QuestorLote) -> Source:
    """Open what a lot is made of."""
    return _Folder(lote.pasta) if lote.empresa_id is None else Acervo(lote.empresa_id, lote.mes, LIMITE)


class _Folder(Files):
    """The files of a folder, also in ZIPs."""

    def __init__(self, pasta: str) -> None:
        self._root = os.fsencode(pasta)
        super().__init__(pasta, LIMITE, partial(present, self._root, filled=True))

    def walk(self) -> Iterator[Found]:
        return walk(self._root, LIMITE)
