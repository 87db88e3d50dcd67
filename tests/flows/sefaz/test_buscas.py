"""A key that somebody asked for: its question, whether what came is it, what becomes of it, which one is next.

docs/reference/contracts/sefaz.md §3.6.
"""

import pytest
from support.numeracao import Numeracao, add, after, lidos, numeracao, row
from support.sefaz import FILIAL

from connectors.sefaz import Forma, Pergunta, Recebido, Resposta, Resultado
from core.documentos.conteudo import Parte
from flows.sefaz.buscas import SAID_LIMIT, Chave, proxima
from flows.sefaz.paginas import Lido
from flows.sefaz.respostas import TENTATIVAS, Sorte
from sandbox.documentos.notas import nota
from storage.models.sefaz import BuscaSEFAZ, EstadoBusca
from storage.session import reading, transaction

OURS, OTHER = nota(1), nota(2)
SCHEMA = "procNFe_v4.00.xsd"
UNREAD = Lido(Recebido(None, SCHEMA, None, None, b"x", "o conteúdo não é gzip"), ())
# Its key is told although its text is refused.
REFUSED = Lido(Recebido(None, SCHEMA, "procNFe", b"<x/>"), [Parte(chave=OURS.chave, motivo="doctype")])


@pytest.fixture
def mine(sqlite: str) -> Numeracao:
    return numeracao()


def wanted(chave: str = OURS.chave, **columns: object) -> BuscaSEFAZ:
    given = {"serie_id": 1, "estado": EstadoBusca.PENDENTE, "pedida_em": after(0), "tentativas": 0} | columns
    return BuscaSEFAZ(chave=chave, **given)


def test_it_is_asked_for_in_the_name_of_the_company(mine: Numeracao) -> None:
    asked = Chave(wanted()).pergunta(mine.quem)
    assert asked == Pergunta(mine.quem.cnpj, "SP", Forma.CHAVE, chave=OURS.chave)


def test_what_came_stays_without_a_number() -> None:
    came = Recebido(None, SCHEMA, "procNFe", OURS.xml)
    said = Resposta(Resultado.DOCUMENTOS, "138", "dito", (came,))
    assert Chave(wanted()).recebidos(said) == [came]


@pytest.mark.parametrize(
    ("came", "answered"),
    [
        ([], False),
        (lidos((None, SCHEMA, OURS.xml)), True),
        (lidos((None, SCHEMA, OTHER.xml)), False),
        (lidos((None, SCHEMA, OTHER.xml), (None, SCHEMA, OURS.xml)), True),
        ([UNREAD], True),
        ([REFUSED], True),
    ],
    ids=["nothing", "it", "another", "both", "unread", "refused with its key"],
)
def test_only_another_document_is_surely_not_what_was_asked_for(came: list[Lido], answered: bool) -> None:
    assert Chave(wanted()).respondida(came) is answered


@pytest.mark.parametrize(
    ("sorte", "before", "estado", "refusals"),
    [
        (Sorte.VEIO, 0, EstadoBusca.ENCONTRADA, 0),
        (Sorte.VEIO, 2, EstadoBusca.ENCONTRADA, 2),
        (Sorte.NAO_HA, 0, EstadoBusca.INDISPONIVEL, 0),
        (Sorte.ADIADA, 0, EstadoBusca.PENDENTE, 1),
        (Sorte.ADIADA, TENTATIVAS - 2, EstadoBusca.PENDENTE, TENTATIVAS - 1),
        (Sorte.ADIADA, TENTATIVAS - 1, EstadoBusca.RECUSADA, TENTATIVAS),
        (Sorte.DEVIDA, TENTATIVAS - 1, EstadoBusca.PENDENTE, TENTATIVAS - 1),
    ],
)
def test_an_answer_ends_it_or_counts_as_a_refusal_or_leaves_it_owed(
    mine: Numeracao, sorte: Sorte, before: int, estado: EstadoBusca, refusals: int
) -> None:
    (number,) = add(wanted(serie_id=mine.serie_id, tentativas=before))
    with transaction() as db:
        Chave(db.get_one(BuscaSEFAZ, number)).settle(db, sorte, "d" * (SAID_LIMIT + 1), after(5))
    found = row(BuscaSEFAZ, number)
    assert (found.estado, found.tentativas) == (estado, refusals)
    assert (found.tentada_em, found.resposta) == (after(5), "d" * SAID_LIMIT)
    assert found.respondida_em == (None if estado == EstadoBusca.PENDENTE else after(5))


@pytest.mark.parametrize("estado", [EstadoBusca.PENDENTE, EstadoBusca.ENCONTRADA])
def test_without_an_answer_it_is_owed_as_before_unless_it_was_answered_meanwhile(
    mine: Numeracao, estado: EstadoBusca
) -> None:
    (number,) = add(wanted(serie_id=mine.serie_id, estado=estado, resposta="antes"))
    with transaction() as db:
        Chave(db.get_one(BuscaSEFAZ, number)).sem_resposta(db, "não respondeu", after(5))
    found, noted = row(BuscaSEFAZ, number), estado is EstadoBusca.PENDENTE
    assert (found.estado, found.tentativas) == (estado, 0)
    assert (found.tentada_em, found.resposta) == ((after(5), "não respondeu") if noted else (None, "antes"))


def asked_next(serie_id: int, *, tentada: bool) -> int | None:
    with reading() as db:
        found = proxima(db, serie_id, tentada=tentada)
        return found and found.busca_id


def test_the_one_that_waits_longest_is_next_of_those_never_tried_and_of_the_others(mine: Numeracao) -> None:
    other = numeracao(FILIAL, "bia")
    columns = [
        {"pedida_em": after(2)},
        {"pedida_em": after(1)},
        {"pedida_em": after(1)},
        {"pedida_em": after(0), "estado": EstadoBusca.ENCONTRADA},
        {"pedida_em": after(0), "serie_id": other.serie_id},
        {"pedida_em": after(0), "tentada_em": after(8)},
        {"pedida_em": after(3), "tentada_em": after(7)},
    ]
    rows = [wanted(nota(n).chave, **({"serie_id": mine.serie_id} | one)) for n, one in enumerate(columns, 1)]
    numbers = add(*rows)
    assert asked_next(mine.serie_id, tentada=False) == numbers[1]
    assert asked_next(mine.serie_id, tentada=True) == numbers[6]
    assert asked_next(other.serie_id, tentada=True) is None
