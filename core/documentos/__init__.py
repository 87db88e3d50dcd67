"""Fiscal documents as files hold them: found in folders and archives, their text, kind and identity.

No database, no network.
"""

from core.documentos.exame import Exame, examine
from core.documentos.files import Files, NotRead
from core.documentos.folder import Found, walk
from core.documentos.leitura import LIMITE, ler, texto, textos_do_lote
from core.documentos.raizes import Acao, Leitura

__all__ = [
    "LIMITE",
    "Acao",
    "Exame",
    "Files",
    "Found",
    "Leitura",
    "NotRead",
    "examine",
    "ler",
    "texto",
    "textos_do_lote",
    "walk",
]
