"""What is wrong with consultations: nobody asks any more, each one fails, automation was turned off."""

from datetime import timedelta
from typing import Any

import pytest
from conftest import Configure

from alerts import sources
from alerts.sefaz import automacao, falhando, impedida, silencio
from storage.models.certificados import CertificadoDigital
from storage.models.empresas import Empresa, dono
from storage.models.eventos import Event
from storage.models.sefaz import NAO_ACEITO, Contribuinte, SerieNSU
from storage.models.usuarios import Usuario
from storage.session import reading, transaction

from .conftest import CNPJ, NOW, change, judged


def told() -> list[str]:
    with reading() as db:
        return [row.nome for row in db.query(Event).order_by(Event.id)]


def test_a_numbering_that_was_never_asked_is_not_silent(serie: int) -> None:
    assert judged(silencio.judge) == []


@pytest.mark.parametrize(
    ("silent", "causa", "severidade", "said"),
    [
        (timedelta(days=30, seconds=-1), None, "aviso", ""),
        (timedelta(days=30), "30", "aviso", "há 30 dias. Em 26/12/2026 a SEFAZ para"),
        (timedelta(days=45), "45", "aviso", "há 45 dias. Em 11/12/2026"),
        (timedelta(days=55), "55", "critico", "Em 01/12/2026"),
        (timedelta(days=60), "60", "critico", "o que foi emitido desde então não virá"),
        (timedelta(days=400), "60", "critico", "há 400 dias"),
    ],
)
def test_silence_is_told_by_steps(serie: int, silent: timedelta, causa: str | None, severidade: str, said: str) -> None:
    change(SerieNSU, usada_em=NOW - silent)
    (one,) = judged(silencio.judge)
    assert (one.objeto, one.ativo, one.causa) == (f"ana/{CNPJ}/nfe", causa is not None, causa)
    assert said in one.mensagem
    if causa:
        assert one.severidade == severidade
    assert one.rotulos == {"empresa": CNPJ, "servico": "nfe", "usuario": "ana"}


def test_each_step_is_told_once_and_a_question_ends_it(serie: int) -> None:
    change(SerieNSU, usada_em=NOW)
    for days in (29, 30, 31, 44, 45, 54, 55, 59, 60, 90):
        for _ in range(2):
            sources.judge_all(NOW + timedelta(days=days), {})
    assert told() == ["alerta_aberto"] * 4
    change(SerieNSU, usada_em=NOW + timedelta(days=91))
    sources.judge_all(NOW + timedelta(days=92), {})
    assert told()[-1] == "alerta_resolvido"


@pytest.mark.parametrize(
    ("model", "values"),
    [
        (Empresa, {"ativa": False}),
        (Usuario, {"ativo": False}),
        (Contribuinte, {"ambiente": 1}),
        (SerieNSU, {"servico": "nfse"}),
    ],
)
def test_what_nobody_asks_on_purpose_is_not_silent(serie: int, model: Any, values: dict[str, Any]) -> None:
    change(SerieNSU, usada_em=NOW - timedelta(days=50))
    change(model, **values)
    assert judged(silencio.judge) == []


@pytest.mark.parametrize(("falhas", "active"), [(0, False), (9, False), (10, True), (500, True)])
def test_many_failures_in_a_row_are_told_with_the_last_words(serie: int, falhas: int, active: bool) -> None:
    change(SerieNSU, falhas=falhas, motivo="656: consumo indevido.")
    (one,) = judged(falhando.judge)
    assert one.ativo is active
    assert f"falhou {falhas} vezes seguidas. A última: 656: consumo indevido." in one.mensagem


def test_a_certificate_that_is_not_accepted_is_told_the_first_time(serie: int) -> None:
    change(SerieNSU, falhas=1, motivo="SEFAZ: não aceitou o certificado.", ultimo_cstat=NAO_ACEITO)
    (one,) = judged(falhando.judge)
    assert (one.ativo, "falhou 1 vez. A última: SEFAZ: não aceitou o certificado." in one.mensagem) == (True, True)
    change(SerieNSU, falhas=0, motivo="138: ok", ultimo_cstat="138")
    assert [one.ativo for one in judged(falhando.judge)] == [False]


def test_automation_that_a_refusal_turned_off_is_told_until_somebody_acts(serie: int) -> None:
    assert [one.ativo for one in judged(automacao.judge)] == [False]
    change(CertificadoDigital, desligado_por="282: certificado revogado")
    (one,) = judged(automacao.judge)
    assert (one.objeto, one.severidade, one.ativo) == (f"ana/{CNPJ}", "critico", True)
    assert "282: certificado revogado. Guarde um novo" in one.mensagem
    change(CertificadoDigital, ativo=False)
    assert judged(automacao.judge) == []


def test_a_refusal_of_what_serves_a_branch_is_told_where_its_own_company_is_off(serie: int) -> None:
    change(CertificadoDigital, desligado_por="282: certificado revogado")
    change(Empresa, ativa=False)
    assert judged(automacao.judge) == []
    with transaction() as db:
        (ana,) = db.query(Usuario)
        db.add(Empresa(usuario_id=ana.id, dono=dono(ana.id), cnpj="11222333000262", ativa=True, criada_em=NOW))
    assert [(one.objeto, one.ativo) for one in judged(automacao.judge)] == [(f"ana/{CNPJ}", True)]


def test_a_company_that_cannot_be_consulted_is_told_with_why(serie: int, configure: Configure) -> None:
    assert judged(impedida.judge) == []
    change(CertificadoDigital, consulta_automatica=True)
    (one,) = judged(impedida.judge)
    assert (one.objeto, one.ativo) == (f"ana/{CNPJ}", True)
    assert "falta o estado" in one.mensagem
    configure(sefaz__uf="SP")
    assert [one.ativo for one in judged(impedida.judge)] == [False]
    change(Empresa, uf="SP")
    with transaction() as db:
        other = Empresa(usuario_id=None, dono=dono(None), cnpj=CNPJ, ativa=True, criada_em=NOW)
        db.add(other)
        db.flush()
        db.query(Contribuinte).update({"empresa_id": other.id})
    # the operator has no certificate for it
    assert [(one.ativo, "outro usuário" in one.mensagem) for one in judged(impedida.judge)] == [(True, True)]
    change(CertificadoDigital, ativo=False)
    assert judged(impedida.judge) == []
