"""The kinds of events by `tpEvento`: a plain name, and what a registered one does to its document.

docs/reference/contracts/sefaz.md §8.6; NT 2011.006, NT 2025.002 (reform), MOC of the CT-e 4.00.
"""

from dataclasses import dataclass
from enum import StrEnum

CIENCIA, CONFIRMACAO, DESCONHECIMENTO, NAO_REALIZADA = "210210", "210200", "210220", "210240"
# What the recipient of an NF-e says of it.
MANIFESTACOES = frozenset({CIENCIA, CONFIRMACAO, DESCONHECIMENTO, NAO_REALIZADA})


class Efeito(StrEnum):
    """What a registered event does."""

    CANCELA = "cancela"
    CANCELA_EVENTO = "cancela_evento"
    CORRIGE = "corrige"
    INFORMA = "informa"


@dataclass(frozen=True, slots=True)
class TipoEvento:
    """A kind of event."""

    nome: str
    efeito: Efeito = Efeito.INFORMA


_CANCELS = {
    "110111": "Cancelamento",
    "110112": "Cancelamento por substituição",
    # of the national NFS-e
    "101101": "Cancelamento da NFS-e",
    "105102": "Cancelamento da NFS-e por substituição",
    "105104": "Cancelamento da NFS-e deferido por análise fiscal",
    "305101": "Cancelamento da NFS-e por ofício",
}
_CANCELS_EVENT = {
    "110001": "Cancelamento de evento",
    "110131": "Cancelamento do comprovante de entrega",
    "110181": "Cancelamento do comprovante de entrega do CT-e",
    "110191": "Cancelamento do insucesso na entrega do CT-e",
    "110193": "Cancelamento do insucesso na entrega",
    "110751": "Cancelamento da conciliação financeira",
    "111502": "Cancelamento do pedido de prorrogação, 1º prazo",
    "111503": "Cancelamento do pedido de prorrogação, 2º prazo",
    "610111": "Cancelamento da prestação do serviço em desacordo",
    "610131": "Cancelamento do comprovante de entrega do CT-e",
}
_CORRECTS = {"110110": "Carta de correção"}
_INFORMS = {
    # of the issuer
    "110113": "EPEC do CT-e",
    "110130": "Comprovante de entrega",
    "110140": "EPEC",
    "110150": "Ator interessado na NF-e",
    "110160": "Registro multimodal",
    "110170": "Informações da GTV",
    "110180": "Comprovante de entrega do CT-e",
    "110190": "Insucesso na entrega do CT-e",
    "110192": "Insucesso na entrega",
    "110750": "Conciliação financeira",
    "111500": "Pedido de prorrogação, 1º prazo",
    "111501": "Pedido de prorrogação, 2º prazo",
    # of the recipient
    CONFIRMACAO: "Confirmação da operação",
    CIENCIA: "Ciência da operação",
    DESCONHECIMENTO: "Desconhecimento da operação",
    NAO_REALIZADA: "Operação não realizada",
    "610110": "Prestação do serviço em desacordo",
    # of the national NFS-e
    "101103": "Pedido de análise fiscal para cancelar a NFS-e",
    "105105": "Cancelamento da NFS-e indeferido por análise fiscal",
    "202201": "Confirmação da NFS-e pelo prestador",
    "203202": "Confirmação da NFS-e pelo tomador",
    "204203": "Confirmação da NFS-e pelo intermediário",
    "205204": "Confirmação tácita da NFS-e",
    "202205": "Rejeição da NFS-e pelo prestador",
    "203206": "Rejeição da NFS-e pelo tomador",
    "204207": "Rejeição da NFS-e pelo intermediário",
    "205208": "Anulação da rejeição da NFS-e",
    "305102": "Bloqueio da NFS-e por ofício",
    "305103": "Desbloqueio da NFS-e por ofício",
    # of the authorities and of other documents
    "240130": "CT-e complementar autorizado",
    "240131": "CT-e complementar cancelado",
    "240140": "CT-e de substituição autorizado",
    "240150": "CT-e de anulação autorizado",
    "240160": "Liberação de EPEC",
    "240170": "Liberação do prazo de cancelamento",
    "310610": "MDF-e autorizado",
    "310611": "MDF-e cancelado",
    "310620": "Registro de passagem",
    "411500": "Resposta ao pedido de prorrogação, 1º prazo",
    "411501": "Resposta ao pedido de prorrogação, 2º prazo",
    "411502": "Resposta ao cancelamento da prorrogação, 1º prazo",
    "411503": "Resposta ao cancelamento da prorrogação, 2º prazo",
    "510620": "Registro de passagem automático",
    "610130": "Comprovante de entrega do CT-e",
    "610500": "Registro de passagem da NF-e",
    "610501": "Registro de passagem da NF-e cancelado",
    "610510": "Registro de passagem do MDF-e",
    "610514": "Registro de passagem do MDF-e com CT-e",
    "610550": "Registro de passagem da NF-e por RFID",
    "610552": "Registro de passagem automático do MDF-e",
    "610554": "Registro de passagem automático do MDF-e com CT-e",
    "610600": "CT-e autorizado para a NF-e",
    "610601": "CT-e da NF-e cancelado",
    "610610": "MDF-e autorizado para a NF-e",
    "610611": "MDF-e da NF-e cancelado",
    "610614": "MDF-e com CT-e autorizado para a NF-e",
    "610615": "MDF-e com CT-e da NF-e cancelado",
    "790700": "Averbação para exportação",
    "990900": "Vistoria da Suframa",
    "990910": "Internalização da Suframa",
    # of the tax reform
    "112110": "Pagamento integral, que libera crédito presumido do adquirente",
    "112120": "Importação em ALC ou ZFM não convertida em isenção",
    "112130": "Perecimento, perda, roubo ou furto no transporte contratado pelo fornecedor",
    "112140": "Fornecimento não realizado com pagamento antecipado",
    "112150": "Atualização da data de previsão de entrega",
    "211110": "Solicitação de crédito presumido",
    "211120": "Destinação de item para consumo pessoal",
    "211124": "Perecimento, perda, roubo ou furto no transporte contratado pelo adquirente",
    "211128": "Aceite de débito por nota de crédito",
    "211130": "Imobilização de item",
    "211140": "Solicitação de crédito de combustível",
    "211150": "Solicitação de crédito que depende da atividade do adquirente",
    "212110": "Manifestação sobre transferência de crédito de IBS em sucessão",
    "212120": "Manifestação sobre transferência de crédito de CBS em sucessão",
    "412120": "Manifestação do fisco sobre transferência de crédito de IBS em sucessão",
    "412130": "Manifestação do fisco sobre transferência de crédito de CBS em sucessão",
}
# Kinds that are not known one by one, by how they begin.
_FAMILIES = {
    "1121": "Evento do emitente da reforma tributária",
    "2111": "Evento do destinatário da reforma tributária",
    "2121": "Evento de sucessão da reforma tributária",
    "4121": "Evento do fisco da reforma tributária",
    "2102": "Manifestação do destinatário",
}
EVENTOS: dict[str, TipoEvento] = {
    tipo: TipoEvento(nome, efeito)
    for efeito, names in (
        (Efeito.CANCELA, _CANCELS),
        (Efeito.CANCELA_EVENTO, _CANCELS_EVENT),
        (Efeito.CORRIGE, _CORRECTS),
        (Efeito.INFORMA, _INFORMS),
    )
    for tipo, nome in names.items()
}
# Numbers that mean something else in one model: a manifest is closed at its journey's end by what cancels an NFC-e.
_DO_MODELO = {("58", "110112"): TipoEvento("Encerramento")}


def _known(tipo_evento: str, modelo: str | None) -> TipoEvento | None:
    return _DO_MODELO.get((modelo or "", tipo_evento)) or EVENTOS.get(tipo_evento)


def efeito_de(tipo_evento: str, modelo: str | None = None) -> Efeito:
    """Return what an event of this kind does to a document of a model; one that nobody knows changes nothing."""
    known = _known(tipo_evento, modelo)
    return known.efeito if known else Efeito.INFORMA


def nome_do_evento(tipo_evento: str, descricao: str | None = None, modelo: str | None = None) -> str:
    """Return a plain name: ours, else that of its family, else what the event calls itself."""
    known = _known(tipo_evento, modelo)
    if known:
        return known.nome
    return _FAMILIES.get(tipo_evento[:4]) or descricao or f"Evento {tipo_evento}"
