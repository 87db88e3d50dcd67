"""The figures of a day are those of the totals, for whom they are, also at the year's end and in summer time."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from conftest import Configure
from support import acervo
from support.acervo import MERCADO, PADARIA, frete, guardar, nota

from core.caller import OPERATOR, Caller
from core.documentos.situacao import Situacao
from flows.documentos.filtro import Filtro
from flows.documentos.views import totais
from flows.documentos.views.emitentes import por_emitente
from flows.documentos.views.rotas import rotas
from flows.relatorios import numeros
from storage.models.alertas import Alerta
from storage.models.certificados import CertificadoDigital
from storage.models.importacoes import ImportLog
from storage.models.sefaz import ConsultaSEFAZ, Contribuinte, SerieNSU
from storage.models.usuarios import Usuario
from storage.session import transaction

DAY = date(2026, 11, 19)
NOON = datetime(2026, 11, 19, 15, tzinfo=UTC)


@pytest.fixture
def ana(banco: str) -> Caller:
    return Caller(acervo.usuario("ana"))


def stored(caller: Caller, *documents: Any, quando: datetime = NOON, **how: Any) -> None:
    for one in documents:
        guardar(one, de=caller.usuario_id, quando=quando, **how)


def test_a_day_without_anything_is_nothing_and_never_unknown(ana: Caller) -> None:
    found = numeros.do_dia(DAY, ana)
    assert (found.nfe_total, found.nfe_valor, found.cte_total, found.cte_valor) == (0, "0.00", 0, "0.00")
    assert (found.top_emitentes, found.top_rotas, found.consultas, found.alertas_abertos) == ([], [], 0, 0)
    assert [one["dia"] for one in found.serie][::29] == ["2026-10-21", "2026-11-19"]
    assert {(one["nfe"], one["cte"]) for one in found.serie} == {(0, 0)}


def test_the_figures_are_those_of_the_totals(ana: Caller) -> None:
    stored(ana, *(nota(number, emit_cnpj=PADARIA if number < 4 else MERCADO) for number in range(1, 6)))
    stored(ana, frete(1), frete(2, municipio_fim="Santos", valor_total=Decimal("0.05")), frete(3, valor_total=None))
    stored(ana, nota(10), situacao=Situacao.CANCELADA)
    stored(ana, nota(11), completo=False)
    stored(ana, nota(12, ambiente=2))
    stored(ana, nota(13), quando=NOON - timedelta(days=1))
    found, filtro = numeros.do_dia(DAY, ana), Filtro(importado_em=DAY.isoformat())
    nfe, cte = totais.nfe(filtro, ana), totais.cte(filtro, ana)
    assert (found.nfe_total, found.nfe_valor) == (nfe.total_notas, str(nfe.valor_total)) == (5, "50.00")
    assert (found.cte_total, found.cte_valor) == (cte.total_ctes, str(cte.valor_total)) == (3, "100.05")
    issuers = [(one.emit_cnpj, one.total_notas, str(one.valor_total)) for one in por_emitente(filtro, ana)]
    assert [(one["emit_cnpj"], one["total_notas"], one["valor_total"]) for one in found.top_emitentes] == issuers
    assert issuers == [(PADARIA, 3, "30.00"), (MERCADO, 2, "20.00")]
    routes = [(one.municipio_fim, one.total_ctes) for one in rotas(filtro, ana)]
    assert [(one["municipio_fim"], one["total_ctes"]) for one in found.top_rotas] == routes
    assert found.serie[-2:] == [{"dia": "2026-11-18", "nfe": 1, "cte": 0}, {"dia": "2026-11-19", "nfe": 5, "cte": 3}]


def test_every_day_of_the_chart_is_what_the_totals_say_of_it(ana: Caller) -> None:
    for place in range(40):
        stored(ana, nota(place + 1), quando=NOON - timedelta(hours=20 * place))
    found = numeros.do_dia(DAY, ana)
    for one in found.serie:
        of_day = Filtro(importado_em=one["dia"])
        assert one["nfe"] == totais.nfe(of_day, ana).total_notas
    assert sum(one["nfe"] for one in found.serie) == 36


def test_three_issuers_and_routes_are_named(ana: Caller) -> None:
    stored(ana, *(nota(number, emit_cnpj=f"{number:014d}") for number in range(1, 6)))
    stored(ana, *(frete(number, municipio_fim=f"Cidade {number}") for number in range(1, 6)))
    found = numeros.do_dia(DAY, ana)
    assert (len(found.top_emitentes), len(found.top_rotas)) == (3, 3)


@pytest.mark.parametrize(
    ("day", "first", "last"),
    [
        (DAY, "2026-11-19T03:00:00+00:00", "2026-11-20T02:59:59.999999+00:00"),
        (date(2026, 12, 31), "2026-12-31T03:00:00+00:00", "2027-01-01T02:59:59.999999+00:00"),
        (date(2027, 1, 1), "2027-01-01T03:00:00+00:00", "2027-01-02T02:59:59.999999+00:00"),
        # the day without a midnight, and the one that is an hour longer
        (date(2018, 11, 4), "2018-11-04T03:00:00+00:00", "2018-11-05T01:59:59.999999+00:00"),
        (date(2018, 2, 17), "2018-02-17T02:00:00+00:00", "2018-02-18T02:59:59.999999+00:00"),
    ],
)
def test_a_day_is_from_midnight_to_midnight_on_the_wall(ana: Caller, day: date, first: str, last: str) -> None:
    begin, end = datetime.fromisoformat(first), datetime.fromisoformat(last)
    for place, when in enumerate((begin - timedelta(microseconds=1), begin, end, end + timedelta(microseconds=1))):
        stored(ana, nota(place + 1), quando=when)
    found = numeros.do_dia(day, ana)
    assert found.nfe_total == totais.nfe(Filtro(importado_em=day.isoformat()), ana).total_notas == 2
    assert (found.serie[-1]["nfe"], found.serie[-2]["nfe"]) == (2, 1)


def test_the_day_is_that_of_the_installation_s_zone(ana: Caller, configure: Configure) -> None:
    stored(ana, nota(1), quando=datetime(2026, 11, 20, 3, 30, tzinfo=UTC))
    assert numeros.do_dia(DAY, ana).nfe_total == 0
    configure(core__timezone="America/Manaus")
    assert numeros.do_dia(DAY, ana).nfe_total == 1


def test_everybody_s_figures_are_their_own(ana: Caller) -> None:
    bia = Caller(acervo.usuario("bia"))
    stored(ana, nota(1), frete(1))
    assert [numeros.do_dia(DAY, one).nfe_total for one in (ana, bia, OPERATOR)] == [1, 0, 1]
    assert [numeros.do_dia(DAY, one).serie[-1]["cte"] for one in (ana, bia, OPERATOR)] == [1, 0, 1]


def test_consultations_and_errors_of_the_day_are_counted(ana: Caller) -> None:
    of_ana, of_nobody = _serie(acervo.empresa(PADARIA, ana.usuario_id)), _serie(acervo.empresa(MERCADO))
    certificado = _certificate(acervo.empresa(PADARIA, acervo.usuario("bia")))
    with transaction() as db:
        for serie_id, when, found in (
            (of_ana, NOON, 7),
            (of_ana, NOON, 3),
            (of_ana, NOON - timedelta(days=1), 100),
            (of_nobody, NOON, 50),
        ):
            db.add(_consultation(serie_id, certificado, when, found))
        for status, when, usuario in (
            ("erro", NOON, ana.usuario_id),
            ("sucesso", NOON, ana.usuario_id),
            ("erro", NOON + timedelta(days=1), ana.usuario_id),
            ("erro", NOON, None),
        ):
            row = {"usuario_id": usuario, "dono": "x", "arquivo_nome": "a.xml", "due_at": when}
            db.add(ImportLog(status=status, data_importacao=when, tipo_documento="", **row))
    mine, all_of_it = numeros.do_dia(DAY, ana), numeros.do_dia(DAY, OPERATOR)
    assert (mine.consultas, mine.documentos_encontrados, mine.erros_importacao) == (2, 10, 1)
    assert (all_of_it.consultas, all_of_it.documentos_encontrados, all_of_it.erros_importacao) == (3, 60, 2)


def test_alerts_are_those_about_a_user_and_all_for_staff(ana: Caller) -> None:
    with transaction() as db:
        for place, (usuario, severidade, closed) in enumerate(
            [("ana", "aviso", None), ("bia", "critico", None), (None, "aviso", None), ("ana", "critico", None)]
            + [("ana", "critico", NOON)]
            + [("bia", "aviso", None)] * 4
        ):
            db.add(_alert(place, usuario, severidade, closed))
    mine = numeros.do_dia(DAY, ana)
    assert (mine.alertas_abertos, [one["mensagem"] for one in mine.alertas]) == (2, ["Falta 3.", "Falta 0."])
    with transaction() as db:
        db.get_one(Usuario, ana.usuario_id).is_staff = True
    for caller in (ana, OPERATOR):
        found = numeros.do_dia(DAY, caller)
        assert (found.alertas_abertos, len(found.alertas)) == (8, 5)


def _alert(place: int, usuario: str | None, severidade: str, closed: datetime | None) -> Alerta:
    return Alerta(
        fonte="certificados",
        objeto=str(place),
        codigo="vencimento",
        severidade=severidade,
        mensagem=f"Falta {place}.",
        aberto_em=NOON + timedelta(minutes=place),
        visto_em=NOON,
        resolvido_em=closed,
        rotulos=f'{{"usuario": "{usuario}"}}' if usuario else None,
    )


def _serie(empresa_id: int) -> int:
    with transaction() as db:
        who = Contribuinte(cnpj=str(empresa_id), ambiente=1, empresa_id=empresa_id, due_at=NOON)
        db.add(who)
        db.flush()
        made = SerieNSU(contribuinte_id=who.id, empresa_id=empresa_id, servico="nfe")
        db.add(made)
        db.flush()
        return made.id


def _certificate(empresa_id: int) -> int:
    with transaction() as db:
        made = CertificadoDigital(
            **dict.fromkeys(("cnpj", "base", "titular", "emissor", "numero", "senha_pfx"), "1"),
            **dict.fromkeys(("validade_inicio", "validade_fim", "data_cadastro", "data_atualizacao"), NOON),
            empresa_id=empresa_id,
            arquivo_pfx=b"x",
        )
        db.add(made)
        db.flush()
        return made.id


def _consultation(serie_id: int, certificado_id: int, when: datetime, found: int) -> ConsultaSEFAZ:
    return ConsultaSEFAZ(
        serie_id=serie_id,
        certificado_id=certificado_id,
        tipo_documento="NFE",
        data_inicio=DAY,
        data_fim=DAY,
        status="CONCLUIDA",
        data_consulta=when,
        total_encontrados=found,
    )
