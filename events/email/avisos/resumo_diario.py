"""The report of a day (docs/reference/contracts/integracoes.md §5.8 and §6.3)."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import Any, ClassVar

from core.fiscal import formatar_documento
from core.formas import contagem, data, lugar, reais, texto
from events.email import grafico
from events.email.aviso import Aviso, Dados, Grupo
from events.email.content import Conteudo, Imagem, Tabela
from events.email.grafico import Dia

AMOUNTS = frozenset({1, 2})
LARGEST = 10**9
_LAST = date(2026, 11, 24)
_SERIE = [
    {"dia": (_LAST - timedelta(days=29 - place)).isoformat(), "nfe": place * 37 % 101, "cte": (place * 13 + 28) % 29}
    for place in range(30)
]


class ResumoDiario(Aviso):
    """Counts and values, who and where most of it came from, what went wrong, and thirty days as a picture."""

    nome, grupo, template = "resumo_diario", Grupo.RESUMO, "resumo_diario"
    exemplo: ClassVar[Dados] = {
        "dia": _LAST.isoformat(),
        "nfe_total": 63,
        "nfe_valor": "148230.77",
        "top_emitentes": [
            {
                "emit_cnpj": "12345678000195",
                "emit_nome": "Padaria Estrela",
                "total_notas": 31,
                "valor_total": "9830.10",
            },
            {"emit_cnpj": "11222333000181", "emit_nome": "Atacado Ágil", "total_notas": 20, "valor_total": "120400.67"},
            {"emit_cnpj": "22333444000181", "emit_nome": None, "total_notas": 12, "valor_total": "18000.00"},
        ],
        "cte_total": 28,
        "cte_valor": "23811.40",
        "top_rotas": [
            {"municipio_inicio": "Santos", "uf_inicio": "SP", "municipio_fim": "Belo Horizonte", "uf_fim": "MG"}
            | {"total_ctes": 20, "valor_total": "17000.00"},
            {"municipio_inicio": "Recife", "uf_inicio": "PE", "municipio_fim": None, "uf_fim": None}
            | {"total_ctes": 8, "valor_total": "6811.40"},
        ],
        "consultas": 24,
        "documentos_encontrados": 91,
        "erros_importacao": 1,
        "alertas": [{"severidade": "critico", "mensagem": "O certificado da empresa vence em 3 dias."}],
        "alertas_abertos": 1,
        "serie": _SERIE,
    }

    def assunto(self, dados: Dados) -> str:
        return f"📈 Resumo Diário - {data(dados.get('dia'))}"

    def conteudo(self, dados: Dados) -> Conteudo:
        days = _serie(dados)
        drawn = [Imagem("grafico", grafico.desenhar(days), grafico.alternativa(days))] if days else []
        return Conteudo(
            f"Resumo Diário - {data(dados.get('dia'))}",
            tabelas=[table for table in (_issuers(dados), _routes(dados), _alerts(dados)) if table.linhas],
            imagens=drawn,
            mais={"quadros": [*_totals(dados)], "contagens": [*_counts(dados)]},
        )


def _totals(dados: Dados) -> Iterator[tuple[str, str, str]]:
    """Yield what stands large: what it is, how many, of what value."""
    for nome, kind in (("NF-e", "nfe"), ("CT-e", "cte")):
        yield nome, contagem(dados.get(f"{kind}_total", 0)), reais(dados.get(f"{kind}_valor", "0"))


def _counts(dados: Dados) -> Iterator[tuple[str, str]]:
    names = {
        "consultas": "Consultas à SEFAZ",
        "documentos_encontrados": "Documentos encontrados",
        "erros_importacao": "Erros de importação",
        "alertas_abertos": "Alertas abertos",
    }
    for name, label in names.items():
        yield label, contagem(dados.get(name, 0))


def _issuers(dados: Dados) -> Tabela:
    lines = [
        (_name(one), contagem(one.get("total_notas")), reais(one.get("valor_total")))
        for one in _rows(dados, "top_emitentes")
    ]
    return Tabela("Emitentes com mais NF-e", ("Emitente", "NF-e", "Valor"), lines, "emitentes.csv", AMOUNTS)


def _name(one: Mapping[str, Any]) -> str:
    return texto(one.get("emit_nome") or formatar_documento(one.get("emit_cnpj")))


def _routes(dados: Dados) -> Tabela:
    lines = [
        (_route(one), contagem(one.get("total_ctes")), reais(one.get("valor_total")))
        for one in _rows(dados, "top_rotas")
    ]
    return Tabela("Rotas com mais CT-e", ("Rota", "CT-e", "Valor"), lines, "rotas.csv", AMOUNTS)


def _route(one: Mapping[str, Any]) -> str:
    ends = [lugar(one.get(f"municipio_{end}"), one.get(f"uf_{end}")) for end in ("inicio", "fim")]
    return " → ".join(ends)


def _alerts(dados: Dados) -> Tabela:
    lines = [(texto(one.get("mensagem")),) for one in _rows(dados, "alertas")]
    return Tabela("Alertas abertos", ("Alerta",), lines, "alertas.csv")


def _serie(dados: Dados) -> list[Dia]:
    return [Dia(str(one.get("dia")), _amount(one.get("nfe")), _amount(one.get("cte"))) for one in _rows(dados, "serie")]


def _rows(dados: Dados, name: str) -> Sequence[Mapping[str, Any]]:
    found = dados.get(name)
    return [one for one in found if isinstance(one, Mapping)] if isinstance(found, list | tuple) else []


def _amount(value: object) -> int:
    return min(max(value, 0), LARGEST) if isinstance(value, int) else 0


AVISO = ResumoDiario()
