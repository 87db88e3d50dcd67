"""What all notices of an alert say: what is wrong, with what, since when."""

from core.formas import momento, texto
from core.settings.core import CoreSettings
from events.email.aviso import Dados
from events.email.content import Conteudo

CRITICAL = "critico"
SEVERITIES = {"aviso": "Aviso", CRITICAL: "Crítico"}
# What has a field of its own here, or is said by its labels.
PLACES = {"loja": "Loja", "uf": "UF", "grupo": "Grupo"}


def objeto(dados: Dados) -> str:
    """Return what the alert is about."""
    return texto(dados.get("objeto"))


def conteudo(titulo: str, dados: Dados) -> Conteudo:
    """Return the message of an alert, and its fields; a place that it does not name is left out."""
    zone, severity = CoreSettings.current().zone, dados.get("severidade")
    fields = [
        ("Objeto", objeto(dados)),
        *((label, dados[name]) for name, label in PLACES.items() if dados.get(name)),
        ("Código", texto(dados.get("codigo"))),
        ("Severidade", SEVERITIES.get(str(severity), texto(severity))),
        ("Aberto em", momento(dados.get("aberto_em"), zone)),
    ]
    if dados.get("resolvido_em"):
        fields.append(("Resolvido em", momento(dados["resolvido_em"], zone)))
    return Conteudo(titulo, texto(dados.get("mensagem")), fields)


EXEMPLO = {
    "fonte": "fluxos",
    "objeto": "entregas.varrer",
    "codigo": "parado",
    "severidade": CRITICAL,
    "mensagem": "entregas.varrer não roda bem há 10 minutos; deveria rodar a cada 10 segundos.",
    "aberto_em": "2026-11-24T11:02:13+00:00",
    "loja": "",
    "uf": "",
    "grupo": "",
    "rotulos": {"fluxo": "entregas"},
}
