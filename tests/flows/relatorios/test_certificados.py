"""That a certificate ends is told at each step once; where days were missed the nearest step is told, not all."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from conftest import Configure
from sqlalchemy import update
from support.avisos import devidos, pessoa, quer

from core.clock import FixedClock
from events.notifications import NotificationService
from flows.relatorios import certificados
from storage.models.certificados import CertificadoDigital
from storage.models.empresas import Empresa, dono
from storage.models.usuarios import Usuario
from storage.session import transaction

# 23:30 of the last day of the year on the wall; in UTC it is the next year.
END = datetime(2027, 1, 1, 2, 30, tzinfo=UTC)
LAST = date(2026, 12, 31)


@pytest.fixture(autouse=True)
def account(banco: str, configure: Configure) -> None:
    configure(email__host="smtp.exemplo.com.br", email__sender="avisos@exemplo.com.br")


@pytest.fixture
def ana() -> int:
    made = pessoa()
    quer(made)
    return made


def kept(usuario_id: int | None, cnpj: str = "11222333000181", **columns: Any) -> int:
    """Keep a certificate of a company; return its number."""
    with transaction() as db:
        empresa = Empresa(usuario_id=usuario_id, dono=dono(usuario_id), cnpj=cnpj, ativa=True, criada_em=END)
        db.add(empresa)
        db.flush()
        given = {
            **dict.fromkeys(("titular", "emissor", "numero", "senha_pfx"), "x"),
            **dict.fromkeys(("validade_inicio", "data_cadastro", "data_atualizacao"), END),
            "empresa_id": empresa.id,
            "nome": "Matriz",
            "cnpj": cnpj,
            "base": cnpj[:8],
            "arquivo_pfx": b"x",
            "validade_fim": END,
            "ativo": True,
        }
        row = CertificadoDigital(**given | columns)
        db.add(row)
        db.flush()
        return row.id


def told(*days_before: int) -> list[tuple[int, bool]]:
    """Run on these days before the last one; return the days that were told, and whether it had ended."""
    for days in days_before:
        certificados.avisar(LAST - timedelta(days=days), FixedClock(END - timedelta(days=days)))
    return [(one.dados["dias"], one.dados["vencido"]) for one in devidos()]


def test_a_certificate_that_is_watched_every_day_is_told_at_each_step(ana: int) -> None:
    kept(ana)
    assert told(*range(40, -12, -1)) == [(days, False) for days in (30, 15, 7, 3, 1, 0)]
    assert {one.endereco for one in devidos()} == {"ana@exemplo.com.br"}
    assert {one.dados["validade"] for one in devidos()} == {"2026-12-31"}


@pytest.mark.parametrize(
    ("runs", "days"),
    [
        ((30, 30, 29, 30), [30]),
        ((29,), [29]),
        ((30, 14), [30, 14]),
        ((30, 5), [30, 5]),
        ((2,), [2]),
        ((2, 1, 0), [2, 1, 0]),
        ((5, 7, 15, 30), [5]),
        ((31, 40), []),
        ((3, -1), [3, 0]),
        ((0, -1), [0]),
        ((-7,), [0]),
        ((-8,), []),
    ],
)
def test_missed_days_are_made_up_by_the_nearest_step_alone(ana: int, runs: tuple[int, ...], days: list[int]) -> None:
    kept(ana)
    assert [count for count, _ in told(*runs)] == days


def test_one_that_has_ended_meanwhile_is_told_as_such(ana: int) -> None:
    kept(ana)
    assert told(3, -1) == [(3, False), (0, True)]


def test_a_newer_certificate_in_its_place_is_another(ana: int) -> None:
    number = kept(ana)
    assert len(told(0)) == 1
    with transaction() as db:
        change = update(CertificadoDigital).where(CertificadoDigital.id == number)
        db.execute(change.values(validade_fim=END + timedelta(days=365)))
    assert told(-1, -300) == [(0, False)]
    assert told(-365) == [(0, False), (0, False)]


def test_whoever_has_no_address_is_told_the_nearest_step_later(ana: int) -> None:
    kept(ana)
    quer(ana, "resumo_diario")
    assert told(30) == []
    quer(ana, "certificado_vencendo")
    assert told(29, 28) == [(29, False)]


@pytest.mark.parametrize("off", ["certificate", "company", "user"])
def test_what_is_off_is_not_told(ana: int, off: str) -> None:
    kept(ana, ativo=off != "certificate")
    with transaction() as db:
        if off == "company":
            db.execute(update(Empresa).values(ativa=False))
        if off == "user":
            db.execute(update(Usuario).values(ativo=False))
    assert told(7) == []


def test_one_of_a_company_that_is_off_is_told_while_it_serves_another_of_its_owner(ana: int) -> None:
    kept(ana)
    with transaction() as db:
        db.execute(update(Empresa).values(ativa=False))
        db.add(Empresa(usuario_id=ana, dono=dono(ana), cnpj="11222333000262", ativa=True, criada_em=END))
    assert told(7) == [(7, False)]
    assert [one.endereco for one in devidos()] == ["ana@exemplo.com.br"]


def test_one_of_a_company_that_is_off_is_not_told_where_the_others_have_their_own(ana: int) -> None:
    kept(ana)
    begun = END - timedelta(days=300)
    kept(ana, "11222333000262", validade_inicio=begun, validade_fim=END + timedelta(days=200))
    with transaction() as db:
        db.execute(update(Empresa).where(Empresa.cnpj == "11222333000181").values(ativa=False))
    assert told(7, 3, 0) == []


def test_each_is_told_to_its_owner_and_one_that_fails_costs_no_other(ana: int, monkeypatch: pytest.MonkeyPatch) -> None:
    bia = pessoa("bia", "bia@exemplo.com.br")
    quer(bia, endereco="bia@exemplo.com.br")
    kept(ana)
    kept(bia, "99888777000161")
    kept(None, "12345678000195")
    well = NotificationService.notificar_certificado_vencendo

    def fails(self: NotificationService, usuario: Any, *rest: Any) -> int:
        if usuario == ana:
            raise ArithmeticError("x")
        return well(self, usuario, *rest)

    with monkeypatch.context() as broken:
        broken.setattr(NotificationService, "notificar_certificado_vencendo", fails)
        with pytest.raises(ArithmeticError):
            told(7)
    assert [one.endereco for one in devidos()] == ["bia@exemplo.com.br"]
    told(6)
    assert [(one.endereco, one.dados["dias"]) for one in devidos()] == [
        ("bia@exemplo.com.br", 7),
        ("ana@exemplo.com.br", 6),
    ]


def test_the_operator_s_mailbox_is_told_of_companies_without_owner() -> None:
    from flows.destinos.creating import NewDestination, create

    create(NewDestination("email", "operação", "ops@exemplo.com.br", ["certificado_vencendo"]))
    kept(None)
    assert told(7) == [(7, False)]
