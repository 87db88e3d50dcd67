"""What happens to a toy."""

from events.catalog.payload import Payload


class BrinquedoQuebrado(Payload):
    """It broke."""

    evento = "brinquedo_quebrado"
    rotulo = "Brinquedo quebrado"

    pecas: int
