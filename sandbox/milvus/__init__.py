"""Milvus (the Brazilian service desk) in miniature: clients and tickets, with the manners of the real one."""

from sandbox.milvus.server import MilvusServer, Quirks

__all__ = ["MilvusServer", "Quirks"]
