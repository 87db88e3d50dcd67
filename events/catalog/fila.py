"""Service orders from queue tables."""

from typing import Any

from events.catalog.payload import Payload


class OrdemServicoNotificada(Payload):
    """A row of a queue table: a service order is new or changed. Several rows may share one event, as a summary."""

    evento, rotulo, etiquetas = "ordem_servico_notificada", "Ordem de Serviço", ("info", "os")

    conta: str
    linha_id: int | str
    id_os: str
    titulo: str
    mensagem: str
    prioridade: int
    tags: list[str]
    linhas: int = 1
    sequence_id: str | None = None

    def dados(self) -> dict[str, Any]:
        """Return the payload; without a sequence the field is left out."""
        return {name: value for name, value in vars(self).items() if value is not None}
