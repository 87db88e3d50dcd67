"""What was sent to webhooks, and how it went. docs/reference/contracts/integracoes.md §10.2."""

from typing import Any

from sqlalchemy import Select, or_

from api.admin.matching import holds
from api.admin.parts import Coluna, Conditions, Escolha, Periodo, SimNao
from api.admin.table import Tabela
from flows.destinos.webhooks import TIPO
from storage.models.destinos import Destino
from storage.models.eventos import Attempt, Delivery, Event


class Tentativas(Tabela, model=Attempt):
    """Attempts."""

    name, name_plural, caminho = "Tentativa", "Tentativas", "webhooklog"
    colunas = (
        Coluna("webhook", "Webhook", Destino.nome),
        Coluna("evento", "Evento", Event.nome),
        Coluna("sucesso", "Sucesso", Attempt.error.is_(None)),
        Coluna("status_code", "Resposta", Attempt.status_code),
        Coluna("data_execucao", "Em", Attempt.started_at),
    )
    detalhes = (
        Coluna("entrega", "Entrega", Attempt.delivery_id),
        Coluna("tentativa", "Tentativa", Attempt.number),
        Coluna("duracao_ms", "Duração (ms)", Attempt.duration_ms),
        Coluna("erro", "Erro", Attempt.error),
        Coluna("resposta", "Corpo da resposta", Attempt.response),
        Coluna("payload", "Corpo enviado", Event.corpo),
    )
    filtros = (
        SimNao("sucesso", "Sucesso", Attempt.error.is_(None)),
        Escolha("evento", "Evento", Event.nome),
        Periodo("data", "Em", Attempt.started_at),
    )
    buscados = (Destino.nome, Event.nome, Attempt.error)
    ordens = {"data_execucao": Attempt.started_at}  # noqa: RUF012 - read only

    def base(self, query: Select[*tuple[Any, ...]]) -> Select[*tuple[Any, ...]]:
        """Return a query of attempts at webhooks."""
        return (
            query.join(Delivery, Delivery.id == Attempt.delivery_id)
            .join(Event, Event.id == Delivery.event_id)
            .join(Destino, Destino.id == Delivery.destino_id)
            .where(Destino.tipo == TIPO)
        )

    def procura(self, term: str) -> Conditions:
        """Return that the words stand in a name, a fault or the body that was sent."""
        return [or_(*super().procura(term), holds(Event.corpo, term.encode()))]


TABELA = Tentativas
