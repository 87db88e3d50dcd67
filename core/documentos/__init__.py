"""Fiscal documents as files hold them: their text, their kind, their identity. No database, no network."""

from core.documentos.leitura import LIMITE, Acao, Leitura, ler
from core.documentos.texto import decode, texto

__all__ = ["LIMITE", "Acao", "Leitura", "decode", "ler", "texto"]
