"""In what a text differs from the one whose place it takes: a draft may be corrected before it is authorised."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.documentos.conteudo import Cabeca
from flows.documentos.columns import HEAD, ITEM, OWN, items_of, links_of, own_names, own_row
from flows.documentos.known import Ficha
from storage.models.documentos import Documento, DocumentoItem, DocumentoLigacao
from storage.rows import table_of

_DOCUMENTOS, _ITENS, _LIGACOES = table_of(Documento), table_of(DocumentoItem), table_of(DocumentoLigacao)
# What a document says, by the name of its field.
Dito = dict[str, Any]


def compare(db: Session, fichas: Iterable[Ficha]) -> None:
    """Add what differs to the change by which each text was replaced; a change of nothing is none."""
    replaced = [(one, one.cabeca, one.troca) for one in fichas if one.cabeca is not None and one.troca is not None]
    kept = _kept(db, {one.id for one, _, _ in replaced if one.id is not None and one.nasceu is None})
    for one, cabeca, place in replaced:
        before = _said(one.nasceu[0]) if one.nasceu is not None else kept[one.id or 0]
        differing = [name for name, value in _said(cabeca).items() if before.get(name) != value]
        one.mudancas[place] += tuple(differing)
        one.mudancas = [changed for changed in one.mudancas if changed]


def _said(cabeca: Cabeca) -> Dito:
    """Return what a document says, cut to what its rows hold."""
    found: Dito = dict(zip(HEAD.names, HEAD.of(cabeca), strict=True))
    if type(cabeca) in OWN:
        found |= zip(own_names(type(cabeca)), own_row(0, cabeca)[1:], strict=True)
    items = sorted((ITEM.of(one) for one in items_of(cabeca)), key=lambda one: one[ITEM.names.index("numero_item")])
    return found | {"itens": items, "ligacoes": links_of(cabeca)}


def _kept(db: Session, numbers: Collection[int]) -> dict[int, Dito]:
    """Return what the rows of documents say."""
    found: defaultdict[int, Dito] = defaultdict(lambda: {"itens": [], "ligacoes": set()})
    if not numbers:
        return found
    own = [(table_of(model), own_names(kind)) for kind, model in OWN.items()]
    for table, names in [(_DOCUMENTOS, HEAD.names), *own]:
        for row in db.execute(select(table.c.id, *(table.c[name] for name in names)).where(table.c.id.in_(numbers))):
            found[row[0]] |= zip(names, row[1:], strict=True)
    mine, items = _ITENS.c.documento_id, [_ITENS.c[name] for name in ITEM.names]
    for row in db.execute(select(mine, *items).where(mine.in_(numbers)).order_by(mine, _ITENS.c.numero_item)):
        found[row[0]]["itens"].append(list(row[1:]))
    named = _LIGACOES.c.documento_id
    for number, laco, chave in db.execute(select(named, _LIGACOES.c.laco, _LIGACOES.c.chave).where(named.in_(numbers))):
        found[number]["ligacoes"].add((laco, chave))
    return found
