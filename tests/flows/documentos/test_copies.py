"""What other rows have, too, is marked as a copy, and every total counts it once, whatever came and went before."""

import random
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import delete, update
from support.fiscal import DESTINATARIO, EMITENTE, company, documents, evento, nota, resumo, stored, user

from core.caller import OPERATOR, Caller
from core.documentos.conteudo import NotaFiscal
from core.documentos.situacao import Situacao
from flows.documentos.views import totais
from flows.documentos.views.dashboard import dashboard
from flows.documentos.views.emitentes import por_emitente
from flows.documentos.views.statistics import statistics
from storage.models.documentos import Documento, DocumentoItem, NFe
from storage.models.registros import DocumentoEvento
from storage.session import engine, transaction

pytestmark = pytest.mark.usefixtures("banco")
NOTES, STEPS = 6, 60
ROOT = Path(__file__).parents[3]


def marks() -> list[bool]:
    """Return of each row, in the order of their numbers, whether it is marked."""
    return [one.copia for one in sorted(documents(), key=lambda one: one.id)]


def test_a_document_alone_is_no_copy_and_both_are_once_there_are_two() -> None:
    ana, bia = user("ana"), user("bia")
    stored(nota(1), nota(2), usuario_id=ana)
    assert marks() == [False, False]
    stored(nota(1), usuario_id=ana)
    assert marks() == [False, False]
    stored(nota(1), nota(3), usuario_id=bia)
    assert sorted(one.numero for one in documents() if one.copia) == [1, 1]


def test_copies_that_come_in_one_batch_are_marked() -> None:
    ana = user("ana")
    company(ana, EMITENTE)
    company(ana, DESTINATARIO)
    stored(nota(1))
    assert marks() == [True, True]
    assert totais.nfe(caller=Caller(ana)).total_notas == 1


def test_a_document_that_becomes_a_companys_is_no_copy() -> None:
    ana = user("ana")
    stored(nota(), usuario_id=ana)
    company(ana, EMITENTE)
    stored(nota(), usuario_id=ana)
    assert marks() == [False]


@pytest.mark.parametrize("seed", range(3))
def test_totals_are_those_of_each_key_once_after_any_history(seed: int) -> None:
    chance = random.Random(seed)
    ana, bia = user("ana"), user("bia")
    for owner, cnpj in ((ana, EMITENTE), (ana, DESTINATARIO), (bia, DESTINATARIO)):
        company(owner, cnpj)
    steps = [_import, _import, _alone, _summary, _cancel, _delete]
    for number in range(STEPS):
        chance.choice(steps)(chance, chance.choice([ana, bia, None]))
        if number % 5 == 0:
            for caller in (Caller(ana), Caller(bia), OPERATOR):
                assert _told(caller) == _counted(caller), (seed, number)


def _note(chance: random.Random, **said: Any) -> NotaFiscal:
    number = chance.randint(1, NOTES)
    return nota(number, valor_total=Decimal(number) + Decimal("0.01"), **said)


def _import(chance: random.Random, usuario: int | None) -> None:
    stored(*(_note(chance) for _ in range(3)), usuario_id=usuario)


def _alone(chance: random.Random, usuario: int | None) -> None:
    stored(_note(chance, papeis=()), usuario_id=usuario)


def _summary(chance: random.Random, usuario: int | None) -> None:
    stored(resumo(chance.randint(1, NOTES)), usuario_id=usuario)


def _cancel(chance: random.Random, usuario: int | None) -> None:
    stored(evento(chance.randint(1, NOTES)), usuario_id=usuario)


def _delete(chance: random.Random, _: int | None) -> None:
    there = [one.id for one in documents()]
    if not there:
        return
    gone = chance.choice(there)
    with transaction() as db:
        db.execute(update(DocumentoEvento).where(DocumentoEvento.documento_id == gone).values(documento_id=None))
        for model, column in ((DocumentoItem, DocumentoItem.documento_id), (NFe, NFe.id), (Documento, Documento.id)):
            db.execute(delete(model).where(column == gone))


def _told(caller: Caller) -> tuple[object, ...]:
    first, whole = dashboard(caller), totais.nfe(caller=caller)
    issued = por_emitente(caller=caller)
    sold = sum((one.qtd_total for one in statistics(caller).top_produtos), Decimal(0))
    return (
        (first.nfe_total, first.nfe_valor_total),
        (whole.total_notas, whole.valor_total),
        (sum(one.total_notas for one in issued), sum((one.valor_total for one in issued), Decimal(0))),
        sold,
    )


def _counted(caller: Caller) -> tuple[object, ...]:
    """Count in Python: of each key the first row that counts and that the caller may see."""
    found: dict[str, Documento] = {}
    for one in sorted(documents(), key=lambda one: one.id):
        counts = one.situacao == Situacao.AUTORIZADA and one.ambiente == 1 and one.completo
        if counts and caller.owns(one.usuario_id):
            found.setdefault(one.chave, one)
    pair = len(found), sum((one.valor_total or Decimal(0) for one in found.values()), Decimal(0))
    return pair, pair, pair, Decimal("2.5") * len(found)


def _before() -> str:
    (mark,) = (ROOT / "storage/migrations/versions").glob("*_documentos_em_mais_de_uma_linha.py")
    return f"{int(mark.name[:4]) - 1:04d}"


def test_what_was_there_before_marks_is_marked_by_the_upgrade() -> None:
    stored(nota(1), nota(2), usuario_id=user("ana"))
    stored(nota(1), usuario_id=user("bia"))
    config = Config()
    config.set_main_option("script_location", str(ROOT / "storage/migrations"))
    with engine().connect() as db, db.begin():
        config.attributes["connection"] = db
        command.downgrade(config, _before())
        command.upgrade(config, "head")
    assert sorted((one.numero, one.copia) for one in documents()) == [(1, True), (1, True), (2, False)]
