"""Look at one file that was found: its digest, and what the documents in it are. Nothing it holds stops the caller."""

import hashlib
from dataclasses import dataclass

from core.documentos.files import Contents, NotRead
from core.documentos.folder import Found
from core.documentos.leitura import ler
from core.documentos.raizes import Acao, Leitura, separar
from core.errors import Transient
from core.logs import get_logger

log = get_logger(__name__)


@dataclass(frozen=True)
class Exame:
    """A file and what was read in it, at least one reading; `sha256` is of the file's bytes, if they were read."""

    found: Found
    sha256: str | None
    leituras: list[Leitura]


def examine(files: Contents, found: Found) -> Exame:
    """Read and judge one file; a bug while doing so is logged and costs this file only.

    Raises:
        Transient: all files are away.
    """
    try:
        return _examined(files, found)
    except NotRead as fault:
        return Exame(found, None, [separar(fault.motivo, fault.mensagem)])
    except Transient:
        raise
    except Exception:
        log.exception("file could not be judged", caminho=found.caminho)
        return Exame(found, None, [separar("erro_de_leitura", "a leitura falhou; o log da Esteira diz onde")])


def _examined(files: Contents, found: Found) -> Exame:
    if found.motivo is not None:
        action = Acao.IGNORAR if found.ignorar else Acao.SEPARAR
        return Exame(found, None, [Leitura(action, motivo=found.motivo, mensagem=found.mensagem)])
    content = files.content(found.caminho, codificado=found.codificado)
    return Exame(found, hashlib.sha256(content).hexdigest(), ler(content))
