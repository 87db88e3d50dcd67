"""Tells a Slack channel what Esteira's webhooks tell.

    WEBHOOK_SECRET=whsec_… SLACK_WEBHOOK_URL=https://hooks.slack.com/… python slack_notifier.py --porta 9001

It needs `requests`, and `webhook_receiver.py` beside it. What Slack does not take is answered with 502, so that Esteira
sends the event again later.
"""

import logging
import os
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

import requests
from webhook_receiver import Dados, Memoria, Receptor, Recusado, assinatura, atender, opcoes

SERVICO = "slack_notifier"
# Less than Esteira waits for an answer.
PACIENCIA_SECONDS = 10
BOM, RUIM = "good", "danger"
LONGEST = 500
Linhas = tuple[tuple[str, str], ...]
log = logging.getLogger(SERVICO)


def escapado(value: Any) -> str:
    """Return a text in which Slack sees no mark-up of its own, in one line."""
    said = "".join(one if one.isprintable() else " " for one in str(value if value not in (None, "") else "N/A"))
    return said[:LONGEST].replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def reais(value: Any) -> str:
    """Return an amount in Brazilian form, or as it is where it is none."""
    try:
        amount = Decimal(str(value))
    except InvalidOperation:
        return escapado(value)
    if not amount.is_finite() or abs(amount) >= Decimal(10) ** 15:
        return escapado(value)
    return f"R$ {amount:,.2f}".translate(str.maketrans(",.", ".,"))


def chave(value: Any) -> str:
    """Return a key between backticks."""
    return f"`{escapado(value).replace('`', '')}`"


def lugar(dados: Dados, end: str) -> str:
    """Return a place with its state."""
    return f"{escapado(dados.get(f'municipio_{end}'))}/{escapado(dados.get(f'uf_{end}'))}"


def dia(value: Any) -> str:
    """Return the day of an ISO 8601 text."""
    try:
        return datetime.fromisoformat(str(value)).strftime("%d/%m/%Y")
    except ValueError:
        return "N/A"


def nfe_importada(dados: Dados) -> tuple[str, Linhas]:
    """Tell of an NF-e."""
    return f"✅ NFe {escapado(dados.get('numero_nf'))} importada com sucesso", (
        ("Número", escapado(dados.get("numero_nf"))),
        ("Série", escapado(dados.get("serie"))),
        ("Emitente", escapado(dados.get("emit_nome"))),
        ("Destinatário", escapado(dados.get("dest_nome"))),
        ("Valor Total", reais(dados.get("valor_total"))),
        ("Data Emissão", dia(dados.get("data_emissao"))),
        ("Chave de Acesso", chave(dados.get("chave_acesso"))),
    )


def cte_importado(dados: Dados) -> tuple[str, Linhas]:
    """Tell of a CT-e."""
    return f"✅ CTe {escapado(dados.get('numero_ct'))} importado com sucesso", (
        ("Número", escapado(dados.get("numero_ct"))),
        ("Série", escapado(dados.get("serie"))),
        ("Emitente", escapado(dados.get("emit_nome"))),
        ("Destinatário", escapado(dados.get("dest_nome"))),
        ("Valor Total", reais(dados.get("valor_total"))),
        ("Origem", lugar(dados, "inicio")),
        ("Destino", lugar(dados, "fim")),
        ("Chave", chave(dados.get("chave_acesso"))),
    )


def consulta_concluida(dados: Dados) -> tuple[str, Linhas]:
    """Tell of a question to SEFAZ that was answered."""
    return f"📊 Consulta SEFAZ concluída - {escapado(dados.get('total_encontrados'))} documentos", (
        ("Certificado", escapado(dados.get("certificado_nome"))),
        ("CNPJ", escapado(dados.get("cnpj"))),
        ("Tipo", escapado(dados.get("tipo_documento"))),
        ("Período", f"{dia(dados.get('data_inicio'))} a {dia(dados.get('data_fim'))}"),
        ("Encontrados", escapado(dados.get("total_encontrados"))),
        ("Importados", escapado(dados.get("total_importados"))),
        ("Erros", escapado(dados.get("total_erros"))),
    )


def documento_atualizado(dados: Dados) -> tuple[str, Linhas]:
    """Tell of a document that changed."""
    names = dados.get("campos_alterados")
    return f"🔄 {escapado(dados.get('tipo'))} atualizado", (
        ("Campos", escapado(", ".join(map(str, names)) if isinstance(names, list) else names)),
        ("Chave de Acesso", chave(dados.get("chave_acesso"))),
    )


def erro_importacao(dados: Dados) -> tuple[str, Linhas]:
    """Tell of a file that could not be imported."""
    return "❌ Erro na importação de documento fiscal", (
        ("Tipo", escapado(dados.get("tipo_documento"))),
        ("Arquivo", escapado(dados.get("arquivo_nome"))),
        ("Erro", escapado(dados.get("mensagem"))),
    )


DIZER: dict[str, Callable[[Dados], tuple[str, Linhas]]] = {
    one.__name__: one
    for one in (nfe_importada, cte_importado, consulta_concluida, documento_atualizado, erro_importacao)
}


def mensagem(evento: Dados) -> Dados:
    """Return what Slack is told of an event."""
    name, dados = str(evento.get("evento")), evento.get("dados")
    say = DIZER.get(name)
    title, lines = (f"Evento {escapado(name)}", ()) if say is None else say(dados if isinstance(dados, dict) else {})
    one = {
        "color": RUIM if name == "erro_importacao" else BOM,
        "title": title,
        "text": "\n".join(f"*{label}:* {said}" for label, said in lines),
        "footer": "Esteira",
        "ts": segundos(evento.get("timestamp")),
        "mrkdwn_in": ["text"],
    }
    return {"username": "Fiscal Bot", "icon_emoji": ":page_facing_up:", "attachments": [one]}


def segundos(timestamp: Any) -> int:
    """Return an ISO 8601 text as Unix seconds; now where it is none."""
    try:
        return int(datetime.fromisoformat(str(timestamp)).timestamp())
    except (ValueError, OverflowError):
        return int(datetime.now(UTC).timestamp())


class SlackRecusou(Recusado):
    """Slack did not take a message; `Retry-After`, if it says so, is handed on."""

    def __init__(self, said: str, retry_after: str | None = None) -> None:
        super().__init__(502, said)
        self.headers = {"Retry-After": retry_after} if retry_after and retry_after.isdigit() else {}


def enviar(url: str, evento: Dados) -> None:
    """Tell Slack of an event; raise `SlackRecusou` unless it says `ok`. The address is a secret, and in no text."""
    failed = ""
    try:
        answer = requests.post(url, json=mensagem(evento), timeout=PACIENCIA_SECONDS, allow_redirects=False)
    except requests.RequestException as fault:
        failed = type(fault).__name__
    if failed:
        log.warning("o Slack não respondeu: %s", failed)
        raise SlackRecusou("o Slack não respondeu")
    if answer.status_code != 200 or answer.text.strip() != "ok":
        log.warning("o Slack recusou: %s", answer.status_code)
        raise SlackRecusou(f"o Slack respondeu {answer.status_code}", answer.headers.get("Retry-After"))


def main() -> None:
    """Receive, and tell Slack."""
    given = opcoes(__doc__, 9001, "slack.db").parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    logging.getLogger("urllib3").setLevel(logging.WARNING)
    url = os.environ.get("SLACK_WEBHOOK_URL", "")
    if not url.startswith(("https://", "http://127.0.0.1:")):
        sys.exit("Falta SLACK_WEBHOOK_URL, o endereço https do Incoming Webhook do canal.")
    receptor = Receptor(
        assinatura(given.sem_assinatura),
        Memoria(given.banco),
        lambda evento: enviar(url, evento),
        {"/health": lambda: {"status": "ok", "service": SERVICO, "slack_configured": True}},
    )
    atender(receptor, given.host, given.porta)


if __name__ == "__main__":
    main()
