"""Webhooks: of every user, and the operator's. docs/reference/contracts/integracoes.md §10.2 to §10.4."""

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

from sqlalchemy import Select, func, select

from api.admin.parts import Acao, Campo, Coluna, Dados, Escolha, Periodo, SimNao
from api.admin.table import Linha, Tabela
from core.clock import SYSTEM
from core.errors import Conflict, UsageError
from core.text import plural
from flows.destinos import health, trying, webhooks
from flows.destinos.webhooks import Dito
from flows.entregas.recovering import recover
from flows.usuarios.finding import caller_of
from flows.usuarios.tokens import Quem
from storage.models.destinos import Destino, DestinoEvento
from storage.models.usuarios import Usuario

FAILED = timedelta(days=7)
SEGURANCA, CONFIGURACAO, ESTATISTICAS = "Segurança", "Configuração", "Estatísticas"
# The names of its events in one text, the same on both databases.
EVENTOS = (
    select(func.aggregate_strings(DestinoEvento.evento, ","))
    .where(DestinoEvento.destino_id == Destino.id)
    .correlate(Destino)
    .scalar_subquery()
)
LIGADO = Destino.ativo & Destino.desligado_em.is_(None) & Destino.pausado_em.is_(None)


def testar(numero: int, quem: Quem) -> str:
    """Send a test event, once."""
    tried = trying.try_out(str(webhooks.mostrar(numero).id), usuario=quem.username)
    if not tried.sucesso:
        raise Conflict(f"Não recebeu o teste: {tried.erro}")
    return f"Respondeu {tried.status_code} em {tried.duracao_ms} ms."


def ligar(numero: int, _: Quem) -> str:
    """Turn it on, and what was kept for it is sent."""
    webhooks.alterar(numero, Dito(ativo=True))
    return "Ligado."


def desligar(numero: int, _: Quem) -> str:
    """Turn it off."""
    webhooks.alterar(numero, Dito(ativo=False))
    return "Desligado."


def reenviar(numero: int, _: Quem) -> str:
    """Send again what was given up in the last days."""
    again = recover(webhooks.mostrar(numero).id, SYSTEM.now() - FAILED)
    return f"{plural(again, 'entrega será reenviada', 'entregas serão reenviadas')}."


class Webhooks(Tabela, model=Destino):
    """Webhooks."""

    name, name_plural, caminho = "Webhook", "Webhooks", "webhook"
    colunas = (
        Coluna("nome", "Nome", Destino.nome),
        Coluna("url", "URL", Destino.url),
        Coluna("eventos", "Eventos", EVENTOS),
        Coluna("usuario", "Usuário", Usuario.username),
        Coluna("ativo", "Ativo", LIGADO),
        Coluna("total_execucoes", "Execuções", Destino.total_execucoes, ESTATISTICAS),
        Coluna("total_erros", "Erros", Destino.total_erros, ESTATISTICAS),
        Coluna("ultima_execucao", "Última execução", Destino.ultima_execucao, ESTATISTICAS),
    )
    detalhes = (
        Coluna("tem_segredo", "Assina os pedidos", Destino.secret_key.is_not(None), SEGURANCA),
        Coluna("tem_cabecalhos", "Tem cabeçalhos próprios", Destino.headers_customizados.is_not(None), SEGURANCA),
        Coluna("filtro", "Filtro", Destino.filtro, CONFIGURACAO),
        Coluna("timeout", "Tempo por tentativa (s)", Destino.timeout, CONFIGURACAO),
        Coluna("retry_count", "Tentativas", Destino.retry_count, CONFIGURACAO),
        Coluna("ligado", "Ligado por quem é dono", Destino.ativo, CONFIGURACAO),
        Coluna("desligado_motivo", "Desligado pela Esteira", Destino.desligado_motivo, CONFIGURACAO),
        Coluna("data_criacao", "Criado em", Destino.data_criacao, ESTATISTICAS),
        Coluna("data_atualizacao", "Mudado em", Destino.data_atualizacao, ESTATISTICAS),
    )
    filtros = (
        SimNao("ativo", "Ativo", LIGADO),
        Periodo("data_criacao", "Criado", Destino.data_criacao),
        Escolha("usuario", "Usuário", Usuario.username),
    )
    buscados = (Destino.nome, Destino.url, EVENTOS)
    ordens = {  # noqa: RUF012 - read only
        "data_criacao": Destino.data_criacao,
        "total_execucoes": Destino.total_execucoes,
        "total_erros": Destino.total_erros,
    }
    campos = (
        Campo("nome", "Nome", obrigatorio=True),
        Campo("url", "URL", obrigatorio=True),
        Campo("eventos", "Eventos", ajuda="Nomes separados por vírgula.", obrigatorio=True),
        Campo(
            "ativo",
            "Ativo",
            "bool",
            "Sem a marca, os eventos dele se perdem. Uma pausa termina com Ligar.",
            inicial="1",
        ),
        Campo("secret_key", "Segredo novo", "password", "Vazio deixa o que há. O de antes assina por mais um dia."),
        Campo("sem_segredo", "Tirar o segredo: deixa de assinar", "bool"),
        Campo("headers_customizados", "Cabeçalhos", "area", "Um por linha, Nome: valor. *** deixa o valor que há."),
        Campo("filtro", "Filtro", "area", "Condições em JSON sobre o corpo do evento; vazio deixa passar todos."),
        Campo("timeout", "Tempo por tentativa (s)", "number"),
        Campo("retry_count", "Tentativas", "number"),
    )
    novos = (Campo("usuario", "Usuário", ajuda="De quem é; vazio é do operador."), *campos)
    acoes = (
        Acao("testar", "Testar", testar, 5, teste=True),
        Acao("ligar", "Ligar", ligar),
        Acao("desligar", "Desligar", desligar),
        Acao("reenviar", "Reenviar o que falhou em 7 dias", reenviar, 20),
    )

    def base(self, query: Select[*tuple[Any, ...]]) -> Select[*tuple[Any, ...]]:
        """Return a query of webhooks with their users."""
        return query.outerjoin(Usuario, Usuario.id == Destino.usuario_id).where(Destino.tipo == webhooks.TIPO)

    def criar(self, dados: Dados) -> int:
        """Make a user's webhook."""
        return webhooks.criar(_dito(dados), caller_of((dados.texto("usuario") or "").strip() or None)).id

    def alterar(self, numero: int, dados: Dados) -> None:
        """Change a webhook."""
        webhooks.alterar(numero, replace(_dito(dados), ativo=None, ligado=dados.sim("ativo")))

    def valores(self, numero: int) -> Linha:
        """Return what its form shows: of a secret nothing, of headers their names, of a stopped one what is wanted."""
        shown, ligado = webhooks.mostrar(numero), self.uma(numero)["ligado"]
        headers = "\n".join(f"{name}: {value}" for name, value in shown.headers_customizados.items())
        filtro = json.dumps(shown.filtro, ensure_ascii=False) if shown.filtro else ""
        return vars(shown) | {"ativo": ligado, "headers_customizados": headers, "filtro": filtro}

    def alem(self, numero: int) -> Mapping[str, Any]:
        """Return how it went with a webhook of late."""
        seen = health.saude(numero)
        return {
            "Últimas 24 horas": _figures(seen.entregas_24h, seen.falhas_24h, seen.taxa_sucesso_24h)
            | {"Duração: metade em até (ms)": seen.p50_ms, "Duração: 95 % em até (ms)": seen.p95_ms},
            "Últimos 7 dias": _figures(seen.entregas_7d, seen.falhas_7d, seen.taxa_sucesso_7d)
            | {"Últimos erros": "\n".join(seen.ultimos_erros)},
            "Agora": {"Entregas à espera": seen.pendentes},
        }


def _figures(good: int, bad: int, rate: float | None) -> dict[str, Any]:
    share = "" if rate is None else f"{rate:.2f} %".replace(".", ",")
    return {"Entregues": good, "Falhas": bad, "Taxa de sucesso": share}


def _dito(dados: Dados) -> Dito:
    return Dito(
        nome=dados.texto("nome"),
        url=dados.texto("url"),
        eventos=[one.strip() for one in (dados.texto("eventos") or "").split(",")],
        ativo=dados.sim("ativo"),
        secret_key="" if dados.sim("sem_segredo") else dados.senha("secret_key"),
        headers_customizados=_headers(dados.texto("headers_customizados") or ""),
        filtro=dados.texto("filtro") or "",
        timeout=dados.inteiro("timeout"),
        retry_count=dados.inteiro("retry_count"),
    )


def _headers(typed: str) -> Mapping[str, str]:
    found: dict[str, str] = {}
    for line in filter(None, map(str.strip, typed.splitlines())):
        name, colon, value = line.partition(":")
        if not colon or not name.strip() or name.strip() in found:
            raise UsageError("Um por linha, na forma Nome: valor, cada nome uma vez.", campo="headers_customizados")
        found[name.strip()] = value.strip()
    return found


TABELA = Webhooks
