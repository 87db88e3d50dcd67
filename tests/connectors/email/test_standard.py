"""The mail connector passes the standard set of its kind."""

from mail_standard import MailStandard

from connectors.base.policy import Policy
from connectors.email import Connections, Envelope
from core.email_address import checked_mailbox, checked_sender
from core.settings.email import ContaEmail


class TestEmail(MailStandard):
    secret = "senha-de-exemplo-1"  # pragma: allowlist secret

    def send(self, port: int, seconds: float) -> object:
        conta = ContaEmail.model_validate(
            {"host": "127.0.0.1", "port": port, "security": "none", "sender": "a@exemplo.com.br", "user": "u"}
            | {"password": self.secret}
        )
        envelope = Envelope(checked_sender(conta.sender), checked_mailbox("b@exemplo.com.br"), b"Subject: x\r\n\r\n")
        with Connections("padrao", conta, Policy(overall=seconds, connect=seconds)) as connections:
            return connections.send(envelope, seconds)
