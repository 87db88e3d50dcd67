"""Subjects and fields are those of the contract (docs/reference/contracts/integracoes.md §6.3), whatever is missing."""

from typing import Any

import pytest

from events.email.aviso import avisos
from events.email.rendering import render

SUBJECTS = {
    "nfe_importada": "✅ NFe 1234 importada com sucesso",
    "cte_importado": "✅ CTe 98 importado com sucesso",
    "erro_importacao": "❌ Erro na importação de documento fiscal",
    "consulta_concluida": "📊 Consulta SEFAZ concluída - 42 documentos",
    "resumo_diario": "📈 Resumo Diário - 24/11/2026",
    "certificado_vencendo": "⚠️ Certificado Digital vencendo em 7 dias",
    "alerta_aberto": "🚨 Alerta: entregas.varrer",
    "alerta_lembrete": "⏰ Alerta ainda aberto: entregas.varrer",
    "alerta_resolvido": "✅ Alerta resolvido: entregas.varrer",
}
FIELDS = {
    "nfe_importada": """
        Número: 1234
        Série: 1
        Emitente: Padaria Estrela Ltda
        Destinatário: Mercado São José
        Valor Total: R$ 1.234,56
        Data Emissão: 24/11/2026
        Chave de Acesso: 35261112345678000195550010000012341000012345
    """,
    "cte_importado": """
        Número: 98
        Série: 1
        Emitente: Transportes Ágil Ltda
        Destinatário: Mercado São José
        Valor Total: R$ 850,00
        Origem: Santos/SP
        Destino: Belo Horizonte/MG
        Chave: 35261112345678000195570010000000981000000985
    """,
    "erro_importacao": """
        Tipo: NFe
        Arquivo: notas/novembro/nota-1234.xml
        Erro: O arquivo termina antes do fim do XML.
    """,
    "consulta_concluida": """
        Certificado: Matriz
        CNPJ: 12.345.678/0001-95
        Tipo: NFE
        Período: 17/11/2026 a 24/11/2026
        Documentos encontrados: 42
        Documentos importados: 41
        Erros: 1
    """,
    "certificado_vencendo": """
        Certificado: Matriz
        CNPJ: 12.345.678/0001-95
        Validade: 01/12/2026
        Dias restantes: 7
    """,
    "resumo_diario": """
        NF-e: 63
        Valor de NF-e: R$ 148.230,77
        CT-e: 28
        Valor de CT-e: R$ 23.811,40
        Consultas à SEFAZ: 24
        Documentos encontrados: 91
        Erros de importação: 1
        Alertas abertos: 1
        - Atacado Ágil; 20; R$ 120.400,67
        - Santos/SP → Belo Horizonte/MG; 20; R$ 17.000,00
        - O certificado da empresa vence em 3 dias.
    """,
    "alerta_resolvido": """
        Resolvido: entregas.varrer voltou a rodar.
        Objeto: entregas.varrer
        Código: parado
        Severidade: Crítico
        Aberto em: 24/11/2026 08:02
        Resolvido em: 24/11/2026 08:14
    """,
}
OURS = pytest.mark.parametrize("nome", SUBJECTS)


def shown(nome: str, **instead: Any) -> Any:
    aviso = avisos()[nome]
    return render(aviso, {**aviso.exemplo, **instead})


@OURS
def test_subjects_are_the_contract_s(nome: str) -> None:
    assert shown(nome).assunto == SUBJECTS[nome]


@pytest.mark.parametrize("nome", FIELDS)
def test_fields_stand_in_their_order_in_brazilian_form(nome: str) -> None:
    written = shown(nome)
    wanted = [line.strip() for line in FIELDS[nome].strip().splitlines()]
    lines = written.texto.splitlines()
    assert [line for line in lines if line in wanted] == wanted
    for line in wanted:
        for value in line.removeprefix("- ").split("; ") if line.startswith("- ") else [line.partition(": ")[2]]:
            assert value in written.html


@OURS
@pytest.mark.parametrize("nothing", [None, ""])
def test_what_is_missing_is_told_and_never_invented(nome: str, nothing: object) -> None:
    aviso = avisos()[nome]
    for dados in ({}, dict.fromkeys(aviso.exemplo, nothing)):
        written = render(aviso, dados)
        assert written.assunto
        assert "None" not in written.texto + written.html
    assert nome == "erro_importacao" or "N/A" in written.assunto


@pytest.mark.parametrize("size", [1, 4 * 1024 * 1024])
@pytest.mark.parametrize("nome", ["nfe_importada", "cte_importado", "resumo_diario"])
def test_a_name_of_any_length_is_one_short_line(nome: str, size: int) -> None:
    name = "<script>\r\nBcc: x@y.z \u202e" + "A" * size
    issuers = [{"emit_nome": name, "total_notas": 1, "valor_total": "1"}]
    written = shown(nome, emit_nome=name, numero_nf=name, numero_ct=name, top_emitentes=issuers)
    assert len(written.html.encode()) < 30_000
    assert written.assunto.isprintable()
    assert len(written.assunto) <= 150
    assert "<script" not in written.html
    assert not any(line.startswith("Bcc:") for line in written.texto.splitlines())


@pytest.mark.parametrize(("days", "said"), [(1, "em 1 dias"), (0, "em 0 dias"), (30, "em 30 dias")])
def test_the_subject_of_a_certificate_says_dias_for_one_too(days: int, said: str) -> None:
    assert shown("certificado_vencendo", dias=days).assunto.endswith(said)


def test_a_certificate_that_has_ended_is_told_as_such() -> None:
    written = shown("certificado_vencendo", dias=0, vencido=True)
    assert "O Certificado Digital venceu" in written.texto


def test_an_alert_that_is_less_than_critical_or_got_worse_is_told_as_such() -> None:
    assert shown("alerta_aberto", severidade="aviso").assunto == "⚠️ Alerta: entregas.varrer"
    assert shown("alerta_aberto", agravado=True).assunto == "🚨 Alerta agravado: entregas.varrer"
    assert "Loja: Centro" in shown("alerta_aberto", loja="Centro").texto


@pytest.mark.parametrize("serie", [None, [], "x", [1], [{"dia": None, "nfe": "9", "cte": -1}], [{"nfe": 10**40}]])
def test_a_series_of_anything_breaks_no_report(serie: object) -> None:
    written = shown("resumo_diario", serie=serie)
    assert len(written.imagens) == (isinstance(serie, list) and any(isinstance(one, dict) for one in serie))


def test_the_chart_is_said_in_words_where_it_cannot_be_seen() -> None:
    written = shown("resumo_diario")
    (chart,) = written.imagens
    assert chart.alternativa in written.texto
    assert chart.alternativa in written.html
    assert "1.450 NF-e e 434 CT-e" in chart.alternativa
