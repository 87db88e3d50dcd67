"""What goes out at once: one message, from one mailbox to one."""

from dataclasses import dataclass

from core.email_address import Mailbox


@dataclass(frozen=True)
class Envelope:
    """A message with its envelope; `content` has CRLF at the end of its lines."""

    sender: Mailbox
    recipient: Mailbox
    content: bytes

    @property
    def utf8(self) -> bool:
        """Whether the server has to know SMTPUTF8 (RFC 6531)."""
        return not (self.sender.ascii and self.recipient.ascii)
