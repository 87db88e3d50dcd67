"""What comes in to be stored, and what became of it."""

from dataclasses import dataclass, field
from enum import StrEnum

from core.documentos.conteudo import Conteudo, Cupom, Especie, Evento, Inutilizacao, Parte

MESSAGE_LIMIT = 500
# As the contract calls kinds in the log and in events.
TIPOS: dict[str, str] = {
    Especie.NFE: "NFe",
    Especie.NFCE: "NFe",
    Especie.CTE: "CTe",
    Especie.CTE_OS: "CTe",
    Especie.CTE_SIMPLIFICADO: "CTe",
    Especie.CFE: "CFe",
    Especie.GTVE: "GTVe",
    Especie.MDFE: "MDFe",
    Especie.NF3E: "NF3e",
    Especie.NFCOM: "NFCom",
    Especie.BPE: "BPe",
    Especie.DCE: "DCe",
    Especie.NFSE: "NFSe",
}
EVENTO, INUTILIZACAO = "Evento", "Inut"


class Resultado(StrEnum):
    """What became of one document."""

    NOVO = "novo"
    ATUALIZADO = "atualizado"
    REPETIDO = "repetido"
    ERRO = "erro"


@dataclass(frozen=True, slots=True)
class Entrada:
    """One document of a file, and for whom it was asked for: a company, a user, or whoever takes part."""

    parte: Parte
    arquivo_nome: str | None = None
    usuario_id: int | None = None
    empresa_id: int | None = None


@dataclass(slots=True)
class Guardado:
    """What became of one document; `ditos` are sentences for people, without a full stop.

    `alheio` says that the company it was imported for takes no part in it.
    """

    tipo: str
    chave: str | None
    resultado: Resultado = Resultado.REPETIDO
    ditos: list[str] = field(default_factory=list)
    motivo: str | None = None
    documento_id: int | None = None
    alheio: bool = False

    @property
    def mensagem(self) -> str:
        """The sentences as one text that a log has room for."""
        text = "; ".join(dict.fromkeys(self.ditos))
        return text if len(text) <= MESSAGE_LIMIT else text[: MESSAGE_LIMIT - 1] + "…"


def tipo_de(conteudo: Conteudo) -> str:
    """Return what the contract calls a document."""
    match conteudo:
        case Evento():
            return EVENTO
        case Inutilizacao():
            return INUTILIZACAO
    return TIPOS[conteudo.especie]


def refused(parte: Parte) -> Guardado:
    """Return the outcome of a document of which nothing is read."""
    said = parte.mensagem or "o arquivo não pôde ser lido"
    tipo = TIPOS.get(parte.especie or "", "")
    return Guardado(tipo, parte.chave and parte.chave[:50], Resultado.ERRO, [said], (parte.motivo or "ilegivel")[:40])


def kept_out(parte: Parte, motivo: str, said: str) -> Guardado:
    """Return the outcome of a document that was read and is not stored."""
    conteudo = parte.conteudo
    tipo, chave = (tipo_de(conteudo), getattr(conteudo, "chave", None)) if conteudo is not None else ("", None)
    return Guardado(tipo, chave and chave[:50], Resultado.ERRO, [said], motivo)


def keys_of(conteudo: Conteudo) -> list[str]:
    """Return the keys whose rows a document may change."""
    match conteudo:
        case Inutilizacao():
            return [f"{conteudo.emit_cnpj}:{conteudo.ano}:{conteudo.modelo}:{conteudo.serie}"]
        case Cupom(cancelada=str(cancelada)):
            return [conteudo.chave, cancelada]
    return [conteudo.chave]
