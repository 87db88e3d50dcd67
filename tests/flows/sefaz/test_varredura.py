"""Which consultations are made by themselves. docs/reference/contracts/integracoes.md §5.3, §5.4."""

from datetime import UTC, datetime, time, timedelta

import pytest
from conftest import Configure
from sqlalchemy import update
from support.consultas import Loja
from support.sefaz import EMPRESA, FILIAL, OUTRA

from core.errors import UsageError
from flows.certificados import keeping
from flows.documentos.owners import recipient
from flows.empresas.managing import criar, desativar
from flows.sefaz import encomendas, varredura
from flows.sefaz.configuracao import Mudancas, configurar
from flows.sefaz.regras import Situacao
from flows.usuarios.finding import caller_of
from sandbox import faults
from sandbox.documentos.comum import Pessoa
from sandbox.documentos.servicos import nota_de_servico
from storage.models.sefaz import Contribuinte
from storage.session import transaction

REST = 3780


def due(minha: Loja, servico: str = "nfe") -> list[str | None]:
    return [one.dono.cnpj for one in varredura.devidas(minha.lugar.clock) if one.servico == servico]


def test_only_what_is_automatic_is_due_and_only_after_its_interval(minha: Loja) -> None:
    assert due(minha) == []
    keeping.automatizar(EMPRESA, "ana", intervalo=120)
    assert due(minha) == [EMPRESA]
    minha.consultar()
    minha.passa(119 * 60)
    assert due(minha) == []
    minha.passa(60)
    assert due(minha) == [EMPRESA]
    keeping.automatizar(EMPRESA, "ana", on=False)
    assert due(minha) == []


def test_branches_come_along_and_who_is_off_or_has_no_certificate_does_not(minha: Loja) -> None:
    ana = caller_of("ana")
    keeping.automatizar(EMPRESA, "ana")
    criar(FILIAL, uf="SP", caller=ana)
    criar(OUTRA, uf="SP", caller=ana)
    assert due(minha) == [EMPRESA, FILIAL]
    assert [one.cnpj for one in varredura.com_certificado(ana, minha.lugar.clock)] == [EMPRESA, FILIAL]
    desativar(EMPRESA, ana)
    assert due(minha) == [FILIAL]
    # the certificate ends a year after it was made, by the clock of the machine
    minha.passa(40 * 365 * 86_400)
    assert due(minha) == []


@pytest.mark.parametrize("minutes", [0, 59, 43_201])
def test_an_interval_of_less_than_an_hour_is_refused(minha: Loja, minutes: int) -> None:
    with pytest.raises(UsageError, match="intervalo"):
        keeping.automatizar(EMPRESA, "ana", intervalo=minutes)


def test_each_service_is_due_by_its_own_last_consultation(minha: Loja) -> None:
    """A service that found the company busy, or whose message was lost, is not passed over until the next interval."""
    keeping.automatizar(EMPRESA, "ana")
    minha.consultar("nfe")
    minha.passa(REST)
    minha.consultar("nfe")
    assert (due(minha, "nfe"), due(minha, "cte")) == ([], [EMPRESA])
    minha.consultar("cte")
    assert due(minha, "cte") == []


def test_a_branch_is_due_by_its_own_last_consultation(minha: Loja) -> None:
    criar(FILIAL, uf="SP", caller=caller_of("ana"))
    keeping.automatizar(EMPRESA, "ana")
    minha.consultar()
    assert due(minha) == [FILIAL]


def test_nothing_is_due_during_rest_or_block_whatever_the_interval(minha: Loja) -> None:
    keeping.automatizar(EMPRESA, "ana")
    minha.consultar()
    minha.passa(3600)
    assert due(minha) == []
    minha.passa(REST - 3600)
    minha.server.serie(EMPRESA).forcados.append("656")
    minha.consultar()
    minha.passa(3600)
    assert due(minha) == []
    minha.passa(REST - 3600)
    assert due(minha) == [EMPRESA]


def test_a_run_that_was_cut_short_goes_on_at_once(minha: Loja, configure: Configure) -> None:
    keeping.automatizar(EMPRESA, "ana", intervalo=600)
    configure(sefaz__max_paginas="1")
    minha.receber(60)
    minha.consultar()
    assert due(minha) == [EMPRESA]
    minha.consultar()
    assert due(minha) == []


def test_a_user_s_switch_stands_above_those_of_the_certificates(minha: Loja) -> None:
    ana = caller_of("ana")
    keeping.automatizar(EMPRESA, "ana")
    configurar(Mudancas(timeout_consulta=100), ana)
    assert due(minha) == [EMPRESA]
    configurar(Mudancas(consulta_automatica_ativa=False), ana)
    assert due(minha) == []
    configurar(Mudancas(consulta_automatica_ativa=True), ana)
    assert due(minha) == [EMPRESA]


@pytest.mark.parametrize(
    ("horario", "steps"),
    [
        # it is 09:00 in São Paulo at the beginning
        ("14:00", [(0, False), (5 * 3600 - 1, False), (1, True), (1800, False), (23 * 3600, False), (1800, True)]),
        ("08:59", [(0, True), (8 * 3600, False), (86_000 - 8 * 3600, False), (400, True)]),
        ("00:00", [(0, True), (15 * 3600 - 1, False), (1, True)]),
    ],
)
def test_with_a_time_of_day_it_is_once_a_day_from_then_on(
    minha: Loja, horario: str, steps: list[tuple[int, bool]]
) -> None:
    keeping.automatizar(EMPRESA, "ana")
    configurar(Mudancas(horario_consulta=horario), caller_of("ana"))
    for seconds, expected in steps:
        minha.passa(seconds)
        assert (due(minha) == [EMPRESA]) is expected, seconds
        if expected:
            minha.consultar()
            assert due(minha) == []


def test_a_time_of_day_that_was_missed_is_made_up_and_never_breaks_the_hour(minha: Loja) -> None:
    keeping.automatizar(EMPRESA, "ana")
    configurar(Mudancas(horario_consulta="14:00"), caller_of("ana"))
    minha.passa(5 * 3600)
    minha.consultar()
    # nobody was there at two o'clock of the next day
    minha.passa(40 * 3600)
    assert due(minha) == [EMPRESA]
    minha.consultar()
    # somebody asked at half past one: the rest is kept, and then it is done
    minha.passa(7.5 * 3600)
    minha.consultar()
    minha.passa(3000)
    assert due(minha) == []
    minha.passa(1000)
    assert due(minha) == [EMPRESA]


def fails(minha: Loja, cstat: str = "") -> datetime:
    """Consult without an answer, or refused with this status; return until when nothing is asked."""
    if cstat:
        minha.server.serie(EMPRESA).forcados.append(cstat)
    else:
        minha.server.faults.always(faults.status(503))
    found = minha.consultar()
    minha.server.faults.clear()
    assert found.situacao is not Situacao.CONCLUIDA
    assert found.ate is not None
    return found.ate


def due_from(minha: Loja, when: datetime) -> None:
    """Check that NF-e is due from an instant on and not before; the clock stands there then."""
    minha.lugar.clock.instant = when - timedelta(seconds=1)
    assert due(minha) == []
    minha.passa(1)
    assert due(minha) == [EMPRESA]


FAILURES = ["", "108", "656", "999"]


@pytest.mark.parametrize("cstat", FAILURES)
def test_one_that_failed_is_not_the_day_s_and_is_made_when_its_pause_is_over(minha: Loja, cstat: str) -> None:
    keeping.automatizar(EMPRESA, "ana")
    configurar(Mudancas(horario_consulta="14:00"), caller_of("ana"))
    minha.passa(5 * 3600)
    minha.consultar()
    minha.passa(86_400)
    due_from(minha, fails(minha, cstat))
    minha.consultar()
    minha.passa(22 * 3600)
    assert due(minha) == []


@pytest.mark.parametrize("cstat", FAILURES)
def test_one_that_failed_is_not_the_interval_s(minha: Loja, cstat: str) -> None:
    keeping.automatizar(EMPRESA, "ana", intervalo=30 * 1440)
    minha.consultar()
    minha.passa(30 * 86_400)
    due_from(minha, fails(minha, cstat))
    minha.consultar()
    minha.passa(30 * 86_400 - 1)
    assert due(minha) == []
    minha.passa(1)
    assert due(minha) == [EMPRESA]


def test_a_day_whose_consultations_all_failed_is_made_up_after_midnight_too(minha: Loja) -> None:
    keeping.automatizar(EMPRESA, "ana")
    configurar(Mudancas(horario_consulta="22:30"), caller_of("ana"))
    minha.passa(13.5 * 3600)
    for _ in range(6):
        # the first one of all among them
        due_from(minha, fails(minha))
    assert minha.lugar.clock.now() > datetime(2026, 11, 27, 3, tzinfo=UTC)
    minha.consultar()
    minha.passa(REST)
    assert due(minha) == []


def test_what_goes_on_asking_in_vain_asks_once_an_hour(minha: Loja) -> None:
    keeping.automatizar(EMPRESA, "ana", intervalo=600)
    pauses = []
    for _ in range(7):
        until = fails(minha)
        pauses.append(until - minha.lugar.clock.now())
        due_from(minha, until)
    assert pauses == sorted(pauses)
    assert pauses[-3:] == [timedelta(hours=1)] * 3


def test_one_that_failed_in_the_middle_of_many_goes_on_when_its_pause_is_over(
    minha: Loja, configure: Configure
) -> None:
    keeping.automatizar(EMPRESA, "ana", intervalo=600)
    configure(sefaz__max_paginas="1")
    minha.receber(60)
    minha.consultar()
    due_from(minha, fails(minha))


@pytest.mark.parametrize("cstat", ["215", "252", "489"])
def test_a_refusal_that_asking_again_does_not_change_counts(minha: Loja, cstat: str) -> None:
    keeping.automatizar(EMPRESA, "ana", intervalo=600)
    fails(minha, cstat)
    minha.passa(600 * 60 - 1)
    assert due(minha) == []
    minha.passa(1)
    assert due(minha) == [EMPRESA]


def test_one_that_was_given_up_before_it_was_made_counts_for_nothing(minha: Loja) -> None:
    keeping.automatizar(EMPRESA, "ana", intervalo=600)
    encomendas.pedir(minha.dono, "nfe", clock=minha.lugar.clock)
    keeping.desativar(EMPRESA, "ana", minha.lugar.clock)
    assert encomendas.desistir(minha.lugar.clock) == 1
    keeping.ativar(EMPRESA, "ana", minha.lugar.clock)
    assert due(minha) == [EMPRESA]


def test_a_numbering_of_the_other_environment_counts_nothing(minha: Loja) -> None:
    keeping.automatizar(EMPRESA, "ana")
    minha.consultar()
    with transaction() as db:
        db.execute(update(Contribuinte).values(ambiente=1))
    assert due(minha) == [EMPRESA]


def test_an_optional_service_is_asked_for_those_who_turned_it_on(minha: Loja) -> None:
    keeping.automatizar(EMPRESA, "ana")
    assert [one.servico for one in varredura.devidas(minha.lugar.clock)] == ["nfe", "cte"]
    assert keeping.automatizar(EMPRESA, "ana", com=["nfse"]).servicos_opcionais == ("nfse",)
    assert [one.servico for one in varredura.devidas(minha.lugar.clock)] == ["nfe", "cte", "nfse"]
    assert varredura.servicos_para(recipient("ana", EMPRESA), minha.lugar.clock) == ("nfe", "cte", "nfse")
    keeping.automatizar(EMPRESA, "ana", sem=["nfse"])
    assert [one.servico for one in varredura.devidas(minha.lugar.clock)] == ["nfe", "cte"]


@pytest.mark.parametrize(("nome", "said"), [("cte", "sempre consultado"), ("mdfex", "Não há serviço")])
def test_what_is_no_optional_service_is_not_turned_on(minha: Loja, nome: str, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        keeping.automatizar(EMPRESA, "ana", com=[nome])


def test_where_a_service_names_no_greatest_number_a_run_that_was_cut_short_goes_on_at_once(
    minha: Loja, configure: Configure
) -> None:
    configure(sefaz__max_paginas="1")
    keeping.automatizar(EMPRESA, "ana", com=["nfse"])
    for number in range(1, 61):
        made = nota_de_servico(number, tomador=Pessoa(EMPRESA))
        minha.server.nacional.publicar(EMPRESA, "NFSE", made.chave, made.xml, minha.lugar.clock.now())
    minha.consultar("nfse")
    minha.passa(60)
    assert "nfse" in [one.servico for one in varredura.devidas(minha.lugar.clock)]
    configure(sefaz__max_paginas="9")
    minha.consultar("nfse")
    minha.passa(60)
    assert "nfse" not in [one.servico for one in varredura.devidas(minha.lugar.clock)]


def utc(text: str) -> datetime:
    return datetime.fromisoformat(f"{text}+00:00")


@pytest.mark.parametrize(
    ("horario", "last", "steps"),
    [
        # at midnight of 4 November 2018 the clocks of São Paulo went on to one: 00:30 is then at 01:30
        ("00:30", "2018-11-03T04:00", [("2018-11-04T03:00", False), ("2018-11-04T03:30", True)]),
        # on 17 February 2018 half past eleven at night came twice: the first time counts, and once
        ("23:30", "2018-02-17T02:00", [("2018-02-18T01:29", False), ("2018-02-18T01:30", True)]),
        ("23:30", "2018-02-18T01:40", [("2018-02-18T02:30", False), ("2018-02-19T02:29", False)]),
        ("23:30", "2018-02-18T01:40", [("2018-02-19T02:30", True)]),
        # midnight itself, and the end of a year
        ("00:00", "2018-12-31T02:30", [("2019-01-01T01:59", False), ("2019-01-01T02:00", True)]),
        ("23:59", "2018-12-31T01:59", [("2019-01-01T01:58", False), ("2019-01-01T01:59", True)]),
    ],
)
def test_a_time_of_day_keeps_to_the_local_clock(horario: str, last: str, steps: list[tuple[str, bool]]) -> None:
    when = time.fromisoformat(horario)
    assert [varredura.daily(when, utc(last), utc(now)) for now, _ in steps] == [due for _, due in steps]
