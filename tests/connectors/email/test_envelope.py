"""Which messages only a server with SMTPUTF8 takes."""

import pytest

from connectors.email.envelope import Envelope
from core.email_address import Mailbox, checked_mailbox

PLAIN, ACCENTED = checked_mailbox("ana@exemplo.com.br"), checked_mailbox("josé@exemplo.com.br")


@pytest.mark.parametrize(
    ("sender", "recipient", "utf8"),
    [
        (PLAIN, PLAIN, False),
        (ACCENTED, PLAIN, True),
        (PLAIN, ACCENTED, True),
        (ACCENTED, ACCENTED, True),
        (PLAIN, checked_mailbox("ana@padaria-são-josé.com.br"), False),
        (Mailbox("ana", "exemplo.com.br", "José"), PLAIN, False),
    ],
    ids=["none", "of the sender", "of the recipient", "of both", "in a domain", "in a name"],
)
def test_an_accent_before_the_at_sign_needs_it_and_any_other_does_not(
    sender: Mailbox, recipient: Mailbox, utf8: bool
) -> None:
    assert Envelope(sender, recipient, b"Subject: \xc3\xa9\r\n\r\n").utf8 is utf8
