"""Conditions on any field of an event's body: a filter's grammar, and its judgement (docs/reference/filtros.md)."""
