"""Notices that decide little each: of an alert, a certificate, a consultation, a file that failed, any other event."""

from typing import Any

import pytest

from events.email.aviso import EVENT
from events.email.avisos import alerta_aberto, certificado_vencendo, consulta_concluida, erro_importacao, qualquer


@pytest.mark.parametrize(
    ("dados", "subject", "title"),
    [
        ({"severidade": "critico"}, "🚨 Alerta: loja-1", "Alerta"),
        ({"severidade": "aviso"}, "⚠️ Alerta: loja-1", "Alerta"),
        ({}, "⚠️ Alerta: loja-1", "Alerta"),
        ({"severidade": "critico", "agravado": True}, "🚨 Alerta agravado: loja-1", "Alerta agravado"),
        ({"severidade": "aviso", "agravado": False}, "⚠️ Alerta: loja-1", "Alerta"),
    ],
)
def test_an_alert_shows_by_its_subject_how_grave_it_is(dados: dict[str, Any], subject: str, title: str) -> None:
    said = {"objeto": "loja-1", **dados}
    assert alerta_aberto.AVISO.assunto(said) == subject
    assert alerta_aberto.AVISO.conteudo(said).titulo == title


@pytest.mark.parametrize(
    ("ended", "title", "opening"),
    [(True, "venceu", "até que haja um novo"), (False, "está vencendo", "a tempo"), (None, "está vencendo", "a tempo")],
)
def test_a_certificate_that_has_ended_is_told_apart_from_one_that_will(
    ended: bool | None, title: str, opening: str
) -> None:
    found = certificado_vencendo.AVISO.conteudo({"cnpj": "11222333000181", "dias": 0, "vencido": ended})
    assert (title in found.titulo, opening in found.abertura) == (True, True)
    assert dict(found.campos)["CNPJ"] == "11.222.333/0001-81"


@pytest.mark.parametrize("aviso", [certificado_vencendo.AVISO, consulta_concluida.AVISO])
@pytest.mark.parametrize("cnpj", [None, ""])
def test_a_document_that_is_not_known_is_told_as_such(aviso: Any, cnpj: str | None) -> None:
    assert dict(aviso.conteudo({"cnpj": cnpj}).campos)["CNPJ"] == "N/A"


def test_a_consultation_tells_its_window_and_figures() -> None:
    fields = dict(consulta_concluida.AVISO.conteudo({"data_inicio": "2026-11-17", "total_encontrados": 1234}).campos)
    assert (fields["Período"], fields["Documentos encontrados"], fields["Erros"]) == (
        "17/11/2026 a N/A",
        "1.234",
        "N/A",
    )


@pytest.mark.parametrize(("key", "shown"), [("3526", True), (None, False), ("", False)])
def test_a_file_that_failed_names_the_key_only_where_it_is_known(key: str | None, shown: bool) -> None:
    fields = dict(erro_importacao.AVISO.conteudo({"arquivo_nome": "a.xml", "chave_acesso": key}).campos)
    assert ("Chave de Acesso" in fields) is shown
    assert fields["Arquivo"] == "a.xml"


def test_any_other_event_is_told_by_its_own_words_and_what_they_leave_out() -> None:
    dados = {
        EVENT: "destino_desligado",
        "titulo": "Parou",
        "mensagem": "O destino foi desligado.",
        "sequencia": 3,
        "rotulos": {"loja": "1"},
        "nome": "ERP",
        "vazio": "",
        "zero": 0,
        "nada": None,
        "lista": [1],
        "bom": False,
    }
    found = qualquer.AVISO.conteudo(dados)
    assert (found.titulo, found.abertura) == ("Parou", "O destino foi desligado.")
    assert list(found.campos) == [("nome", "ERP"), ("zero", 0), ("bom", False)]


@pytest.mark.parametrize("message", [None, 7, ["x"], {}])
def test_a_message_that_is_no_text_opens_nothing(message: object) -> None:
    found = qualquer.AVISO.conteudo({EVENT: "alerta_aberto", "objeto": "loja-1", "mensagem": message})
    assert (found.titulo, found.abertura) == ("Alerta aberto: loja-1", "")
