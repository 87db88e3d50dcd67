"""The section `[deliveries]`: how events leave, and the addresses that may be called.

docs/reference/contracts/webhooks_delivery.md §3, §4.
"""

from typing import Annotated, ClassVar

from pydantic import Field

from core.settings.base import YEAR_SECONDS, Network, Port, Seconds, Section, Unit, default_is


class DeliverySettings(Section):
    """How events leave: timeouts, schedule, addresses."""

    about: ClassVar[str] = "Como os eventos saem: prazos, novas tentativas e os endereços que podem ser chamados."

    connect_timeout: Seconds = Field(3, description="Prazo para conectar.")
    total_timeout: Annotated[float, Field(ge=1, le=30), Unit("segundos")] = Field(
        15, description="Prazo de uma tentativa inteira, de 1 a 30."
    )
    schedule: Annotated[tuple[Annotated[float, Field(ge=0, le=YEAR_SECONDS)], ...], Unit("segundos")] = Field(
        (5, 60, 300, 1800, 7200, 18000, 36000, 50400, 72000, 86400),
        description="Espera depois da tentativa 1, 2, 3 …; há uma tentativa a mais que esperas.",
    )
    jitter: Annotated[float, Field(ge=0, lt=1), Unit("fração")] = Field(
        0.2, description="Cada espera é multiplicada por 1 ± isto, ao acaso."
    )
    max_in_flight: Annotated[int, Field(ge=1, le=256), Unit("pedidos")] = Field(
        8, description="Pedidos ao mesmo tempo a um destino, de 1 a 256."
    )
    sweep_seconds: Annotated[float, Field(ge=1, le=5), Unit("segundos")] = Field(
        2, description="De quanto em quanto o beat pede o que está vencido, de 1 a 5."
    )
    allow_networks: tuple[Network, ...] = Field(
        (),
        description="Redes que podem ser chamadas embora não sejam públicas, como `10.0.0.0/8`; a regra das portas não "
        "vale para elas.",
        examples=[["10.0.0.0/8"]],
        json_schema_extra=default_is("nenhuma"),
    )
    allow_http: bool = Field(False, description="Aceita http puro além de https.")
    allow_ports: tuple[Port, ...] = Field((80, 443, 8443), description="Portas que podem ser chamadas.")
    ntfy_burst: Annotated[int, Field(ge=1), Unit("mensagens")] = Field(
        60, description="Mensagens de uma vez a um servidor ntfy."
    )
    ntfy_refill_seconds: Seconds = Field(5, description="Depois disso, uma a mais a cada tanto.")
