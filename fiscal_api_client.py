"""Esteira's REST API from Python: one file that needs `requests` alone, to be copied wherever it is used.

    from fiscal_api_client import FiscalAPIClient

    with FiscalAPIClient("https://fiscal.example.com", token) as client:
        for nota in client.iterar_nfes(data_inicio="2026-11-01"):
            print(nota["numero_nf"], nota["valor_total"])

Amounts come as texts, for `decimal.Decimal`; times as ISO 8601 with their offset. Only what reads is asked again after
a fault that passes; what writes carries an `Idempotency-Key`, which the fault names, so that it can be sent again.
"""

import json
import math
import random
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, date, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import parse_qsl, urlsplit

import requests
from requests.auth import AuthBase

TENTATIVAS, POR_PAGINA, CONEXOES, LONGEST_SAID = 4, 100, 10, 500
PRIMEIRA_ESPERA, MAIOR_ESPERA = 0.5, 120.0
PASSAGEIROS = frozenset({429, 502, 503, 504})
ESTRANHA = "a resposta não é da API; confira base_url."
ENDERECO = "base_url deve ser http:// ou https:// e um servidor, sem usuário, senha nem parâmetros."
MUDOU = "o servidor manda a outro endereço; corrija base_url."

Campos = dict[str, Any]
Quando = str | date | None
T = TypeVar("T")


class FiscalAPIError(Exception):
    """The API did not do what it was asked.

    `status` is the HTTP status, None where no answer came; `body` what was answered: JSON, or a text. With `request_id`
    an operator finds the request in the log. `idempotency_key` is what a request that writes was sent with: sent again
    with it, it is done once.
    """

    def __init__(
        self, mensagem: str, status: int | None = None, body: Any = None, headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(mensagem)
        said = headers or {}
        self.status, self.body, self.request_id = status, body, said.get("X-Request-ID")
        self.retry_after = _seconds(said.get("Retry-After"))
        self.idempotency_key: str | None = None


class FiscalAuthError(FiscalAPIError):
    """The token does not stand, or not for this."""


class FiscalNotFoundError(FiscalAPIError):
    """It is not there, or it is somebody else's."""


class FiscalValidationError(FiscalAPIError):
    """What was sent is wrong."""

    @property
    def campos(self) -> dict[str, list[str]]:
        """Return what is wrong, field by field."""
        found = self.body if isinstance(self.body, dict) else {}
        return {name: said for name, said in found.items() if isinstance(said, list)}


class FiscalConflictError(FiscalAPIError):
    """It cannot be done as things are."""


class FiscalRateLimitError(FiscalAPIError):
    """Too many requests; `retry_after` says how many seconds to wait."""


class FiscalConnectionError(FiscalAPIError):
    """No answer came; whether the request was done is unknown."""


ERROS: dict[int, type[FiscalAPIError]] = {
    **dict.fromkeys((400, 413, 415, 422), FiscalValidationError),
    **dict.fromkeys((401, 403), FiscalAuthError),
    404: FiscalNotFoundError,
    409: FiscalConflictError,
    429: FiscalRateLimitError,
}


class FiscalAPIClient:
    """The API as one user.

    `base_url` is the address of the service, with or without `/api`; `timeout` how many seconds to wait for a
    connection, and for each part of an answer. `esperar` waits between two attempts.
    """

    def __init__(
        self, base_url: str, token: str, timeout: float = 30, *, esperar: Callable[[float], object] = time.sleep
    ) -> None:
        self._base, self._timeout, self._esperar = _base(base_url), timeout, esperar
        self._auth = _Token(token)
        self._session = requests.Session()
        for scheme in ("http://", "https://"):
            self._session.mount(scheme, requests.adapters.HTTPAdapter(pool_maxsize=CONEXOES))
        self._session.headers.update({"Accept": "application/json", "User-Agent": "fiscal-api-client"})
        self.hora_do_servidor: datetime | None = None

    def __repr__(self) -> str:
        return f"FiscalAPIClient({self._base!r})"

    def __enter__(self) -> "FiscalAPIClient":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections."""
        self._session.close()

    def listar_nfes(
        self, search: str = "", cnpj: str = "", data_inicio: Quando = None, data_fim: Quando = None, page: int = 1,
        limit: int = 20, **filtros: Any,
    ) -> Campos:  # fmt: skip
        """Return a page of NF-e: `count`, `next`, `previous`, `results`; more filters by the names of the API."""
        said = {"search": search, "cnpj": cnpj, "data_inicio": data_inicio, "data_fim": data_fim}
        return self.pedir("GET", "nfe/", params=said | {"page": page, "limit": limit} | filtros)

    def buscar_nfe(self, nfe_id: int) -> Campos:
        """Return an NF-e with all its fields and items."""
        return self.pedir("GET", f"nfe/{int(nfe_id)}/")

    def totais_nfe(self, **filtros: Any) -> Campos:
        """Return what the NF-e are worth; filters as those of the list."""
        return self.pedir("GET", "nfe/totais/", params=filtros)

    def nfes_por_emitente(self, **filtros: Any) -> list[Campos]:
        """Return the 20 issuers with most NF-e."""
        return self._json(list, "GET", "nfe/por_emitente/", params=filtros)

    def iterar_nfes(self, **filtros: Any) -> Iterator[Campos]:
        """Yield the NF-e of all pages, those that the filters of `listar_nfes` leave."""
        return self.iterar("nfe/", filtros)

    def listar_ctes(self, search: str = "", page: int = 1, limit: int = 20, **filtros: Any) -> Campos:
        """Return a page of CT-e; more filters by the names of the API."""
        return self.pedir("GET", "cte/", params={"search": search, "page": page, "limit": limit} | filtros)

    def buscar_cte(self, cte_id: int) -> Campos:
        """Return a CT-e with all its fields."""
        return self.pedir("GET", f"cte/{int(cte_id)}/")

    def totais_cte(self, **filtros: Any) -> Campos:
        """Return what the CT-e are worth; filters as those of the list."""
        return self.pedir("GET", "cte/totais/", params=filtros)

    def ctes_por_rota(self, **filtros: Any) -> list[Campos]:
        """Return the 20 routes with most CT-e."""
        return self._json(list, "GET", "cte/rotas/", params=filtros)

    def iterar_ctes(self, **filtros: Any) -> Iterator[Campos]:
        """Yield the CT-e of all pages, those that the filters of `listar_ctes` leave."""
        return self.iterar("cte/", filtros)

    def dashboard(self) -> Campos:
        """Return how much there is, and how much of it is of the last 30 days."""
        return self.pedir("GET", "dashboard/")

    def estatisticas(self) -> Campos:
        """Return the greatest issuers, products and routes, and the sales of the newest months."""
        return self.pedir("GET", "statistics/")

    def buscar(self, termo: str) -> Campos:
        """Return up to 20 NF-e and 20 CT-e that hold a text."""
        return self.pedir("GET", "search/", params={"q": termo})

    def listar_logs(self, tipo: str = "", status: str = "", page: int = 1) -> Campos:
        """Return a page of what became of each imported file."""
        return self.pedir("GET", "logs/", params={"tipo": tipo, "status": status, "page": page})

    def listar_webhooks(self) -> list[Campos]:
        """Return all webhooks."""
        return list(self.iterar("webhooks/", {}))

    def criar_webhook(
        self, nome: str, url: str, eventos: str | list[str] = "nfe_importada,cte_importado", ativo: bool = True,
        secret_key: str = "", timeout: int | None = None, retry_count: int | None = None, *,
        idempotency_key: str | None = None, **campos: Any,
    ) -> Campos:  # fmt: skip
        """Make a webhook and return it."""
        said: Campos = {"nome": nome, "url": url, "eventos": eventos, "ativo": ativo, "secret_key": secret_key or None}
        said |= {"timeout": timeout, "retry_count": retry_count, **campos}
        body = {name: value for name, value in said.items() if value is not None}
        return self.pedir("POST", "webhooks/", corpo=body, idempotency_key=idempotency_key)

    def atualizar_webhook(self, webhook_id: int, **campos: Any) -> Campos:
        """Change what is said of a webhook, and return it."""
        return self.pedir("PATCH", f"webhooks/{int(webhook_id)}/", corpo=campos)

    def deletar_webhook(self, webhook_id: int) -> Campos:
        """Remove a webhook, with what it is still owed."""
        return self.pedir("DELETE", f"webhooks/{int(webhook_id)}/")

    def testar_webhook(self, webhook_id: int) -> Campos:
        """Send it a test now; raise `FiscalValidationError` where it did not receive it, whose `body` says why."""
        return self.pedir("POST", f"webhooks/{int(webhook_id)}/testar/", corpo={})

    def logs_webhook(self, webhook_id: int) -> list[Campos]:
        """Return the 50 newest attempts."""
        return self._json(list, "GET", f"webhooks/{int(webhook_id)}/logs/")

    def estatisticas_webhooks(self) -> Campos:
        """Return how the attempts of the last 24 hours went."""
        return self.pedir("GET", "webhooks/estatisticas/")

    def eventos_disponiveis(self) -> list[Campos]:
        """Return the events that a webhook may name."""
        return list(self.pedir("GET", "integracoes/eventos/")["eventos"])

    def disparar_evento(self, evento: str, dados: Mapping[str, Any], *, idempotency_key: str | None = None) -> Campos:
        """Fire an event to one's own webhooks."""
        body = {"evento": evento, "dados": dict(dados)}
        return self.pedir("POST", "integracoes/disparar/", corpo=body, idempotency_key=idempotency_key)

    def enviar_certificado(self, nome: str, cnpj: str, arquivo_pfx: str | Path | bytes, senha_pfx: str) -> Campos:
        """Send the file of an A1 certificate, or its bytes, and return what is in it."""
        content = arquivo_pfx if isinstance(arquivo_pfx, bytes) else Path(arquivo_pfx).read_bytes()
        fields = {"nome": nome, "cnpj": cnpj, "senha_pfx": senha_pfx}
        return self.pedir("POST", "certificados/", data=fields, files={"arquivo_pfx": ("certificado.pfx", content)})

    def consultar_sefaz(self, certificado_id: int, tipo_documento: str, inicio: Quando, fim: Quando) -> Campos:
        """Ask SEFAZ for documents; return `consulta_id`."""
        said = {"tipo_documento": tipo_documento, "data_inicio": inicio, "data_fim": fim}
        return self.pedir("POST", f"certificados/{int(certificado_id)}/consultar/", corpo=said)

    def buscar_consulta(self, consulta_id: int) -> Campos:
        """Return a question to SEFAZ with its documents."""
        return self.pedir("GET", f"consultas/{int(consulta_id)}/")

    def importar_documento(self, documento_id: int) -> Campos:
        """Import one document that a question found."""
        return self.pedir("POST", f"documento/{int(documento_id)}/importar/", corpo={})

    def importar_consulta(self, consulta_id: int) -> Campos:
        """Import all pending documents that a question found."""
        return self.pedir("POST", f"consultas/{int(consulta_id)}/importar/", corpo={})

    def pagina_seguinte(self, pagina: Mapping[str, Any]) -> Campos | None:
        """Return the page that `next` of a page names, always at `base_url`; None after the last."""
        if not pagina.get("next"):
            return None
        address = urlsplit(str(pagina["next"]))
        return self.pedir("GET", address.path.partition("/api/")[2], params=dict(parse_qsl(address.query)))

    def iterar(self, path: str, filtros: Campos) -> Iterator[Campos]:
        """Yield the rows of all pages of any list of the API, such as `iterar("certificados/", {})`."""
        page: Campos | None = self.pedir("GET", path, params={"limit": POR_PAGINA} | filtros)
        while page is not None:
            yield from page["results"]
            page = self.pagina_seguinte(page)

    def pedir(self, method: str, path: str, **how: Any) -> Campos:
        """Ask for any path of the API: `params` for its parameters, `corpo` for its body; return its JSON object."""
        return self._json(dict, method, path, **how)

    def baixar(self, path: str) -> bytes:
        """Return what any path of the API answers as it is, such as `nfe/7/xml` or `consultas/3/exportar.csv`."""
        return self._ask("GET", path).content

    def _json(self, kind: type[T], method: str, path: str, **how: Any) -> T:
        answer = self._ask(method, path, **how)
        found = _read(answer.content) if answer.content else kind()
        if not isinstance(found, kind):
            raise self._fault(f"{method} {path}", answer, ESTRANHA)
        return found

    def _ask(
        self, method: str, path: str, params: Campos | None = None, corpo: Campos | None = None,
        idempotency_key: str | None = None, **how: Any,
    ) -> requests.Response:  # fmt: skip
        """Ask until there is an answer that stands; raise what it says where it is none."""
        key = (idempotency_key or uuid.uuid4().hex) if method == "POST" else None
        headers = {} if key is None else {"Idempotency-Key": key}
        if corpo is not None:
            headers["Content-Type"] = "application/json"
            how["data"] = json.dumps(corpo, default=_text, allow_nan=False).encode()
        sent = {name: _text(one) for name, one in (params or {}).items() if one not in (None, "")}
        attempt = 0
        while True:
            attempt += 1
            found = self._attempt(method, path, how | {"headers": headers, "params": sent})
            if isinstance(found, requests.Response):
                return found
            wait = _wait(found, attempt) if method == "GET" else None
            if wait is None:
                found.idempotency_key = key
                raise found
            self._esperar(wait)

    def _attempt(self, method: str, path: str, how: Campos) -> requests.Response | FiscalAPIError:
        """Ask once. A fault of the library is left behind here: it holds the request, and with it the token."""
        try:
            # a redirect is never followed: nobody else gets the token
            answer = self._session.request(
                method, self._base + path, auth=self._auth, timeout=self._timeout, allow_redirects=False, **how
            )
        except requests.RequestException as error:
            kind = FiscalAPIError if isinstance(error, ValueError) else FiscalConnectionError
            return kind(f"{method} {path}: {type(error).__name__} em {self._base}.")
        self.hora_do_servidor = _moment(answer.headers.get("Date")) or self.hora_do_servidor
        return answer if 200 <= answer.status_code < 300 else self._fault(f"{method} {path}", answer)

    def _fault(self, what: str, answer: requests.Response, why: str = "") -> FiscalAPIError:
        """Return what an answer is that is no good; a token that it repeats is hidden."""
        body, status = _read(self._auth.hidden(answer.content)), answer.status_code
        said = why or (MUDOU if 300 <= status < 400 else _said(body))
        told = f"{what}: {status}: {said}"[:LONGEST_SAID]
        return ERROS.get(status, FiscalAPIError)(told, status, body, answer.headers)


class _Token(AuthBase):
    """What a request shows; nothing prints it, and no `.netrc` takes its place."""

    def __init__(self, token: str) -> None:
        if not token or not token.isascii() or not token.isprintable() or " " in token:
            raise ValueError("O token está vazio ou tem caracteres que um token não tem.")
        self._token = token

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers["Authorization"] = f"Token {self._token}"
        return request

    def hidden(self, body: bytes) -> bytes:
        """Return a body without the token."""
        return body.replace(self._token.encode(), b"***")


def _base(base_url: str) -> str:
    parts = urlsplit(base_url.strip())
    more = parts.username is not None or parts.query or parts.fragment
    if parts.scheme not in ("http", "https") or not parts.hostname or more:
        raise ValueError(ENDERECO)
    path = parts.path.rstrip("/").removesuffix("/api")
    return f"{parts.scheme}://{parts.netloc}{path}/api/"


def _read(body: bytes) -> Any:
    """Return JSON, or a text where it is none."""
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return body.decode("utf-8", "replace")


def _text(value: Any) -> str:
    return value.isoformat() if isinstance(value, date) else str(value)


def _wait(fault: FiscalAPIError, attempt: int) -> float | None:
    """Return how long to wait before asking again; None where that is of no use, or too long."""
    passes = isinstance(fault, FiscalConnectionError) or fault.status in PASSAGEIROS
    if not passes or attempt >= TENTATIVAS:
        return None
    if fault.retry_after is not None:
        return fault.retry_after if fault.retry_after <= MAIOR_ESPERA else None
    return PRIMEIRA_ESPERA * random.uniform(0.5, 1.5) * float(2 ** (attempt - 1))


def _seconds(retry_after: str | None) -> float | None:
    """Return what `Retry-After` asks for, in seconds or as a date."""
    try:
        found = float(retry_after or "nan")
    except ValueError:
        moment = _moment(retry_after)
        return None if moment is None else max(0.0, (moment - datetime.now(UTC)).total_seconds())
    return max(0.0, found) if math.isfinite(found) else None


def _moment(said: str | None) -> datetime | None:
    try:
        found = parsedate_to_datetime(said or "")
    except (ValueError, OverflowError):
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _said(body: Any) -> str:
    """Return what an answer says in words."""
    if not isinstance(body, dict):
        return " ".join(str(body).split())
    words = [str(body[name]) for name in ("detail", "error", "erro", "mensagem") if body.get(name)]
    words += [f"{name}: {' '.join(map(str, said))}" for name, said in body.items() if isinstance(said, list)]
    return " ".join(words) or "sem explicação"
