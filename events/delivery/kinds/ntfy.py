"""ntfy: one JSON publish per event. It is delivered when the server itself says so, with the message's id."""

import re
from base64 import b64encode
from collections.abc import Hashable
from dataclasses import replace
from datetime import UTC, datetime

from claims.bucket import Bucket
from core.errors import UsageError
from core.settings.deliveries import DeliverySettings
from events.delivery.address import checked_url, server_of, wire_url
from events.delivery.http.exchange import Answer, Request
from events.delivery.http.kind import HttpKind
from events.delivery.http.outcomes import BUSY, DEFAULT, FAILED, STRAINED, StatusTable, exactly, rows
from events.delivery.kind import Checked, Message, Said
from events.delivery.ntfy import answer as answers
from events.delivery.ntfy.message import publish
from events.delivery.outcome import Outcome
from storage.models.destinos import Destino
from storage.models.eventos import Estado

USER_AGENT = "Esteira/1"
TOPIC = re.compile(r"[-_A-Za-z0-9]{1,64}")
RESERVED_TOPICS = frozenset(
    ["docs", "static", "file", "app", "metrics", "account", "settings", "signup", "login", "v1"]
)
REFUSED = Outcome("recusado", Estado.ESGOTADO, "respondeu HTTP {status}")
UNAUTHORISED = Outcome("recusado", Estado.RETIDO, "respondeu HTTP {status}: credencial recusada", switch_off=True)
STATUSES: StatusTable = (
    *rows(replace(UNAUTHORISED, credential=True), *exactly(401)),
    # Of one topic perhaps: another one may still be open to the same token.
    *rows(UNAUTHORISED, *exactly(403)),
    *rows(BUSY, *exactly(429)),
    *rows(FAILED, *exactly(408, 425)),
    *rows(STRAINED, *exactly(507)),
    *rows(REFUSED, range(400, 500)),
    *DEFAULT,
)
SOMEBODY_ELSE = "respondeu HTTP {status}, mas não é a resposta de um servidor ntfy"


class Ntfy(HttpKind):
    """A topic of an ntfy server; all topics of one server share its bucket."""

    tipo = "ntfy"
    takes = frozenset(["topico"])
    statuses = STATUSES
    # Thirty wrong credentials of one address lock it out, those that are right too.
    one_first = True
    # it rings on a person's phone
    repeats_cost = True

    def build(self, destino: Destino, message: Message, now: datetime) -> Request:
        """Return the publish request of one attempt."""
        headers = {"Content-Type": "application/json", "User-Agent": USER_AGENT, "Accept-Encoding": "identity"}
        if destino.secret_key:
            headers["Authorization"] = authorization(destino.secret_key)
        return Request(destino.url, headers, publish(destino.topico or "", message), body_proves=True)

    def judge(self, destino: Destino, answer: Answer, now: datetime) -> Outcome:
        """Return what an answer means; a proxy's page is neither a success nor a refusal for good."""
        outcome = super().judge(destino, answer, now)
        if outcome.delivered:
            return _proven(outcome, destino, answer)
        code = answers.code(answer)
        if code is None and outcome.estado is Estado.ESGOTADO:
            return replace(FAILED, text=SOMEBODY_ELSE.format(status=answer.status), retry_after=outcome.retry_after)
        if code == answers.OVER_THE_DAY:
            outcome = replace(outcome, minimum=max(outcome.minimum, answers.until_midnight(now.astimezone(UTC))))
        return replace(outcome, text=f"{outcome.text} (ntfy {code})") if code else outcome

    def checked(self, said: Said) -> Checked:
        """Return its columns: the root of a server, a topic, and a token or `usuario:senha` where there is one."""
        url = checked_url(said.url)
        if wire_url(url).raw_path_qs != "/":
            raise UsageError("A URL de um destino ntfy é a raiz do servidor; o tópico é dado à parte.", campo="url")
        columns = {"url": url, "topico": _checked_topic(said.topico), "secret_key": _checked_secret(said.segredo)}
        return Checked(columns, aviso=self.warning(url))

    def rotated(self, destino: Destino, said: Said, now: datetime) -> Checked:
        """Return another token, or another `usuario:senha`: only the server's owner can make one."""
        if said.segredo is None:
            raise UsageError("Diga o novo token (ou usuario:senha) do servidor ntfy.", campo="segredo")
        return Checked({"secret_key": _checked_secret(said.segredo)})

    def credential(self, destino: Destino) -> Hashable | None:
        """Return the server and the token or `usuario:senha`: many topics share them."""
        return (server_of(destino.url), destino.secret_key) if destino.secret_key else None

    def task(self, *, lento: bool) -> str:
        """Return the task of a queue of its own: a topic's limit is slower than any webhook."""
        return "entregas.drenar_ntfy"

    def bucket(self, destino: Destino, settings: DeliverySettings) -> Bucket:
        """Return the server's bucket."""
        # A name has 253 characters at most, the name of a bucket 100; the end of a host tells more than its beginning.
        return Bucket(server_of(destino.url)[-100:], settings.ntfy_burst, settings.ntfy_refill_seconds)


def _proven(outcome: Outcome, destino: Destino, answer: Answer) -> Outcome:
    if answers.published(answer, destino.topico or ""):
        return outcome
    if answer.fault is not None:
        raise answer.fault
    return replace(FAILED, text=SOMEBODY_ELSE.format(status=answer.status))


def _checked_topic(topico: str | None) -> str:
    if topico in RESERVED_TOPICS:
        raise UsageError(f"O tópico {topico!r} é reservado pelo servidor ntfy; escolha outro.", campo="topico")
    if topico is None or not TOPIC.fullmatch(topico):
        raise UsageError("Um destino ntfy precisa de um tópico com letras, números, - ou _ (até 64).", campo="topico")
    return topico


def _checked_secret(segredo: str | None) -> str | None:
    if segredo is None:
        return None
    if not segredo.isprintable() or not segredo.isascii() or not segredo.strip():
        raise UsageError("O segredo de um destino ntfy é um token, ou usuario:senha.", campo="segredo")
    return segredo.strip()


def authorization(secret: str) -> str:
    """Return Basic for `usuario:senha`, else Bearer."""
    if ":" in secret:
        return "Basic " + b64encode(secret.encode()).decode()
    return f"Bearer {secret}"


KIND = Ntfy()
