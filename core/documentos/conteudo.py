"""What a fiscal document says, as plain values: one class for each kind that is read, flat, named as in the contract.

docs/reference/contracts/sefaz.md §8.6 and §8.7. An absent element is None, money is Decimal, an instant has its offset.
"""

from dataclasses import dataclass, fields
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any


class Especie(StrEnum):
    """What kind of document it is."""

    NFE = "nfe"
    NFCE = "nfce"
    CTE = "cte"
    CTE_OS = "cte_os"
    CTE_SIMPLIFICADO = "cte_simplificado"
    CFE = "cfe"
    GTVE = "gtve"
    MDFE = "mdfe"
    NF3E = "nf3e"
    NFCOM = "nfcom"
    BPE = "bpe"
    DCE = "dce"
    NFSE = "nfse"


class Papel(StrEnum):
    """What a company is in a document (docs/reference/contracts/sefaz.md §8.8)."""

    EMITENTE = "EMITENTE"
    DESTINATARIO = "DESTINATARIO"
    TRANSPORTADOR = "TRANSPORTADOR"
    REMETENTE = "REMETENTE"
    EXPEDIDOR = "EXPEDIDOR"
    RECEBEDOR = "RECEBEDOR"
    TOMADOR = "TOMADOR"


class Laco(StrEnum):
    """How a document points to another."""

    REFERENCIA = "referencia"
    COMPLEMENTO = "complemento"
    SUBSTITUICAO = "substituicao"
    ANULACAO = "anulacao"
    TRANSPORTE = "transporte"
    CANCELAMENTO = "cancelamento"
    ANTERIOR = "anterior"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ligacao:
    """Another document that this one names, by its key."""

    laco: Laco
    chave: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Cabeca:
    """What every stored document has; `avisos` are sentences about what is odd in it, none of which keeps it out.

    `status` is the protocol's `cStat`; `conferida` is false where its `digVal` is not that of the signature: another
    text was authorised. `chave` has 44 characters, 50 in an NFS-e.
    """

    especie: Especie
    chave: str
    modelo: str
    serie: int | None = None
    numero: int | None = None
    data_emissao: datetime | None = None
    ambiente: int | None = None
    emit_cnpj: str | None = None
    emit_nome: str | None = None
    emit_uf: str | None = None
    dest_cnpj_cpf: str | None = None
    dest_nome: str | None = None
    valor_total: Decimal | None = None
    protocolo: str | None = None
    status: str | None = None
    motivo: str | None = None
    recebido_em: datetime | None = None
    conferida: bool = True
    papeis: tuple[tuple[Papel, str], ...] = ()
    ligacoes: tuple[Ligacao, ...] = ()
    avisos: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """A product or service of an NF-e; `cst_ibscbs`, `classificacao` and what follows are the reform's."""

    numero_item: int
    codigo_produto: str | None = None
    descricao: str | None = None
    ncm: str | None = None
    cfop: str | None = None
    cest: str | None = None
    ean: str | None = None
    unidade: str | None = None
    quantidade: Decimal | None = None
    valor_unitario: Decimal | None = None
    valor_total: Decimal | None = None
    valor_icms: Decimal | None = None
    valor_ipi: Decimal | None = None
    valor_pis: Decimal | None = None
    valor_cofins: Decimal | None = None
    cst_ibscbs: str | None = None
    classificacao: str | None = None
    valor_ibs: Decimal | None = None
    valor_cbs: Decimal | None = None
    valor_is: Decimal | None = None
    valor_monofasia: Decimal | None = None
    valor_item: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NotaFiscal(Cabeca):
    """An NF-e or NFC-e, with or without its protocol."""

    natureza: str | None = None
    tipo: int | None = None
    finalidade: int | None = None
    emit_fantasia: str | None = None
    emit_ie: str | None = None
    emit_endereco: str | None = None
    emit_municipio: str | None = None
    emit_cep: str | None = None
    dest_ie: str | None = None
    dest_endereco: str | None = None
    dest_municipio: str | None = None
    dest_uf: str | None = None
    dest_cep: str | None = None
    transportador_cnpj_cpf: str | None = None
    transportador_nome: str | None = None
    autorizados: tuple[str, ...] = ()
    valor_produtos: Decimal | None = None
    valor_icms: Decimal | None = None
    valor_ipi: Decimal | None = None
    valor_pis: Decimal | None = None
    valor_cofins: Decimal | None = None
    valor_tributos: Decimal | None = None
    valor_ibs: Decimal | None = None
    valor_cbs: Decimal | None = None
    valor_is: Decimal | None = None
    valor_monofasia: Decimal | None = None
    valor_com_tributos: Decimal | None = None
    itens: tuple[Item, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Conhecimento(Cabeca):
    """A CT-e, CT-e OS or simplified CT-e; `dest_cnpj_cpf` and `dest_nome` of the head are its destinatário."""

    modal: str | None = None
    tipo_cte: int | None = None
    tipo_servico: str | None = None
    cfop: str | None = None
    natureza_operacao: str | None = None
    municipio_inicio: str | None = None
    uf_inicio: str | None = None
    municipio_fim: str | None = None
    uf_fim: str | None = None
    emit_fantasia: str | None = None
    emit_ie: str | None = None
    emit_endereco: str | None = None
    emit_municipio: str | None = None
    rem_cnpj_cpf: str | None = None
    rem_nome: str | None = None
    rem_ie: str | None = None
    rem_municipio: str | None = None
    rem_uf: str | None = None
    dest_ie: str | None = None
    dest_municipio: str | None = None
    dest_uf: str | None = None
    exped_cnpj_cpf: str | None = None
    exped_nome: str | None = None
    receb_cnpj_cpf: str | None = None
    receb_nome: str | None = None
    tomador_cnpj_cpf: str | None = None
    tomador_nome: str | None = None
    autorizados: tuple[str, ...] = ()
    valor_receber: Decimal | None = None
    valor_carga: Decimal | None = None
    valor_icms: Decimal | None = None
    valor_ibs: Decimal | None = None
    valor_cbs: Decimal | None = None
    valor_com_tributos: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Cupom(Cabeca):
    """A CF-e of a SAT or MFE box, or its cancellation (`cancelada` is then the key it cancels)."""

    numero_serie_sat: str | None = None
    emit_fantasia: str | None = None
    emit_ie: str | None = None
    valor_produtos: Decimal | None = None
    valor_icms: Decimal | None = None
    valor_pis: Decimal | None = None
    valor_cofins: Decimal | None = None
    valor_tributos: Decimal | None = None
    cancelada: str | None = None
    itens: tuple[Item, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Arquivado(Cabeca):
    """A document of a kind that is kept, not read: MDF-e, NF3-e, NFCom, BP-e, GTV-e, DC-e, national NFS-e."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Resumo(Cabeca):
    """What distribution tells of an NF-e before its text (`resNFe`), or a protocol that came without its document.

    `digest` is that of the text which was authorised (`digVal`).
    """

    emit_ie: str | None = None
    tipo: int | None = None
    digest: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Evento:
    """Something registered about a document, by (`chave`, `tipo_evento`, `sequencia`).

    `status` is the answer's `cStat`; without an answer there is none and the event proves nothing. `completo` is false
    for a `resEvento`, which is a registered event by its nature, as one of a national NFS-e is. `alvo` is the event
    that a cancellation of an event names, where it names one.
    """

    chave: str
    tipo_evento: str
    sequencia: int
    descricao: str | None = None
    orgao: str | None = None
    ambiente: int | None = None
    autor: str | None = None
    data_evento: datetime | None = None
    protocolo: str | None = None
    status: str | None = None
    motivo: str | None = None
    recebido_em: datetime | None = None
    correcao: str | None = None
    justificativa: str | None = None
    alvo: str | None = None
    completo: bool = True
    avisos: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Inutilizacao:
    """A range of numbers that will not be used; proven by the answer's `cStat` 102 only."""

    emit_cnpj: str
    uf: str
    ano: int
    modelo: str
    serie: int
    inicio: int
    fim: int
    ambiente: int | None = None
    justificativa: str | None = None
    protocolo: str | None = None
    status: str | None = None
    recebido_em: datetime | None = None
    avisos: tuple[str, ...] = ()


Conteudo = NotaFiscal | Conhecimento | Cupom | Arquivado | Resumo | Evento | Inutilizacao
# What the contract calls a field of one kind otherwise.
NOMES: dict[type[Any], dict[str, str]] = {
    NotaFiscal: {"numero": "numero_nf", "status": "status_nfe"},
    Conhecimento: {"numero": "numero_ct", "status": "status_cte"},
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Parte:
    """One document of a file: what it says and its exact bytes, or why nothing is read of it.

    `numero` counts the documents of one file from 1; it is 0 for a file that is one document. `motivo` is a short code,
    `mensagem` a sentence for people; both are None where there is `conteudo`. `especie` and `chave` are told of what is
    refused too, as far as they can be read.
    """

    numero: int = 0
    texto: bytes = b""
    conteudo: Conteudo | None = None
    motivo: str | None = None
    mensagem: str | None = None
    especie: str | None = None
    chave: str | None = None


def plain(conteudo: Conteudo) -> dict[str, Any]:
    """Return what a document says with the field names of the contract, decimals as strings, instants in ISO 8601."""
    names = NOMES.get(type(conteudo), {})
    return {names.get(field.name, field.name): _plain(getattr(conteudo, field.name)) for field in fields(conteudo)}


def _plain(value: Any) -> Any:
    match value:
        case Decimal():
            return format(value, "f")
        case datetime():
            return value.isoformat()
        case tuple():
            return [_plain(one) for one in value]
        case Ligacao() | Item():
            return {field.name: _plain(getattr(value, field.name)) for field in fields(value)}
        case StrEnum():
            return value.value
    return value
