"""What a mail server says beside the faults that every system has: of the address, of its mailbox, of its domain."""

from connectors.base.faults import Blocked, Overloaded, RateLimited, Refused


class AddressRefused(Refused):
    """O endereço de quem recebe não existe."""


class MailboxFull(Overloaded):
    """A caixa postal de quem recebe está cheia."""


class Greylisted(Overloaded):
    """O servidor pediu que se tente de novo (greylisting)."""


class DomainSlowed(RateLimited):
    """O domínio de quem recebe pediu menos mensagens."""


class PolicyRefused(Blocked):
    """O servidor não deixa passar a mensagem: é regra dele."""
