"""What a service of distribution answered, whatever it speaks."""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum


class Resultado(StrEnum):
    """What an answer means for whoever asked. docs/reference/contracts/sefaz.md §3."""

    DOCUMENTOS = "documentos"  # there are some; ask on while `ha_mais`
    NADA = "nada"  # rest
    CONSUMO_INDEVIDO = "consumo_indevido"  # blocked for an hour; the text names a rule
    NSU_ACIMA = "nsu_acima"  # ours is beyond the greatest: begin again from the answer
    INDISPONIVEL = "indisponivel"  # this one document is not to be had, by key
    PARADO = "parado"  # the service rests: again, with growing pauses
    CERTIFICADO = "certificado"  # invalid, expired, revoked, or of somebody else: nothing goes on without a person
    AUTOR = "autor"  # the CNPJ or CPF itself is refused
    AMBIENTE = "ambiente"  # production and test mixed up in the settings
    MENSAGEM = "mensagem"  # our message was wrong: again would be the same
    DESCONHECIDO = "desconhecido"  # no list has it: an error, again after an hour


# Those that move a numbering.
COM_NUMEROS = frozenset({Resultado.DOCUMENTOS, Resultado.NADA, Resultado.CONSUMO_INDEVIDO, Resultado.NSU_ACIMA})


@dataclass(frozen=True)
class Recebido:
    """One document of an answer.

    `tipo` is what it is (`procNFe`), by the name of its schema and its root; None where that is not known. `xml` is its
    text. Where that could not be had, `falha` says why and `bruto` is what came. An answer by key has no `nsu`.
    """

    nsu: int | None
    schema: str
    tipo: str | None
    xml: bytes | None
    bruto: bytes | None = None
    falha: str | None = None


@dataclass(frozen=True)
class Resposta:
    """An answer. `codigo` and `motivo` are the service's own words; a number it did not say is None, never zero.

    `ha_mais` tells whether there is more to ask for at once, `ambiente` which environment says all this.
    """

    resultado: Resultado
    codigo: str
    motivo: str
    documentos: tuple[Recebido, ...] = ()
    ult_nsu: int | None = None
    max_nsu: int | None = None
    ha_mais: bool = False
    respondida_em: datetime | None = None
    ambiente: int | None = None

    def de(self, ambiente: int) -> "Resposta":
        """Return this as an answer of an environment: of another one its numbers and documents are not ours."""
        if self.ambiente in (None, ambiente) or self.resultado not in COM_NUMEROS:
            return self
        said = f"a resposta é do ambiente {self.ambiente} e a pergunta foi ao {ambiente}; confira os endereços da SEFAZ"
        return replace(
            self, resultado=Resultado.AMBIENTE, motivo=said, documentos=(), ult_nsu=None, max_nsu=None, ha_mais=False
        )
