"""Numberings of SEFAZ in their card: a gap in one that is well asks for somebody, a block is a fault."""

from datetime import timedelta

import pytest

from api.painel.panel import Sinal
from api.painel.panels import sefaz
from core.caller import OPERATOR, Caller
from core.clock import SYSTEM, FixedClock
from flows.empresas.managing import criar
from flows.sefaz.panorama import SerieVista
from sandbox.documentos.comum import EMITENTE
from storage.models.empresas import Empresa
from storage.models.sefaz import Contribuinte, LacunaNSU, SerieNSU
from storage.session import transaction

NOW = SYSTEM.now()


@pytest.mark.parametrize(
    ("situacao", "faltam", "ilegiveis", "shown"),
    [
        ("livre", 0, 0, ("pronta para consultar", Sinal.BEM)),
        ("livre", 1, 0, ("pronta para consultar", Sinal.ATENCAO)),
        ("descansando", 0, 0, ("em dia", Sinal.BEM)),
        ("descansando", 0, 1, ("em dia", Sinal.ATENCAO)),
        ("falhando", 0, 0, ("falhando", Sinal.ATENCAO)),
        ("bloqueada", 0, 0, ("bloqueada pela SEFAZ", Sinal.FALHA)),
        ("bloqueada", 3, 1, ("bloqueada pela SEFAZ", Sinal.FALHA)),
        ("outra", 0, 0, ("outra", Sinal.NEUTRO)),
        ("outra", 9, 0, ("outra", Sinal.NEUTRO)),
    ],
)
def test_a_numbering_is_shown_by_its_state_and_by_what_it_lacks(
    situacao: str, faltam: int, ilegiveis: int, shown: tuple[str, Sinal]
) -> None:
    one = SerieVista("", "Padaria", "nfe", situacao, None, None, 10, 10, None, faltam, ilegiveis, 0)
    assert sefaz.sinal(one) == shown


def numbering(servico: str, **values: object) -> int:
    """Write a numbering of the one company; return its number."""
    with transaction() as db:
        known = db.query(Contribuinte).first()
        if known is None:
            company = db.query(Empresa).one()
            known = Contribuinte(cnpj=company.cnpj, ambiente=1, empresa_id=company.id, due_at=NOW)
            db.add(known)
            db.flush()
        made = SerieNSU(contribuinte_id=known.id, empresa_id=known.empresa_id, servico=servico, **values)
        db.add(made)
        db.flush()
        return made.id


def test_without_a_numbering_nothing_is_asked_and_a_user_meets_no_other_s(sqlite: str) -> None:
    assert sefaz.ler(OPERATOR, SYSTEM).resumo == "nenhuma empresa consultada"
    criar(EMITENTE.documento)
    numbering("nfe")
    assert sefaz.ler(OPERATOR, SYSTEM).resumo == "em dia"
    seen = sefaz.ler(Caller(7), SYSTEM)
    assert (seen.sinal, seen.resumo) == (Sinal.NEUTRO, "nenhuma empresa consultada")


def test_one_that_fails_or_lacks_something_is_amber(sqlite: str) -> None:
    criar(EMITENTE.documento)
    numbering("nfe", falhas=1)
    seen = sefaz.ler(OPERATOR, SYSTEM)
    assert (seen.sinal, seen.resumo) == (Sinal.ATENCAO, "1 com problema")
    number = numbering("cte")
    with transaction() as db:
        db.add(LacunaNSU(serie_id=number, de=10, ate=12, proxima=10, motivo="salto", aberta_em=NOW))
    seen = sefaz.ler(OPERATOR, SYSTEM)
    assert (seen.sinal, seen.resumo) == (Sinal.ATENCAO, "2 com problema")


def test_one_that_is_blocked_is_red_whatever_the_others_are(sqlite: str) -> None:
    criar(EMITENTE.documento)
    numbering("cte", falhas=1)
    numbering("nfe", bloqueado_ate=NOW + timedelta(hours=1), motivo="consumo indevido")
    seen = sefaz.ler(OPERATOR, FixedClock(NOW))
    assert (seen.sinal, seen.resumo) == (Sinal.FALHA, "2 com problema")
