"""A document as a person reads it: who, what, how much, what happened to it, what it belongs to."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from cli.output import answer, printable, table
from cli.words import KINDS, PURPOSES, TYPES
from core.fiscal import formatar_chave, formatar_parte
from core.formas import reais
from core.settings.core import CoreSettings
from core.text import exact

if TYPE_CHECKING:
    from flows.documentos.detalhe import Detalhe
    from flows.documentos.views.documentos import DocumentoRow

STATES = {
    "sem_protocolo": "SEM PROTOCOLO: não prova autorização",
    "denegada": "DENEGADA",
    "cancelada": "CANCELADA",
}
MODES = {
    "01": "rodoviário",
    "02": "aéreo",
    "03": "aquaviário",
    "04": "ferroviário",
    "05": "dutoviário",
    "06": "multimodal",
}
TEST_ENVIRONMENT = 2
# Who stands in it: prefix of the fields, and what people call them. A CT-e has more of them than a note.
PARTIES = (
    ("emit", "Emitente"),
    ("rem", "Remetente"),
    ("dest", "Destinatário"),
    ("exped", "Expedidor"),
    ("receb", "Recebedor"),
    ("tomador", "Tomador"),
    ("transportador", "Transportador"),
)
AMOUNTS = {
    "valor_produtos": "Produtos",
    "valor_carga": "Carga",
    "valor_icms": "ICMS",
    "valor_ipi": "IPI",
    "valor_pis": "PIS",
    "valor_cofins": "COFINS",
    "valor_tributos": "Tributos (aprox.)",
    "valor_ibs": "IBS",
    "valor_cbs": "CBS",
    "valor_is": "IS",
    "valor_monofasia": "IBS e CBS monofásicos",
    "valor_com_tributos": "Total com IBS, CBS e IS",
    "valor_receber": "A receber",
}
ITEMS = {
    "numero_item": "Nº",
    "codigo_produto": "Código",
    "descricao": "Descrição",
    "ncm": "NCM",
    "cfop": "CFOP",
    "quantidade": "Quantidade",
    "unidade": "Un.",
    "valor_unitario": "Unitário",
    "valor_total": "Total",
}
EVENTS = {"data": "Quando", "descricao": "Evento", "sequencia": "Nº", "registrado": "Registrado", "texto": "Texto"}
LINKS = {
    "laco": "Ligação",
    "especie": "Espécie",
    "numero": "Número",
    "emit_nome": "Emitente",
    "situacao": "Situação",
    "chave": "Chave",
}


def show(found: "Detalhe") -> None:
    """Print a document."""
    fields = found.campos
    for line in (*_head(found, fields), *_parties(fields), *_about(fields)):
        answer(printable(line))
    if found.itens:
        answer("")
        table([_item(asdict(one)) for one in found.itens], ITEMS, "", right=("quantidade", "valor_unitario"))
    for line in _values(fields):
        answer(printable(line))
    _tables(found)
    for line in _end(fields):
        answer(printable(line))


def listed(row: "DocumentoRow") -> dict[str, Any]:
    """Return a row of a list in the words of people; the date is the document's own."""
    return asdict(row) | {
        "especie": KINDS.get(row.especie, row.especie),
        "data_emissao": f"{row.data_emissao:%d/%m/%Y %H:%M}" if row.data_emissao else None,
        "situacao": row.situacao.replace("_", " ") + ("" if row.completo else " (resumo)"),
    }


def _head(found: "Detalhe", fields: Mapping[str, Any]) -> Iterator[str]:
    number = fields.get("numero_nf") or fields.get("numero_ct") or fields.get("numero")
    series = f", série {fields['serie']}" if fields.get("serie") else ""
    state = STATES.get(fields["situacao"], fields["situacao"])
    yield f"{KINDS.get(found.especie, found.especie)} {number or 'sem número'}{series}: {state}"
    if not found.completo:
        yield "Só o resumo é conhecido; o documento ainda não chegou."
    if fields.get("ambiente") == TEST_ENVIRONMENT:
        yield "Ambiente de homologação: SEM VALOR FISCAL"
    yield f"Chave: {formatar_chave(fields['chave_acesso'])}"
    yield f"Emissão: {_when(fields.get('data_emissao'))}"
    if fields.get("protocolo"):
        yield f"Protocolo: {fields['protocolo']} de {_when(fields.get('recebido_em'))}"
    status = fields.get("status_nfe") or fields.get("status_cte") or fields.get("status")
    if status:
        yield f"Status: {status} {fields.get('motivo') or ''}".rstrip()


def _parties(fields: Mapping[str, Any]) -> Iterator[str]:
    for prefix, title in PARTIES:
        number = fields.get(f"{prefix}_cnpj") or fields.get(f"{prefix}_cnpj_cpf")
        name = fields.get(f"{prefix}_nome")
        if not number and not name:
            continue
        place = "/".join(filter(None, (fields.get(f"{prefix}_municipio"), fields.get(f"{prefix}_uf"))))
        ie = fields.get(f"{prefix}_ie")
        parts = (
            name,
            number and formatar_parte(number),
            ie and f"IE {ie}",
            fields.get(f"{prefix}_endereco"),
            place,
        )
        yield f"{title}: {', '.join(filter(None, parts))}"


def _about(fields: Mapping[str, Any]) -> Iterator[str]:
    nature = fields.get("natureza") or fields.get("natureza_operacao")
    if nature:
        kind = (TYPES.get(fields.get("tipo", -1)), PURPOSES.get(fields.get("finalidade", -1)))
        yield f"Natureza: {nature}" + "".join(f", {one}" for one in kind if one)
    if fields.get("municipio_inicio") or fields.get("municipio_fim"):
        ends = [
            f"{fields.get(f'municipio_{end}') or '?'}/{fields.get(f'uf_{end}') or '?'}" for end in ("inicio", "fim")
        ]
        mode = MODES.get(fields.get("modal") or "")
        yield f"Percurso: {' → '.join(ends)}" + (f", {mode}" if mode else "")
    if fields.get("cancelada"):
        yield f"Cancela o cupom {formatar_chave(fields['cancelada'])}"


def _item(item: dict[str, Any]) -> dict[str, Any]:
    return item | {"quantidade": _whole(item["quantidade"], 0), "valor_unitario": _whole(item["valor_unitario"], 2)}


def _whole(value: Decimal | None, least: int) -> str | None:
    """Return a number with all the places that say something, at least so many."""
    return None if value is None else exact(value, least)


def _values(fields: Mapping[str, Any]) -> Iterator[str]:
    yield ""
    for name, title in AMOUNTS.items():
        if isinstance(value := fields.get(name), Decimal) and value:
            yield f"{title}: {reais(value)}"
    total = fields.get("valor_total")
    yield f"Total: {reais(total)}" if total is not None else "Total: não diz"


def _tables(found: "Detalhe") -> None:
    issued = found.campos.get("data_emissao")
    zone = issued.tzinfo if issued else CoreSettings.current().zone
    events = [
        asdict(one)
        | {
            "data": _when(one.data_evento and one.data_evento.astimezone(zone)),
            "texto": one.correcao or one.justificativa or one.motivo,
        }
        for one in found.eventos
    ]
    named, naming = [_link(asdict(one)) for one in found.ligacoes], [_link(asdict(one)) for one in found.citado_por]
    for title, rows, columns in (("Eventos", events, EVENTS), ("Cita", named, LINKS), ("É citado por", naming, LINKS)):
        if rows:
            answer(f"\n{title}")
            table(rows, columns, "", whole=("chave",))


def _link(link: dict[str, Any]) -> dict[str, Any]:
    kind = KINDS.get(link["especie"] or "", "não está aqui")
    return link | {"especie": kind, "chave": formatar_chave(link["chave_acesso"])}


def _end(fields: Mapping[str, Any]) -> Iterator[str]:
    warnings: Sequence[str] = fields.get("avisos") or ()
    yield ""
    if fields.get("correcao"):
        yield f"Carta de correção: {' '.join(fields['correcao'].split())}"
    yield from (f"Aviso: {one}." for one in warnings)
    origin = f" de {fields['arquivo_nome']}" if fields.get("arquivo_nome") else ""
    yield f"Importado em {_when(fields['data_importacao'].astimezone(CoreSettings.current().zone))}{origin}"


def _when(instant: datetime | None) -> str:
    """Return an instant in its own offset."""
    return f"{instant:%d/%m/%Y %H:%M} ({instant:%z})" if instant is not None else "não diz"
