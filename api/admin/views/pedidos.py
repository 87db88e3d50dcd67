"""Requests to the API. docs/reference/contracts/integracoes.md §10.2."""

from api.admin.parts import Coluna, Escolha, Inteiro, Periodo
from api.admin.table import Tabela
from storage.models.pedidos import PedidoAPI

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")


class Pedidos(Tabela, model=PedidoAPI):
    """Requests."""

    name, name_plural, caminho = "Pedido", "Pedidos à API", "apirequestlog"
    colunas = (
        Coluna("timestamp", "Em", PedidoAPI.timestamp),
        Coluna("user", "Usuário", PedidoAPI.user),
        Coluna("method", "Método", PedidoAPI.method),
        Coluna("path", "Caminho", PedidoAPI.path),
        Coluna("status_code", "Resposta", PedidoAPI.status_code),
        Coluna("response_time", "Segundos", PedidoAPI.response_time),
    )
    detalhes = (
        Coluna("ip_address", "Endereço", PedidoAPI.ip_address),
        Coluna("user_agent", "Programa", PedidoAPI.user_agent),
        Coluna("query_params", "Parâmetros", PedidoAPI.query_params),
        Coluna("request_body", "Corpo", PedidoAPI.request_body),
        Coluna("response_body", "Resposta", PedidoAPI.response_body),
    )
    filtros = (
        Escolha("user", "Usuário", PedidoAPI.user),
        Escolha("method", "Método", PedidoAPI.method, METHODS),
        Inteiro("status_code", "Resposta", PedidoAPI.status_code),
        Periodo("data", "Em", PedidoAPI.timestamp),
    )
    buscados = (PedidoAPI.path, PedidoAPI.user)
    ordens = {"timestamp": PedidoAPI.timestamp}  # noqa: RUF012 - read only


TABELA = Pedidos
