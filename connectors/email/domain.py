"""What DNS says of a sender's domain: without SPF, DKIM and DMARC many servers put its mail aside.

RFC 7208, RFC 6376, RFC 7489. Where DNS does not answer nothing is told.
"""

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from core.settings.email import ContaEmail

if TYPE_CHECKING:
    from dns.resolver import Resolver

PATIENCE_SECONDS = 3.0
# RFC 2606: no DNS knows these names, so nothing is missing there.
RESERVED = ("test", "example", "invalid", "localhost")
# Where providers keep keys; a domain may use any other name, which only its settings can tell.
USUAL_SELECTORS = ("default", "dkim", "google", "k1", "mail", "s1", "s2", "selector1", "selector2", "smtp")


def hints(conta: ContaEmail, resolver: "Resolver | None" = None) -> list[str]:
    """Return a sentence for each record that is missing or says nothing; none where DNS does not answer."""
    # Loaded by who asks.
    from dns.exception import DNSException

    domain = conta.mailbox.domain
    if domain.rpartition(".")[2] in RESERVED:
        return []
    records = _Records(resolver)
    try:
        return [*_spf(records, domain), *_dkim(records, domain, conta.dkim_selector), *_dmarc(records, domain)]
    except (DNSException, OSError):
        return []


class _Records:
    """The texts of a name; none where there is no such name."""

    def __init__(self, resolver: "Resolver | None") -> None:
        from dns.resolver import Resolver

        self._resolver = resolver or Resolver()

    def texts(self, name: str) -> list[str]:
        from dns.resolver import NXDOMAIN, NoAnswer

        try:
            found = self._resolver.resolve(name, "TXT", lifetime=PATIENCE_SECONDS, search=False)
        except (NXDOMAIN, NoAnswer):
            return []
        return [b"".join(one.strings).decode("utf-8", "replace") for one in found]


def _spf(records: _Records, domain: str) -> Iterator[str]:
    found = [text for text in records.texts(domain) if re.match(r"v=spf1(?: |$)", text, re.IGNORECASE)]
    if not found:
        yield f"{domain} não tem SPF: publique um TXT v=spf1 que inclua o servidor de saída"
    elif len(found) > 1:
        yield f"{domain} tem {len(found)} registros SPF: só um pode haver, com dois nenhum vale"
    elif re.search(r"(?:^| )\+?all\b", found[0], re.IGNORECASE):
        yield f"o SPF de {domain} deixa qualquer um enviar (+all)"


def _dkim(records: _Records, domain: str, selector: str | None) -> Iterator[str]:
    names = (selector,) if selector else USUAL_SELECTORS
    keys = (text for name in names for text in records.texts(f"{name}._domainkey.{domain}"))
    if any(re.search(r"\bp=[A-Za-z0-9+/]", text) for text in keys):
        return
    if selector:
        yield f"{selector}._domainkey.{domain} não tem chave DKIM"
    else:
        yield f"não achei chave DKIM de {domain} nos seletores usuais; se há uma, diga email.dkim_selector"


def _dmarc(records: _Records, domain: str) -> Iterator[str]:
    parts = domain.split(".")
    # a subdomain is under the record of the domain that was registered, which has two labels at least
    names = [".".join(parts[start:]) for start in range(len(parts) - 1)]
    if not any(text.lower().startswith("v=dmarc1") for name in names for text in records.texts(f"_dmarc.{name}")):
        yield f"{domain} não tem DMARC: publique em _dmarc.{domain} ao menos v=DMARC1; p=none"
