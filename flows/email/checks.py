"""What `diagnostico` tells of e-mail: does each account's server take us, is its domain vouched for in DNS."""

from collections.abc import Iterator
from urllib.parse import urlsplit

from core.checks import FAULT, OK, WARNING, Finding
from core.errors import PlatformError
from core.settings.email import ContaEmail, EmailSettings, is_this_machine

PATIENCE_SECONDS = 10.0
NO_LINKS = "Defina api.base_url, com https: provedores pedem o link que cancela, e quem recebe também."


def accounts() -> Iterator[Finding]:
    """Tell of each account whether it is stopped, whether its server answers, and what DNS says of its domain."""
    contas = EmailSettings.current().contas
    if not contas:
        return
    # An installation without mail loads nothing of it.
    from flows.email.views import contas as views

    stopped = {one.nome: one for one in views() if one.parada_em}
    for nome, conta in sorted(contas.items()):
        answered = list(_server(nome, conta))
        if nome in stopped:
            advice = f"Corrija a seção email; um teste da conta {nome} com `esteira email testar` a põe de volta."
            yield Finding(f"e-mail {nome}", FAULT, f"parada: {stopped[nome].motivo}", advice)
        yield from answered
    yield from _links()


def _server(nome: str, conta: ContaEmail) -> Iterator[Finding]:
    from connectors.email import Connections
    from connectors.email.domain import hints

    sistema = f"e-mail {nome}"
    try:
        with Connections(nome, conta) as connections:
            greeted = connections.check(PATIENCE_SECONDS)
    except PlatformError as fault:
        yield Finding(sistema, FAULT, str(fault), "Confira host, port, security, user e password da seção email.")
        return
    yield Finding(sistema, OK, f"{conta.host}:{conta.service} ({conta.security}): {greeted}"[:200])
    for hint in hints(conta):
        yield Finding(f"{sistema}: domínio", WARNING, hint, "Peça o registro a quem cuida do DNS do remetente.")


def _links() -> Iterator[Finding]:
    from core.settings.api import ApiSettings

    base = ApiSettings.current().base_url
    # what is read on this machine alone needs no https
    if base is None or not (base.startswith("https:") or is_this_machine(urlsplit(base).hostname or "")):
        said = "os e-mails saem sem link que cancela" if base is None else "o link que cancela não é https"
        yield Finding("e-mail", WARNING, said, NO_LINKS)


CHECKS = {"e-mail": accounts}
