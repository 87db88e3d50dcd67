"""What totals count, the same everywhere: authorised, whole, of production (`tpAmb` 1), and each document once.

docs/reference/contracts/sefaz.md §8.6. A document between two companies of one caller is theirs twice: in what tells
roles apart it counts for both, in every other total the first of the two does, of sales the issuer.
"""

from collections.abc import Callable, Sequence
from decimal import Decimal

from sqlalchemy import ColumnElement, exists, literal, select, true
from sqlalchemy.orm import Session, aliased

from core.caller import Caller
from core.documentos.situacao import PRODUCAO, Situacao
from flows.documentos.filtro import TUDO, Conditions, Filtro, asked, of_kinds, whose
from storage.models.documentos import Documento

ZERO = Decimal("0.00")
Which = Callable[[type[Documento]], ColumnElement[bool]]


def for_each_company(
    db: Session, caller: Caller, kinds: Sequence[str], filtro: Filtro = TUDO, model: type[Documento] = Documento
) -> Conditions:
    """Return the conditions for what counts, for each company that has it."""
    # in the words of the index over what counts
    stands: Conditions = [
        model.situacao == literal(Situacao.AUTORIZADA.value, literal_execute=True),
        model.ambiente == literal(PRODUCAO, literal_execute=True),
        model.completo == true(),
    ]
    return [of_kinds(kinds, model), *whose(db, filtro, caller, model), *stands]


def once(
    db: Session, caller: Caller, kinds: Sequence[str], filtro: Filtro = TUDO, which: Which | None = None
) -> Conditions:
    """Return the conditions for what counts, each key once, and for what was asked for.

    `which` tells which of the rows of a key may stand for it.
    """

    def counted(model: type[Documento]) -> Conditions:
        return [*for_each_company(db, caller, kinds, filtro, model), *([which(model)] if which else [])]

    one, other = aliased(Documento), aliased(Documento)
    earlier = exists().where(other.copia, other.chave == one.chave, other.id < one.id, *counted(other))
    # told by themselves: the many that are no copies are not looked up one by one
    later = select(one.id).where(one.copia, earlier)
    return [*counted(Documento), *asked(filtro), Documento.id.not_in(later)]


def money(value: Decimal | None) -> Decimal:
    """Return a sum; over nothing it is 0.00."""
    return ZERO if value is None else value
