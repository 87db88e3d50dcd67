"""The end of a certificate is told at its steps, once each, and is over when there is a newer one."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import update

from alerts import sources
from alerts.certificados.vencimento import judge
from alerts.moment import Moment
from flows.usuarios import managing
from storage.models.certificados import CertificadoDigital
from storage.models.empresas import Empresa, dono
from storage.models.eventos import Event
from storage.models.usuarios import Usuario
from storage.session import reading, transaction

END = datetime(2026, 12, 31, 15, tzinfo=UTC)
CNPJ = "11222333000181"


@pytest.fixture
def certificado(banco: str) -> int:
    return kept()


def kept(usuario_id: int | None = None, cnpj: str = CNPJ, end: datetime = END) -> int:
    with transaction() as db:
        empresa = Empresa(usuario_id=usuario_id, dono=dono(usuario_id), cnpj=cnpj, ativa=True, criada_em=END)
        db.add(empresa)
        db.flush()
        row = CertificadoDigital(
            empresa_id=empresa.id,
            nome="Loja",
            cnpj=cnpj,
            base=cnpj[:8],
            titular="Loja",
            emissor="AC",
            numero="1",
            arquivo_pfx=b"x",
            senha_pfx="x",
            validade_inicio=END - timedelta(days=365),
            validade_fim=end,
            ativo=True,
            data_cadastro=END,
            data_atualizacao=END,
        )
        db.add(row)
        db.flush()
        return row.id


def judged(now: datetime) -> list[Any]:
    with reading() as db:
        return list(judge(Moment(db, now)))


@pytest.mark.parametrize(
    ("before", "causa", "severidade", "said"),
    [
        (timedelta(days=31), None, "aviso", ""),
        (timedelta(days=30), "30", "aviso", "vence em 30 dias (31/12/2026)"),
        (timedelta(days=16), "30", "aviso", "16 dias"),
        (timedelta(days=15), "15", "aviso", "15 dias"),
        (timedelta(days=7), "7", "aviso", "7 dias"),
        (timedelta(days=3), "3", "critico", "3 dias"),
        (timedelta(days=1), "1", "critico", "1 dia "),
        (timedelta(hours=2), "0", "critico", "vence hoje"),
        (timedelta(0), "0", "critico", "vence hoje"),
        (timedelta(minutes=-1), "vencido", "critico", "venceu em 31/12/2026"),
        (timedelta(days=-40), "vencido", "critico", "venceu"),
    ],
)
def test_a_step_is_a_cause_of_its_own(
    certificado: int, before: timedelta, causa: str | None, severidade: str, said: str
) -> None:
    (one,) = judged(END - before)
    assert (one.objeto, one.ativo, one.causa, one.severidade) == (CNPJ, causa is not None, causa, severidade)
    assert said in one.mensagem
    assert one.rotulos == {"empresa": CNPJ}


def told() -> list[str]:
    with reading() as db:
        return [row.nome for row in db.query(Event).order_by(Event.id)]


def test_each_step_is_told_once_and_a_newer_one_ends_it(certificado: int) -> None:
    for days in (40, 30, 29, 15, 14, 7, 6, 3, 2, 1, 0):
        for _ in range(2):
            sources.judge_all(END - timedelta(days=days), {})
    assert len(told()) == 6
    sources.judge_all(END + timedelta(hours=1), {})
    assert len(told()) == 7
    with transaction() as db:
        db.execute(update(CertificadoDigital).values(validade_fim=END + timedelta(days=365)))
    sources.judge_all(END + timedelta(hours=2), {})
    assert told()[-1] == "alerta_resolvido"
    assert len(told()) == 8


@pytest.mark.parametrize("model", [CertificadoDigital, Empresa])
def test_what_is_turned_off_is_judged_no_more(certificado: int, model: Any) -> None:
    with transaction() as db:
        db.execute(update(model).values({"ativo" if model is CertificadoDigital else "ativa": False}))
    assert judged(END) == []


def test_a_user_s_is_named_with_the_user_and_told_no_more_once_that_one_is_turned_off(banco: str) -> None:
    with transaction() as db:
        ana = Usuario(username="ana")
        db.add(ana)
        db.flush()
        number = ana.id
    kept(number)
    (one,) = judged(END)
    assert (one.objeto, one.rotulos) == (f"ana/{CNPJ}", {"empresa": CNPJ, "usuario": "ana"})
    managing.desativar("ana")
    assert judged(END) == []


def branch(number: int, usuario_id: int | None = None, *, cnpj: str = "11222333000262", ativa: bool = True) -> None:
    """Keep another company, and turn the one of a certificate off."""
    with transaction() as db:
        db.add(Empresa(usuario_id=usuario_id, dono=dono(usuario_id), cnpj=cnpj, ativa=ativa, criada_em=END))
        holder = db.get_one(CertificadoDigital, number).empresa_id
        db.execute(update(Empresa).where(Empresa.id == holder).values(ativa=False))


def test_one_of_a_head_office_that_is_off_is_judged_while_it_serves_a_branch(certificado: int) -> None:
    branch(certificado)
    assert [(one.objeto, one.ativo) for one in judged(END)] == [(CNPJ, True)]


def test_one_that_serves_nobody_any_more_is_not_judged(certificado: int) -> None:
    with transaction() as db:
        db.add(Usuario(id=7, username="ana"))
    branch(certificado, ativa=False)
    branch(certificado, cnpj="99888777000161")
    # of the same base, and somebody else's
    branch(certificado, 7, cnpj="11222333000343")
    assert judged(END) == []


BRANCH, THIRD = "11222333000262", "11222333000343"
LATER, SOONER = END + timedelta(days=200), END - timedelta(days=20)


def objects(now: datetime) -> list[str]:
    """Return whose certificates are judged."""
    return [one.objeto for one in judged(now)]


def turned_off(cnpj: str) -> None:
    with transaction() as db:
        db.execute(update(Empresa).where(Empresa.cnpj == cnpj).values(ativa=False))


def test_one_whose_company_is_off_is_not_judged_where_the_branch_has_its_own(certificado: int) -> None:
    kept(cnpj=BRANCH, end=LATER)
    turned_off(CNPJ)
    assert objects(END) == objects(END + timedelta(days=40)) == [BRANCH]


def test_it_is_judged_again_once_the_branch_s_own_has_ended_or_is_off(certificado: int) -> None:
    own = kept(cnpj=BRANCH, end=SOONER)
    turned_off(CNPJ)
    assert objects(SOONER) == [BRANCH]
    assert objects(END) == [CNPJ, BRANCH]
    with transaction() as db:
        db.execute(update(CertificadoDigital).where(CertificadoDigital.id == own).values(ativo=False))
    assert objects(SOONER) == [CNPJ]


@pytest.mark.parametrize(("end", "whose"), [(SOONER, [CNPJ, BRANCH]), (END, [CNPJ, BRANCH]), (LATER, [BRANCH])])
def test_of_several_that_could_serve_a_branch_only_the_one_that_does_is_judged(
    certificado: int, end: datetime, whose: list[str]
) -> None:
    kept(cnpj=BRANCH, end=end)
    branch(certificado, cnpj=THIRD)
    assert objects(SOONER) == whose


def test_one_that_another_user_has_takes_nothing_from_the_company(certificado: int) -> None:
    with transaction() as db:
        db.add(Usuario(id=7, username="ana"))
    kept(7, BRANCH, LATER)
    branch(certificado, cnpj=THIRD)
    assert objects(END) == [CNPJ, f"ana/{BRANCH}"]
