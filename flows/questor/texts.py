"""The texts of documents as they are sent, read again from where they are; only what was scanned is sent."""

import hashlib

from core.documentos.files import Gone, NotRead
from core.documentos.leitura import texto, textos_do_lote
from flows.questor.rows import Arquivo
from flows.questor.sources import Source

UNREAD = "ilegivel"
# A ZIP that is being written anew is broken until that is done.
FOR_NOW = frozenset({UNREAD, "zip_invalido"})


class Changed(Exception):
    """A file that is not what it was when it was scanned: `motivo` says how."""

    def __init__(self, motivo: str) -> None:
        super().__init__(motivo)
        self.motivo = motivo


class Unread(Exception):
    """A file that cannot be read now, though it may be there unchanged."""


class Texts:
    """The texts of one lot's documents; the coupons of a file are cut out of it once."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._lot: tuple[tuple[str, bool], list[str]] | None = None

    def read(self, row: Arquivo) -> str:
        """Return the text of a row of the manifest.

        Raises:
            Changed: it is gone, other bytes are there now, or nobody can read it.
            Unread: it cannot be read now.
            Transient: the folder is away.
        """
        try:
            return self._of_lot(row)[row.parte - 1] if row.parte else texto(self._content(row))
        except NotRead as fault:
            if fault.motivo in FOR_NOW and not isinstance(fault, Gone):
                raise Unread from None
            raise Changed("sumiu") from None
        except (ValueError, LookupError):
            raise Changed("codificacao") from None

    def _of_lot(self, row: Arquivo) -> list[str]:
        key = row.caminho, row.caminho_codificado
        if self._lot is None or self._lot[0] != key:
            self._lot = key, textos_do_lote(self._content(row))
        return self._lot[1]

    def _content(self, row: Arquivo) -> bytes:
        content = self._source.content(row.caminho, codificado=row.caminho_codificado)
        if hashlib.sha256(content).hexdigest() != row.sha256:
            raise Changed("mudou")
        return content

    def close(self) -> None:
        """Close what is open."""
        self._source.close()
