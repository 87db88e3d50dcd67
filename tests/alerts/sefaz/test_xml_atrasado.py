"""The full document of a note that was asked for and does not come: which notes count, from when on, until when."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from support import acervo

from alerts.judgement import Judgement
from alerts.sefaz.xml_atrasado import judge
from core.documentos.conteudo import Especie
from core.documentos.manifestacao import LIBERAM
from core.documentos.situacao import Situacao
from core.documentos.tipos_evento import CIENCIA, DESCONHECIMENTO
from storage.models.documentos import Documento
from storage.models.empresas import Empresa
from storage.models.manifestacoes import EstadoManifestacao, ManifestacaoSEFAZ
from storage.session import reading, transaction

from .conftest import CNPJ, NOW, change, judged

DAY, SECOND = timedelta(days=1), timedelta(seconds=1)


@pytest.fixture
def banco(sqlite: str) -> str:
    """One database is enough here."""
    return sqlite


@pytest.fixture
def empresa(serie: int) -> int:
    """Return the number of the company that is consulted."""
    with reading() as db:
        return db.query(Empresa).one().id


def summary(empresa: int, numero: int = 1, recebido_em: datetime = NOW - 5 * DAY, **changed: Any) -> str:
    """Store the summary of a note that came from elsewhere; return its key."""
    note = acervo.nota(numero)
    number = acervo.guardar(note, empresa=empresa, completo=False)
    with transaction() as db:
        db.query(Documento).filter_by(id=number).update({"recebido_em": recebido_em, **changed})
    return note.chave


def asked(empresa: int, chave: str, since: timedelta = 3 * DAY, **changed: Any) -> None:
    """Note an event of the company that SEFAZ has registered."""
    row = {"ambiente": 2, "tipo": CIENCIA, "sequencia": 1, "estado": EstadoManifestacao.REGISTRADO.value, **changed}
    with transaction() as db:
        event = ManifestacaoSEFAZ(empresa_id=empresa, chave=chave, pedida_em=NOW, due_at=NOW, **row)
        event.registrada_em = NOW - since
        db.add(event)


def found() -> Judgement:
    (one,) = judged(judge)
    return one


def test_a_company_of_which_nothing_is_late_is_judged_well(empresa: int) -> None:
    summary(empresa)
    one = found()
    assert (one.objeto, one.codigo, one.ativo) == (f"ana/{CNPJ}", "xml_atrasado", False)
    assert one.resolvido == "O XML de nenhuma nota da empresa 11.222.333/0001-81 está atrasado."


@pytest.mark.parametrize(("since", "active"), [(3 * DAY - SECOND, False), (3 * DAY, True), (80 * DAY, True)])
def test_it_is_late_three_days_after_the_event_was_registered(empresa: int, since: timedelta, active: bool) -> None:
    asked(empresa, summary(empresa), since)
    assert found().ativo is active


@pytest.mark.parametrize(("age", "active"), [(90 * DAY, False), (90 * DAY - SECOND, True)])
def test_what_sefaz_keeps_no_more_is_waited_for_no_more(empresa: int, age: timedelta, active: bool) -> None:
    asked(empresa, summary(empresa, recebido_em=NOW - age), 80 * DAY)
    assert found().ativo is active


@pytest.mark.parametrize("tipo", LIBERAM)
def test_each_event_that_brings_the_document_has_it_waited_for(empresa: int, tipo: str) -> None:
    asked(empresa, summary(empresa), tipo=tipo)
    assert found().ativo


@pytest.mark.parametrize(
    "event",
    [
        {"tipo": DESCONHECIMENTO},
        {"estado": EstadoManifestacao.RECUSADO.value},
        {"estado": EstadoManifestacao.ENVIADO.value},
        {"ambiente": 1},
    ],
    ids=str,
)
def test_an_event_that_brings_nothing_has_nothing_waited_for(empresa: int, event: dict[str, Any]) -> None:
    asked(empresa, summary(empresa), **event)
    assert not found().ativo


@pytest.mark.parametrize(
    ("note", "active"),
    [
        ({"completo": True}, False),
        ({"especie": Especie.NFCE}, False),
        ({"situacao": Situacao.CANCELADA}, False),
        ({"situacao": Situacao.DENEGADA}, False),
        # its own is never distributed to it
        ({"emit_cnpj": CNPJ}, False),
        # a summary that does not say whose it is may be anybody's
        ({"emit_cnpj": None}, True),
    ],
    ids=str,
)
def test_a_note_that_will_never_come_is_not_waited_for(empresa: int, note: dict[str, Any], active: bool) -> None:
    asked(empresa, summary(empresa, **note))
    assert found().ativo is active


def test_notes_are_counted_once_however_often_they_were_asked_for(empresa: int) -> None:
    first, second, _ = (summary(empresa, numero) for numero in (1, 2, 3))
    for tipo in LIBERAM:
        asked(empresa, first, tipo=tipo)
    asked(empresa, second)
    one = found()
    assert one.valores == {"notas": 2}
    assert one.mensagem.startswith(
        "De 2 notas da empresa 11.222.333/0001-81 o XML foi pedido há mais de 3 dias e não chegou. "
    )


def test_what_another_company_asked_for_is_not_this_one_s_to_wait_for(empresa: int) -> None:
    other = acervo.empresa("11222333000262")
    asked(other, summary(empresa))
    assert not found().ativo
    change(ManifestacaoSEFAZ, empresa_id=empresa)
    assert found().ativo
