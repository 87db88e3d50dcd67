"""Links of a document both ways; of what is not the caller's only the key is known."""

from decimal import Decimal

from support import acervo
from support.acervo import ISSUED, MERCADO, PADARIA, frete, guardar, nota

from core.caller import OPERATOR, Caller
from core.documentos.conteudo import Laco, Ligacao
from flows.documentos.views.ligacoes import LigacaoView, named_by, that_name
from storage.session import reading

OTHER = nota(9)


def named(number: int, caller: Caller = OPERATOR) -> tuple[LigacaoView, ...]:
    with reading() as db:
        return named_by(db, number, caller)


def naming(chave: str, caller: Caller = OPERATOR) -> tuple[LigacaoView, ...]:
    with reading() as db:
        return that_name(db, chave, caller)


def links(*laces: tuple[Laco, str]) -> tuple[Ligacao, ...]:
    return tuple(Ligacao(laco=laco, chave=chave) for laco, chave in laces)


def test_of_a_document_that_is_here_it_is_told_what_it_is(banco: str) -> None:
    number = guardar(OTHER)
    freight = guardar(frete(1, ligacoes=links((Laco.TRANSPORTE, OTHER.chave))))
    said = ("nfe", "9", ISSUED, OTHER.emit_nome, Decimal("10.00"), "autorizada")
    assert named(freight) == (LigacaoView("transporte", OTHER.chave, number, *said),)
    (back,) = naming(OTHER.chave)
    assert (back.laco, back.chave_acesso, back.id, back.especie, back.numero) == (
        "transporte", frete(1).chave, freight, "cte", "1",
    )  # fmt: skip


def test_of_one_that_is_not_the_key_is_known(banco: str) -> None:
    freight = guardar(frete(1, ligacoes=links((Laco.TRANSPORTE, OTHER.chave))))
    assert named(freight) == (LigacaoView("transporte", OTHER.chave, *[None] * 7),)
    assert naming(frete(1).chave) == ()


def test_what_is_another_users_is_not_here(banco: str) -> None:
    ana, bia = acervo.usuario("ana"), acervo.usuario("bia")
    guardar(OTHER, de=bia)
    freight = guardar(frete(1, ligacoes=links((Laco.TRANSPORTE, OTHER.chave))), de=ana)
    assert [one.id for one in named(freight, Caller(ana))] == [None]
    assert [one.id is None for one in named(freight)] == [False]
    assert (naming(OTHER.chave, Caller(bia)), len(naming(OTHER.chave, Caller(ana)))) == ((), 1)


def test_of_several_companies_that_have_it_one_is_told(banco: str) -> None:
    first, second = acervo.empresa(PADARIA), acervo.empresa(MERCADO)
    number = guardar(OTHER, empresa=first)
    guardar(OTHER, empresa=second)
    way = links((Laco.TRANSPORTE, OTHER.chave))
    freight = guardar(frete(1, ligacoes=way), empresa=first)
    guardar(frete(1, ligacoes=way), empresa=second)
    assert [one.id for one in named(freight)] == [number]
    assert [one.id for one in naming(OTHER.chave)] == [freight]


def test_the_same_document_in_two_ways_is_two_links_in_their_order(sqlite: str) -> None:
    keys = sorted(nota(number).chave for number in (7, 8))
    laces = links((Laco.REFERENCIA, keys[1]), (Laco.REFERENCIA, keys[0]), (Laco.COMPLEMENTO, keys[1]))
    number = guardar(nota(1, ligacoes=laces))
    assert [(one.laco, one.chave_acesso) for one in named(number)] == [
        ("complemento", keys[1]),
        ("referencia", keys[0]),
        ("referencia", keys[1]),
    ]


def test_a_document_that_names_nobody_has_no_links(sqlite: str) -> None:
    assert named(guardar(OTHER)) == naming(OTHER.chave) == ()
