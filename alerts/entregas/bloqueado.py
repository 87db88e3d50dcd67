"""The rules of addresses forbid a destination: what it is owed waits for somebody."""

from collections.abc import Iterator

from sqlalchemy import func, select

from alerts.entregas.destinations import destinations
from alerts.judgement import WARNING, Judgement
from alerts.moment import Moment
from core.text import plural
from storage.models.eventos import Delivery, Estado


def judge(moment: Moment) -> Iterator[Judgement]:
    """Yield one judgement per destination."""
    blocked = select(Delivery.destino_id, func.count()).where(Delivery.estado == Estado.BLOQUEADO)
    amounts = {number: amount for number, amount in moment.db.execute(blocked.group_by(Delivery.destino_id))}  # noqa: C416
    for one in destinations(moment):
        amount = amounts.get(one.id, 0)
        yield one.judged(
            "bloqueado",
            WARNING,
            ativo=amount > 0,
            mensagem=f"{plural(amount, 'entrega bloqueada', 'entregas bloqueadas')} do destino {one.nome}: as regras "
            "não permitem o seu endereço. Veja deliveries.allow_networks, allow_http e allow_ports; depois reenvie-as.",
            resolvido=f"O destino {one.nome} não tem mais entregas bloqueadas.",
        )
