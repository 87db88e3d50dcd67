"""A document of which nothing is kept."""


class Recusado(Exception):
    """Why: `motivo` is a short code, the text a sentence for people, `chave` the key as far as it can be read."""

    def __init__(self, motivo: str, mensagem: str, chave: str | None = None) -> None:
        super().__init__(mensagem)
        self.motivo, self.mensagem, self.chave = motivo, mensagem, chave
