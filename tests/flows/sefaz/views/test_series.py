"""Where each numbering stands: whether it may be asked now, by itself or not, and what is missing of it."""

from datetime import timedelta

import pytest
from support.numeracao import Numeracao, add, after, change, numeracao
from support.sefaz import FILIAL, INICIO

from core.clock import FixedClock
from flows.sefaz.views.configuracao import DEFAULTS
from flows.sefaz.views.series import SeriesView, series
from flows.usuarios.finding import caller_of
from storage.models.certificados import CertificadoDigital
from storage.models.configuracao import ConfiguracaoConsulta
from storage.models.documentos import Documento
from storage.models.empresas import Empresa, dono
from storage.models.sefaz import ChamadaSEFAZ, DocumentoDistribuido, LacunaNSU, SerieNSU

CLOCK = FixedClock(INICIO)


def shown() -> SeriesView:
    (found,) = series(clock=CLOCK)
    return found


@pytest.mark.parametrize(
    ("columns", "state"),
    [
        ({}, "livre"),
        ({"proxima_consulta": after(1)}, "descansando"),
        ({"proxima_consulta": INICIO}, "livre"),
        ({"bloqueado_ate": after(1)}, "bloqueada"),
        ({"bloqueado_ate": after(1), "proxima_consulta": after(2)}, "bloqueada"),
        ({"proxima_consulta": after(3000)}, "livre"),
    ],
    ids=["free", "rest", "rest is over", "block", "block before rest", "written by a clock that was wrong"],
)
def test_it_says_whether_it_may_be_asked_now(sqlite: str, columns: dict[str, object], state: str) -> None:
    numeracao(**columns)  # type: ignore[arg-type]
    assert shown().situacao == state


def test_one_that_nothing_is_known_of_is_shown_with_zeros(sqlite: str) -> None:
    mine = numeracao(servico="cte")
    assert shown() == SeriesView(
        id=mine.serie_id,
        empresa="11.222.333/0001-81",
        usuario="ana",
        ambiente=1,
        servico="cte",
        situacao="livre",
        automatica=False,
        ult_nsu=0,
        max_nsu=0,
        proxima_consulta=None,
        bloqueado_ate=None,
        ultimo_cstat=None,
        motivo=None,
        ultima_chamada=None,
        faltam=0,
        ilegiveis=0,
        aguardados=0,
    )


def gap(mine: Numeracao, de: int, ate: int, proxima: int, *, closed: bool = False) -> LacunaNSU:
    return LacunaNSU(
        serie_id=mine.serie_id,
        de=de,
        ate=ate,
        proxima=proxima,
        motivo="salto_na_pagina",
        aberta_em=INICIO,
        fechada_em=INICIO if closed else None,
    )


def came(mine: Numeracao, nsu: int, resultado: str) -> DocumentoDistribuido:
    return DocumentoDistribuido(
        serie_id=mine.serie_id, nsu=nsu, schema="procNFe_v4.00.xsd", resultado=resultado, recebido_em=INICIO
    )


def test_what_is_missing_unread_and_asked_last_is_that_of_its_own_rows(sqlite: str) -> None:
    mine, other = numeracao(), numeracao(FILIAL)
    add(gap(mine, 5, 9, 8), gap(mine, 20, 20, 20), gap(mine, 30, 40, 32, closed=True), gap(other, 1, 50, 1))
    add(came(mine, 1, "erro"), came(mine, 2, "novo"), came(mine, 3, "erro"), came(other, 1, "erro"))
    for minutes in (-90, -10, -40):
        add(ChamadaSEFAZ(serie_id=mine.serie_id, forma="sequencia", nsu=0, em=after(minutes)))
    found, theirs = series(clock=CLOCK)
    assert (found.faltam, found.ilegiveis, found.ultima_chamada) == (3, 2, after(-10))
    assert (theirs.faltam, theirs.ilegiveis, theirs.ultima_chamada) == (50, 1, None)


def test_notes_that_wait_for_their_text_stand_with_nfe_alone(sqlite: str) -> None:
    mine = numeracao()
    add(SerieNSU(contribuinte_id=mine.contribuinte_id, servico="cte", empresa_id=mine.quem.empresa_id))
    who = {"dono": dono(mine.quem.usuario_id, mine.quem.empresa_id), "empresa_id": mine.quem.empresa_id}
    summary = {"especie": "nfe", "modelo": "55", "situacao": "autorizada", "completo": False, "busca": ""}
    when = {"recebido_em": after(-60), "data_importacao": INICIO, "atualizado_em": INICIO}
    add(Documento(chave="1" * 44, **who, **summary, **when))
    assert [(one.servico, one.aguardados) for one in series(clock=CLOCK)] == [("nfe", 1), ("cte", 0)]


@pytest.mark.parametrize(
    ("certificate", "company", "said", "alone"),
    [
        ({}, {}, None, True),
        ({"consulta_automatica": False}, {}, None, False),
        ({"ativo": False}, {}, None, False),
        ({"validade_fim": INICIO - timedelta(seconds=1)}, {}, None, False),
        ({}, {"ativa": False}, None, False),
        ({}, {}, False, False),
        ({}, {}, True, True),
    ],
    ids=["on", "off", "certificate off", "ended", "company off", "the user says no", "the user says yes"],
)
def test_it_is_consulted_by_itself_where_company_certificate_and_user_all_say_so(
    sqlite: str, certificate: dict[str, object], company: dict[str, object], said: bool | None, alone: bool
) -> None:
    mine = numeracao()
    change(CertificadoDigital, mine.quem.certificado_id, **({"consulta_automatica": True} | certificate))
    change(Empresa, mine.quem.empresa_id, **company)
    if said is not None:
        add(ConfiguracaoConsulta(usuario_id=mine.quem.usuario_id, **(DEFAULTS | {"consulta_automatica_ativa": said})))
    assert shown().automatica is alone


def test_the_operator_s_own_company_asks_no_user(sqlite: str) -> None:
    mine = numeracao()
    change(CertificadoDigital, mine.quem.certificado_id, consulta_automatica=True)
    change(Empresa, mine.quem.empresa_id, usuario_id=None, dono=dono(None))
    assert (shown().usuario, shown().automatica) == (None, True)


def test_a_service_that_is_optional_is_asked_by_itself_only_where_it_was_turned_on(sqlite: str) -> None:
    mine = numeracao(servico="nfse")
    change(CertificadoDigital, mine.quem.certificado_id, consulta_automatica=True)
    assert not shown().automatica
    change(CertificadoDigital, mine.quem.certificado_id, servicos_opcionais="nfse")
    assert shown().automatica


def test_a_numbering_of_a_company_that_is_asked_for_no_more_is_not_shown(sqlite: str) -> None:
    mine, other = numeracao(), numeracao(FILIAL, "bia")
    add(SerieNSU(contribuinte_id=mine.contribuinte_id, servico="nfe", empresa_id=other.quem.empresa_id, ult_nsu=9))
    assert [(one.id, one.ult_nsu) for one in series(clock=CLOCK)] == [(mine.serie_id, 0), (other.serie_id, 0)]


def test_each_sees_their_own_the_oldest_first_in_pages(sqlite: str) -> None:
    mine, theirs = numeracao(), numeracao(FILIAL, "bia")
    assert [one.id for one in series(caller=caller_of("bia"), clock=CLOCK)] == [theirs.serie_id]
    page = series(limite=1, clock=CLOCK)
    assert ([one.id for one in page], page.depois) == ([mine.serie_id], mine.serie_id)
    assert [one.id for one in series(depois=mine.serie_id, clock=CLOCK)] == [theirs.serie_id]
