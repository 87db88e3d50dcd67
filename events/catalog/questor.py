"""The sending of lots to Questor."""

from events.catalog.payload import Payload


class EnvioQuestorConcluido(Payload):
    """Every file of a lot has its outcome."""

    evento, rotulo, etiquetas = "envio_questor_concluido", "Envio ao Questor concluído", ("white_check_mark",)

    conta: str
    lote: str
    totais: dict[str, int]
    mensagem: str


class EnvioQuestorParado(Payload):
    """The sending of an account stopped: it cannot go on without a person, or the server has been away for long."""

    evento, rotulo, etiquetas = "envio_questor_parado", "Envio ao Questor parado", ("octagonal_sign",)

    conta: str
    lotes: list[str]
    motivo: str
    mensagem: str
