"""What `diagnostico` tells of Questor: which accounts accept a connection, and what is unwise about them."""

from collections.abc import Iterator
from urllib.parse import urlsplit

from core.checks import FAULT, OK, WARNING, Finding
from core.reach import connection_fault
from core.settings.questor import ContaQuestor, QuestorSettings

THIS_MACHINE = frozenset({"127.0.0.1", "::1", "localhost"})
LONG_SECONDS = 90.0


def accounts() -> Iterator[Finding]:
    """Tell which accounts accept a connection, and what is unwise about them."""
    for nome, conta in QuestorSettings.current().contas.items():
        address = urlsplit(conta.base_url)
        port = address.port or {"http": 80, "https": 443}[address.scheme]
        if fault := connection_fault(address.hostname or "", port):
            yield Finding(f"questor {nome}", FAULT, fault, "Confira questor.office ou questor.base_url.")
            continue
        # no published call proves the key without reading somebody's documents
        advice = _advice(conta)
        shown = f"{conta.base_url} aceita conexão; a chave de acesso só é provada no primeiro envio"
        yield Finding(f"questor {nome}", WARNING if advice else OK, shown, advice)


def _advice(conta: ContaQuestor) -> str:
    address = urlsplit(conta.base_url)
    in_the_clear = address.scheme == "http" and address.hostname not in THIS_MACHINE
    advice = (
        (in_the_clear, "A chave de acesso viaja às claras: use https em questor.base_url."),
        (conta.total_timeout < LONG_SECONDS, "questor.total_timeout abaixo de 90 s deixa envios sem resposta."),
        (not conta.agreed_with_vendor, "Combine a carga com o fornecedor e anote em questor.agreed_with_vendor."),
    )
    return " ".join(text for wrong, text in advice if wrong)


CHECKS = {"questor": accounts}
