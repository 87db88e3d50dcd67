"""Questor Zen in miniature: import of fiscal XML with a verdict per document, queries with pages, and its faults."""

from sandbox.questor.server import Limites, QuestorServer, pagina_de_erro

__all__ = ["Limites", "QuestorServer", "pagina_de_erro"]
