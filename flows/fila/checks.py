"""What `diagnostico` tells of queue tables: which accounts answer, and what their tables cannot promise."""

from collections.abc import Iterator

from core.checks import FAULT, OK, WARNING, Finding
from core.errors import PlatformError
from core.settings.fila import FilaSettings


def reachable() -> Iterator[Finding]:
    """Tell which accounts can be read, and what their tables cannot promise."""
    for nome, conta in FilaSettings.current().contas.items():
        # An installation without a queue table does not load how one is read.
        from flows.fila import accounts

        sistema = f"fila {nome}"
        try:
            layout = accounts.retried(nome).layout
        except PlatformError as fault:
            yield Finding(
                sistema, FAULT, str(fault), "Confira a seção fila; o texto da tabela está em `esteira fila ddl`."
            )
            continue
        if "status" not in layout.names:
            yield Finding(sistema, OK, f"{conta.table}: sem estado; o que foi avisado fica anotado aqui")
        elif not layout.leased:
            advice = "Peça ao DBA as colunas de `esteira fila ddl`: sem elas as linhas ficam presas durante o envio."
            yield Finding(sistema, WARNING, f"{conta.table}: sem as colunas de reserva", advice)
        else:
            yield Finding(sistema, OK, conta.table)


CHECKS = {"fila": reachable}
