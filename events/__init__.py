"""What happened, and who gets to know it."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from events.outbox import Disparo, disparar_varios, disparar_webhook, record_event

__all__ = ["Disparo", "disparar_varios", "disparar_webhook", "record_event"]


def __getattr__(name: str) -> Any:
    """Give what is public without loading the outbox for those who want another module of this package."""
    if name not in __all__:
        raise AttributeError(name)
    from events import outbox

    return getattr(outbox, name)
