"""What is wrong, and what is well again."""

from dataclasses import field
from typing import Any

from events.catalog.payload import Payload


class _DeAlerta(Payload):
    """What all events of an alert say; those of one object are numbered, so that a receiver can put them in order.

    `rotulos` are the object's labels, of any name; each also stands beside the fields, where filters look.
    """

    fonte: str
    objeto: str
    codigo: str
    severidade: str
    mensagem: str
    aberto_em: str
    loja: str = ""
    uf: str = ""
    grupo: str = ""
    rotulos: dict[str, str] = field(default_factory=dict)

    @property
    def entidade(self) -> str:
        return f"{self.fonte}:{self.objeto}"

    def dados(self) -> dict[str, Any]:
        """Return the payload as the object that is sent; no label takes the place of a field."""
        return self.rotulos | super().dados()


class AlertaAberto(_DeAlerta):
    """A condition became true, or more severe than it was told (`agravado`)."""

    evento, rotulo, etiquetas = "alerta_aberto", "Alerta aberto", ("rotating_light",)

    agravado: bool = False


class AlertaResolvido(_DeAlerta):
    """A condition is no longer true."""

    evento, rotulo, etiquetas = "alerta_resolvido", "Alerta resolvido", ("white_check_mark",)

    resolvido_em: str


class AlertaLembrete(_DeAlerta):
    """A condition is still true and nobody has acknowledged it."""

    evento, rotulo, etiquetas = "alerta_lembrete", "Alerta ainda aberto", ("alarm_clock",)
