"""Ploomes and Milvus in step."""

from events.catalog.payload import Payload


class ClienteSincronizado(Payload):
    """A client of one side was created on the other: its numbers there, and nothing of the person."""

    evento, rotulo, etiquetas = "cliente_sincronizado", "Cliente sincronizado", ("busts_in_silhouette",)

    conta: str
    fluxo: str
    ploomes_id: str
    milvus_id: str
    mensagem: str


class ChamadoCriado(Payload):
    """A task or an interaction of Ploomes became a ticket of Milvus."""

    evento, rotulo, etiquetas = "chamado_criado", "Chamado criado no Milvus", ("ticket",)

    conta: str
    fluxo: str
    ploomes_id: str
    codigo: str
    mensagem: str
