"""Addresses that may go into an envelope, and those that may not."""

import pytest

from core.email_address import checked_mailbox, checked_sender
from core.errors import UsageError


@pytest.mark.parametrize(
    ("typed", "address", "ascii_only"),
    [
        ("ana@exemplo.com.br", "ana@exemplo.com.br", True),
        ("  mailto:ana@Exemplo.COM.br ", "ana@exemplo.com.br", True),
        ("Ana.Maria+nfe@exemplo.com.br", "Ana.Maria+nfe@exemplo.com.br", True),
        ("ana@padaria-são-josé.com.br", "ana@xn--padaria-so-jos-yhb5h.com.br", True),
        ("ana@xn--padaria-so-jos-yhb5h.com.br", "ana@xn--padaria-so-jos-yhb5h.com.br", True),
        ("josé@exemplo.com.br", "josé@exemplo.com.br", False),
        ("o'neil_{x}@exemplo.com.br", "o'neil_{x}@exemplo.com.br", True),
    ],
)
def test_an_address_is_read_as_it_goes_over_the_wire(typed: str, address: str, ascii_only: bool) -> None:
    found = checked_mailbox(typed)
    assert found.address == address
    assert found.ascii is ascii_only


@pytest.mark.parametrize(
    "typed",
    [
        *("", "@", "ana", "ana@", "@exemplo.com.br", "ana@localhost", "ana@[127.0.0.1]", "ana@1.2.3.4"),
        *("ana@exemplo.com.br,bia@exemplo.com.br", "ana@exemplo.com.br bia@exemplo.com.br", "Ana <ana@exemplo.com.br>"),
        *("ana@exemplo.com.br\r\nBcc: x@y.com", "ana@exemplo.com.br\nRCPT TO:<x@y.com>", "ana\x00@exemplo.com.br"),
        *("ana\u2028@exemplo.com.br", "ana@exemplo\x85.com.br", "ana\u202e@exemplo.com.br", "\ud800@exemplo.com.br"),
        *(".ana@exemplo.com.br", "a..b@exemplo.com.br", "ana.@exemplo.com.br", '"a b"@exemplo.com.br', "a>b@x.com"),
        *("ana@-exemplo.com.br", "ana@exemplo..com.br", "ana@exemplo.com.br.", "ana@exem_plo.com.br", "ana@ex%00.com"),
        *("x" * 65 + "@exemplo.com.br", "ana@" + "a" * 64 + ".com.br", "ana@" + "a." * 130 + "br"),
    ],
)
def test_what_is_not_one_address_is_refused_with_a_sentence(typed: str) -> None:
    with pytest.raises(UsageError) as refused:
        checked_mailbox(typed)
    assert str(refused.value).isprintable()
    assert refused.value.campo == "url"


@pytest.mark.parametrize(
    ("typed", "name", "address"),
    [
        ("avisos@exemplo.com.br", "", "avisos@exemplo.com.br"),
        ("Esteira <avisos@exemplo.com.br>", "Esteira", "avisos@exemplo.com.br"),
        ('"Padaria, Café & Cia" <avisos@exemplo.com.br>', "Padaria, Café & Cia", "avisos@exemplo.com.br"),
    ],
)
def test_a_sender_may_have_a_name(typed: str, name: str, address: str) -> None:
    found = checked_sender(typed)
    assert (found.name, found.address) == (name, address)


@pytest.mark.parametrize("typed", ["Esteira", "Esteira <avisos>", "E\r\nBcc: <a@b.com>", "a@b.com <x@y.com> <z@w.com>"])
def test_a_sender_is_one_address(typed: str) -> None:
    with pytest.raises(UsageError):
        checked_sender(typed)
