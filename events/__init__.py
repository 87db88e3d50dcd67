"""What happened, and who is told."""

from events.outbox import disparar_webhook, record_event

__all__ = ["disparar_webhook", "record_event"]
