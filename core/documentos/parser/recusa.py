"""A document of which nothing is kept."""


class Recusado(Exception):
    """Why: `motivo` is a short code, the text a sentence for people."""

    def __init__(self, motivo: str, mensagem: str) -> None:
        super().__init__(mensagem)
        self.motivo, self.mensagem = motivo, mensagem
