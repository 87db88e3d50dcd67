"""A certificate that a user hands in: its company is registered with it, and it is the user's to change and to show."""

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text, update
from support.ports import wait_until
from support.sefaz import EMPRESA, FILIAL, OUTRA, usual

from core.caller import OPERATOR, Caller
from core.certificado import CertificadoRecusado
from core.clock import FixedClock
from core.errors import Conflict, NotFound, UsageError
from core.fiscal import formatar_documento
from flows.certificados.keeping import LONGEST_INTERVAL, SHORTEST_INTERVAL, Arquivo
from flows.certificados.receiving import Mudanca, alterar, dono_de, mostrar, receber
from flows.certificados.views import CertificateView, certificates
from flows.documentos.owners import Dono
from flows.usuarios import managing
from storage.models.certificados import CertificadoDigital
from storage.models.empresas import Empresa, dono
from storage.session import reading, transaction

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(NOW)


def pfx(cnpj: str = EMPRESA, days: int = 100, **said: Any) -> Arquivo:
    """Return the file of a company, which ends after so many days."""
    made = usual().cliente(cnpj, inicio=NOW - timedelta(days=1), fim=NOW + timedelta(days=days), **said)
    return Arquivo(made.pfx, made.senha, cnpj)


@pytest.fixture
def ana(sqlite: str) -> Caller:
    return Caller(managing.criar("ana").id)


@pytest.fixture
def hers(ana: Caller, clock: FixedClock) -> CertificateView:
    """A certificate of Ana's."""
    return receber(pfx(), ana, clock=clock)


def companies() -> list[Empresa]:
    with reading() as db:
        return db.query(Empresa).order_by(Empresa.id).all()


def kept(**values: Any) -> CertificadoDigital:
    """Change the one certificate by hand where asked; return its row."""
    with transaction() as db:
        if values:
            db.execute(update(CertificadoDigital).values(values))
        return db.query(CertificadoDigital).one()


def test_the_company_is_registered_for_whoever_hands_it_in_whatever_the_file_s_user_is_called(
    ana: Caller, clock: FixedClock
) -> None:
    view = receber(replace(pfx(), usuario="bia", empresa=formatar_documento(EMPRESA)), ana, clock=clock)
    (company,) = companies()
    assert (company.usuario_id, company.dono, company.cnpj) == (ana.usuario_id, dono(ana.usuario_id), EMPRESA)
    assert (company.nome, company.ativa, company.criada_em) == ("EMPRESA DE TESTE LTDA", True, NOW)
    assert (view.usuario, view.empresa, view.dias) == ("ana", "11.222.333/0001-81", 100)
    assert certificates(caller=ana, clock=clock).itens == (view,)


def test_a_company_that_is_there_keeps_its_name_and_each_has_the_own(ana: Caller, clock: FixedClock) -> None:
    with transaction() as db:
        row = {"usuario_id": ana.usuario_id, "dono": dono(ana.usuario_id), "cnpj": EMPRESA, "nome": "Matriz"}
        db.add(Empresa(**row, criada_em=NOW))
    receber(pfx(), ana, clock=clock)
    receber(pfx(), OPERATOR, clock=clock)
    assert [(one.usuario_id, one.nome) for one in companies()] == [
        (ana.usuario_id, "Matriz"),
        (None, "EMPRESA DE TESTE LTDA"),
    ]


@pytest.mark.parametrize(
    ("said", "known", "named", "state"),
    [
        (None, None, None, None),
        (None, None, "SP", "SP"),
        (None, "RJ", "SP", "RJ"),
        ("mg", "RJ", "SP", "MG"),
        ("MG", None, None, "MG"),
        # nothing is said with an empty word either
        ("", "RJ", "SP", "RJ"),
    ],
)
def test_the_state_is_what_is_said_else_what_is_known_else_what_the_certificate_names(
    ana: Caller, clock: FixedClock, said: str | None, known: str | None, named: str | None, state: str | None
) -> None:
    if known:
        with transaction() as db:
            row = {"usuario_id": ana.usuario_id, "dono": dono(ana.usuario_id), "cnpj": EMPRESA, "uf": known}
            db.add(Empresa(**row, criada_em=NOW))
    receber(pfx(uf=named), ana, said, clock)
    assert [one.uf for one in companies()] == [state]


@pytest.mark.parametrize(
    ("changed", "uf", "campo"),
    [
        ({"empresa": "11222333000182"}, None, "cnpj"),
        ({"empresa": ""}, None, "cnpj"),
        ({}, "XX", "uf"),
        ({}, "S", "uf"),
        ({"nome": "a\nb"}, None, "nome"),
    ],
)
def test_what_is_none_is_told_by_its_field_and_nothing_is_registered(
    ana: Caller, clock: FixedClock, changed: dict[str, str], uf: str | None, campo: str
) -> None:
    with pytest.raises(UsageError) as refused:
        receber(replace(pfx(), **changed), ana, uf, clock)
    assert refused.value.campo == campo
    assert companies() == []


def test_a_file_of_another_company_registers_none(ana: Caller, clock: FixedClock) -> None:
    with pytest.raises(CertificadoRecusado) as refused:
        receber(replace(pfx(), empresa=OUTRA), ana, clock=clock)
    assert refused.value.motivo == "outra_empresa"
    assert companies() == []


def test_one_that_ends_sooner_than_the_one_kept_changes_nothing_of_its_company_either(
    ana: Caller, hers: CertificateView, clock: FixedClock
) -> None:
    with pytest.raises(Conflict, match="antes do que já está guardado"):
        receber(pfx(days=50), ana, "RJ", clock)
    assert [one.uf for one in companies()] == [None]
    assert mostrar(hers.id, ana, clock) == hers


def test_a_newer_one_takes_its_place_under_its_number(ana: Caller, hers: CertificateView, clock: FixedClock) -> None:
    newer = receber(pfx(days=400), ana, clock=clock)
    assert (newer.id, newer.dias) == (hers.id, 400)


def test_of_two_that_register_a_company_at_once_one_is_told_that_the_other_was_faster(
    postgres: str, clock: FixedClock
) -> None:
    registered, go = threading.Event(), threading.Event()

    def rival() -> None:
        with transaction() as db:
            db.add(Empresa(dono=dono(None), cnpj=EMPRESA, criada_em=NOW))
            db.flush()
            registered.set()
            go.wait(60)

    def waits() -> bool:
        asked = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
        with reading() as db:
            return bool(db.scalar(text(asked)))

    file = pfx()
    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(rival)
        try:
            assert registered.wait(60)
            second = pool.submit(receber, file, OPERATOR, None, clock)
            wait_until(waits)
        finally:
            go.set()
        first.result()
        with pytest.raises(Conflict, match="acaba de receber um certificado"):
            second.result()
    assert certificates(clock=clock).itens == ()


@pytest.mark.parametrize(
    ("before", "mudanca", "after"),
    [
        ({}, Mudanca(), (True, False, 60, None)),
        ({}, Mudanca(ativo=False), (False, False, 60, None)),
        ({"ativo": False}, Mudanca(ativo=True), (True, False, 60, None)),
        ({}, Mudanca(consulta_automatica=True, intervalo_consulta=90), (True, True, 90, None)),
        ({"intervalo_consulta": 90}, Mudanca(consulta_automatica=True), (True, True, 90, None)),
        # what SEFAZ said when it refused is over once somebody says anything of it, and only then
        ({"desligado_por": "282: revogado"}, Mudanca(consulta_automatica=True), (True, True, 60, None)),
        ({"desligado_por": "282: revogado"}, Mudanca(consulta_automatica=False), (True, False, 60, None)),
        ({"desligado_por": "282: revogado"}, Mudanca(ativo=True), (True, False, 60, "282: revogado")),
    ],
)
def test_what_is_said_of_one_is_changed_and_the_rest_stays(
    ana: Caller,
    hers: CertificateView,
    clock: FixedClock,
    before: dict[str, Any],
    mudanca: Mudanca,
    after: tuple[bool, bool, int, str | None],
) -> None:
    if before:
        kept(**before)
    clock.advance(60)
    view = alterar(hers.id, mudanca, ana, clock)
    row = kept()
    assert (row.ativo, row.consulta_automatica, row.intervalo_consulta, row.desligado_por) == after
    assert (view.data_atualizacao, view.data_cadastro) == (clock.now(), NOW)
    assert view == mostrar(hers.id, ana, clock)


@pytest.mark.parametrize("minutes", [SHORTEST_INTERVAL, LONGEST_INTERVAL])
def test_an_interval_may_be_as_long_as_its_ends(ana: Caller, hers: CertificateView, minutes: int) -> None:
    assert alterar(hers.id, Mudanca(intervalo_consulta=minutes), ana).intervalo_consulta == minutes


@pytest.mark.parametrize("minutes", [0, SHORTEST_INTERVAL - 1, LONGEST_INTERVAL + 1])
def test_one_beyond_them_is_refused_and_nothing_else_that_was_said_is_changed(
    ana: Caller, hers: CertificateView, minutes: int
) -> None:
    with pytest.raises(UsageError) as refused:
        alterar(hers.id, Mudanca(ativo=False, intervalo_consulta=minutes), ana)
    assert refused.value.campo == "intervalo"
    assert kept().ativo


@pytest.mark.parametrize(
    "ask",
    [mostrar, dono_de, lambda number, caller: alterar(number, Mudanca(ativo=False), caller)],
    ids=["mostrar", "dono_de", "alterar"],
)
def test_somebody_else_s_one_and_one_that_is_not_there_are_told_alike(
    ana: Caller, hers: CertificateView, ask: Any
) -> None:
    bia = Caller(managing.criar("bia").id)
    ask(hers.id, OPERATOR)
    kept(ativo=True)
    for number, caller in ((hers.id, bia), (hers.id + 1, ana), (0, ana), (2**63, OPERATOR), (-(2**63), OPERATOR)):
        with pytest.raises(NotFound, match=f"Não há o certificado {number}\\."):
            ask(number, caller)
    assert kept().ativo


def test_documents_come_in_for_the_company_of_a_certificate_unless_it_is_off(ana: Caller, clock: FixedClock) -> None:
    branch = receber(replace(pfx(), empresa=FILIAL), ana, clock=clock)
    (company,) = companies()
    assert dono_de(branch.id, ana) == Dono(ana.usuario_id, company.id, FILIAL)
    with transaction() as db:
        db.execute(update(Empresa).values(ativa=False))
    with pytest.raises(Conflict, match=r"11\.222\.333/0002-62 está desativada") as refused:
        dono_de(branch.id, ana)
    assert refused.value.veja == "empresas"
