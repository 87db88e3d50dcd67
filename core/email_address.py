"""E-mail addresses that go into an envelope and a header: one address, nothing else, whoever typed it."""

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from core.errors import UsageError

if TYPE_CHECKING:
    from email.headerregistry import Address

# RFC 5321 §4.5.3.1: octets of the local part, of the domain, and of both in a path.
LOCAL_LIMIT, DOMAIN_LIMIT, LIMIT = 64, 253, 254
# RFC 5322 §3.2.3 with RFC 6531: all but controls, blanks and specials. Every command compiles it, and to name what may
# not be costs a tenth of naming all that may.
_ATOM = r'[^\x00-\x20"(),.:;<>@\[\\\]\x7f]+'
_LOCAL = re.compile(rf"{_ATOM}(?:\.{_ATOM})*")
_NAMED = re.compile(r"(?P<name>[^<>]*)<(?P<address>[^<>]*)>")
_LABEL = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")
_DIGITS = re.compile(r"[0-9]+")


@dataclass(frozen=True)
class Mailbox:
    """One mailbox: `domain` is in its ASCII form, as DNS and SMTP know it; `name` is for people."""

    local: str
    domain: str
    name: str = ""

    @property
    def address(self) -> str:
        """The address as it goes over the wire."""
        return f"{self.local}@{self.domain}"

    @property
    def ascii(self) -> bool:
        """Whether every server takes it; another one needs SMTPUTF8."""
        return self.local.isascii()

    @property
    def header(self) -> "Address":
        """The address as the header of a message takes it."""
        # Every command reads the settings; only who writes a message needs the library.
        from email.headerregistry import Address

        return Address(self.name, self.local, self.domain)

    def __str__(self) -> str:
        return f"{self.name} <{self.address}>" if self.name else self.address


def checked_mailbox(text: str, campo: str = "url") -> Mailbox:
    """Return the one mailbox of `ana@exemplo.com.br`; raise `UsageError` with what is wrong."""
    bare = text.strip().removeprefix("mailto:")
    if not bare.isprintable():
        raise UsageError("O endereço de e-mail tem caracteres inválidos.", campo=campo)
    local, at, domain = bare.rpartition("@")
    if not at or not local or not domain:
        raise UsageError(f"{bare[:100]!r} não é um endereço de e-mail: use a forma nome@dominio.", campo=campo)
    if len(local.encode()) > LOCAL_LIMIT or not _LOCAL.fullmatch(local):
        raise UsageError("O que vem antes da @ no endereço de e-mail não é válido.", campo=campo)
    found = Mailbox(local, _domain(domain, campo))
    if len(found.address.encode()) > LIMIT:
        raise UsageError(f"O endereço de e-mail passa de {LIMIT} caracteres.", campo=campo)
    return found


def checked_sender(text: str, campo: str = "sender") -> Mailbox:
    """Return the mailbox of `Esteira <avisos@exemplo.com.br>`, or of an address alone."""
    if not text.isprintable():
        raise UsageError("O remetente tem caracteres inválidos.", campo=campo)
    named = _NAMED.fullmatch(text.strip())
    if named is None:
        return checked_mailbox(text, campo)
    found = checked_mailbox(named["address"], campo)
    return Mailbox(found.local, found.domain, named["name"].strip().strip('"').strip())


def _domain(text: str, campo: str) -> str:
    """Return a domain in ASCII; an address literal in brackets, a bare host and a number are none."""
    wrong = UsageError(f"O domínio {text[:80]!r} do endereço de e-mail não é válido.", campo=campo)
    name = text.lower()
    if not text.isascii():
        import idna

        try:
            name = idna.encode(text, uts46=True).decode()
        except idna.IDNAError:
            raise wrong from None
    labels = name.split(".")
    if len(name) > DOMAIN_LIMIT or len(labels) < 2 or not all(map(_LABEL.fullmatch, labels)):
        raise wrong
    if _DIGITS.fullmatch(labels[-1]):
        raise wrong
    return name
