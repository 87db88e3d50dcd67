"""What is told to people only, by mail: no webhook names it, and `*` does not mean it there.

docs/reference/contracts/integracoes.md §2.1, §5.7 to §5.9.
"""

from dataclasses import field
from typing import Any

from events.catalog.payload import EMAIL, Payload


class ResumoDiario(Payload):
    """The documents of a local calendar day (`dia`), what went wrong, and the thirty days that end with it (`serie`).

    Each issuer, route, open alert and day is an object.
    """

    evento, rotulo, do_usuario, so_para = "resumo_diario", "Resumo Diário", True, frozenset({EMAIL})

    dia: str
    nfe_total: int
    nfe_valor: str
    top_emitentes: list[dict[str, Any]] = field(default_factory=list)
    cte_total: int
    cte_valor: str
    top_rotas: list[dict[str, Any]] = field(default_factory=list)
    consultas: int = 0
    documentos_encontrados: int = 0
    erros_importacao: int = 0
    alertas: list[dict[str, Any]] = field(default_factory=list)
    alertas_abertos: int = 0
    serie: list[dict[str, Any]] = field(default_factory=list)


class CertificadoVencendo(Payload):
    """A certificate ends in so many days (`dias`; 0: today), or has ended (`vencido`)."""

    evento, rotulo, do_usuario, so_para = (
        "certificado_vencendo",
        "Certificado Digital vencendo",
        True,
        frozenset({EMAIL}),
    )

    certificado: str
    cnpj: str
    validade: str
    dias: int
    vencido: bool = False
    severidade: str
