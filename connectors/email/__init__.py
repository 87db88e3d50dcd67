"""A mail server that takes our messages (SMTP, RFC 5321): one message to one recipient, over connections kept open."""

from connectors.email.connections import Connections
from connectors.email.envelope import Envelope
from connectors.email.faults import AddressRefused, DomainSlowed, Greylisted, MailboxFull, PolicyRefused

__all__ = [
    "AddressRefused",
    "Connections",
    "DomainSlowed",
    "Envelope",
    "Greylisted",
    "MailboxFull",
    "PolicyRefused",
]
