"""Look at every configured system and say what to fix."""

from flows.diagnostico.walk import examine

__all__ = ["examine"]
