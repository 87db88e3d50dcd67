"""What a consultation notes for those who watch: when a numbering was used, whose clock is wrong, what was refused."""

from datetime import timedelta

import pytest
from sqlalchemy import update
from support.consultas import Loja, rows
from support.sefaz import EMPRESA

from flows.certificados import keeping
from flows.sefaz.regras import Situacao
from sandbox import faults
from storage.models.certificados import CertificadoDigital
from storage.models.sefaz import SerieNSU
from storage.session import transaction


@pytest.mark.parametrize(
    ("forced", "used"), [(None, True), ("137", True), ("656", True), ("108", False), ("999", False), ("280", False)]
)
def test_only_answers_of_the_numbering_count_as_its_use(minha: Loja, forced: str | None, used: bool) -> None:
    minha.receber(1)
    if forced:
        minha.server.serie(EMPRESA).forcados.append(forced)
    minha.consultar()
    assert minha.serie.usada_em == (minha.lugar.clock.now() if used else None)


def test_a_use_stays_where_it_was_when_nothing_answers(minha: Loja) -> None:
    minha.consultar()
    before = minha.serie.usada_em
    minha.passa(40 * 86_400)
    minha.server.faults.always(faults.status(503))
    minha.consultar()
    assert minha.serie.usada_em == before


@pytest.mark.parametrize("ahead", [0, 400, -400])
def test_the_clock_is_compared_with_the_service_s(minha: Loja, ahead: int) -> None:
    minha.server.clock = type(minha.lugar.clock)(minha.lugar.clock.now() - timedelta(seconds=ahead))
    minha.consultar()
    assert minha.serie.relogio == ahead


def test_a_refused_certificate_says_why_until_somebody_acts(minha: Loja) -> None:
    keeping.automatizar(EMPRESA, "ana")
    minha.server.serie(EMPRESA).forcados.append("282")
    assert minha.consultar().situacao is Situacao.CERTIFICADO
    (row,) = rows(CertificadoDigital)
    assert not row.consulta_automatica
    assert (row.desligado_por or "").startswith("282: ")
    keeping.automatizar(EMPRESA, "ana")
    assert rows(CertificadoDigital)[0].desligado_por is None


def test_nothing_was_turned_off_where_nothing_was_on(minha: Loja) -> None:
    minha.server.serie(EMPRESA).forcados.append("282")
    minha.consultar()
    assert rows(CertificadoDigital)[0].desligado_por is None


def test_a_strange_hour_is_no_fault(minha: Loja) -> None:
    with transaction() as db:
        db.execute(update(SerieNSU).values(relogio=5))
    minha.server.clock = type(minha.lugar.clock)(minha.lugar.clock.now() - timedelta(days=365 * 100))
    minha.consultar()
    assert minha.serie.relogio == 2**31 - 1
