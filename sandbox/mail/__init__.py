"""A mail server in miniature, and its mailboxes as pages."""

from sandbox.mail.pages import Mailboxes
from sandbox.mail.server import MailServer

__all__ = ["MailServer", "Mailboxes"]
