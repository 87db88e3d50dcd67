"""About the deliveries themselves. Their own failures cause no event, or one would cause the next."""

from events.catalog.payload import EMAIL, Payload


class Teste(Payload):
    """A test delivery; it needs no subscription."""

    evento, rotulo, do_usuario, sempre = "teste", "Teste", True, True

    tipo: str = "teste"
    mensagem: str
    timestamp: str
    usuario: str | None = None


class DestinoFalhando(Payload):
    """A destination has had no success for a day."""

    evento, rotulo, etiquetas = "destino_falhando", "Destino falhando", ("warning",)

    destino_id: int
    nome: str
    tipo: str
    desde: str
    mensagem: str


class DestinoRecuperado(Payload):
    """A destination that was failing or off works again."""

    evento, rotulo, etiquetas = "destino_recuperado", "Destino recuperado", ("white_check_mark",)

    destino_id: int
    nome: str
    tipo: str
    mensagem: str


class DestinoDesligado(Payload):
    """A destination was switched off by Esteira; its events are kept."""

    evento, rotulo, etiquetas = "destino_desligado", "Destino desligado", ("no_entry",)

    destino_id: int
    nome: str
    tipo: str
    motivo: str
    mensagem: str


class EntregaEsgotada(Payload):
    """A delivery used up its attempts."""

    evento, rotulo, etiquetas = "entrega_esgotada", "Entrega esgotada", ("warning",)

    destino_id: int
    nome: str
    tipo: str
    entrega_id: int
    mensagem: str


class WebhookDesligado(Payload):
    """A user's own webhook was switched off by Esteira; its events are kept. By mail, for it cannot tell so itself."""

    evento, rotulo, do_usuario, so_para = "webhook_desligado", "Webhook desligado", True, frozenset({EMAIL})

    webhook_id: int
    nome: str
    mensagem: str


class WebhookRecuperado(Payload):
    """A user's own webhook that was failing or off works again."""

    evento, rotulo, do_usuario, so_para = "webhook_recuperado", "Webhook recuperado", True, frozenset({EMAIL})

    webhook_id: int
    nome: str
    mensagem: str


ABOUT_DELIVERIES = frozenset(
    kind.evento
    for kind in (
        *(EntregaEsgotada, DestinoFalhando, DestinoDesligado, DestinoRecuperado),
        *(WebhookDesligado, WebhookRecuperado),
    )
)
