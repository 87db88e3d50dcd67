"""Who calls, how often, and what they may touch."""

import base64
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field

from aiohttp import web

from core.clock import Clock
from sandbox.ntfy import errors
from sandbox.ntfy.errors import NtfyError

ANONYMOUS = ""
AUTH_FAILURES = 30
AUTH_REFILL_SECONDS = 60.0


class Bucket:
    """`burst` at once, then one per `refill_seconds`."""

    def __init__(self, burst: int, refill_seconds: float, clock: Clock) -> None:
        self._burst, self._refill, self._clock = burst, refill_seconds, clock
        self._tokens, self._filled_at = float(burst), clock.now()

    def take(self) -> bool:
        """Use one token; False when there is none."""
        if not self.available():
            return False
        self._tokens -= 1
        return True

    def available(self) -> bool:
        """Tell whether there is a token, without using it."""
        now = self._clock.now()
        grown = (now - self._filled_at).total_seconds() / self._refill
        self._tokens, self._filled_at = min(self._burst, self._tokens + grown), now
        return self._tokens >= 1


@dataclass(frozen=True)
class Accounts:
    """Users with passwords, tokens of users, and who may use which topics (a user not listed: all)."""

    users: Mapping[str, str] = field(default_factory=dict)
    tokens: Mapping[str, str] = field(default_factory=dict)
    topics: Mapping[str, Collection[str]] = field(default_factory=dict)
    anonymous: bool = True

    def identify(self, request: web.Request) -> str:
        """Return the user's name, empty for anonymous.

        Raises:
            NtfyError: 40101, unknown credentials.
        """
        if not self.users and not self.tokens:
            return ANONYMOUS
        header = request.headers.get("Authorization") or _from_query(request.query.get("auth", ""))
        if not header:
            return ANONYMOUS
        scheme, _, credentials = header.partition(" ")
        user = self._by_token(credentials) if scheme == "Bearer" else None
        if scheme.lower() == "basic":
            user = self._by_password(credentials)
        if user is None:
            raise NtfyError(*errors.UNAUTHORIZED)
        return user

    def permit(self, user: str, topic: str) -> None:
        """Let this user at this topic.

        Raises:
            NtfyError: 40301, not allowed.
        """
        allowed = self.anonymous if user == ANONYMOUS else topic in self.topics.get(user, (topic,))
        if not allowed:
            raise NtfyError(*errors.FORBIDDEN)

    def _by_token(self, token: str) -> str | None:
        return self.tokens.get(token.strip())

    def _by_password(self, credentials: str) -> str | None:
        name, _, password = _decoded(credentials, base64.b64decode).partition(":")
        if not name:
            return self._by_token(password)
        return name if self.users.get(name) == password else None


class Visitors:
    """One bucket of requests and one of wrong credentials per visitor: the user, or the address."""

    def __init__(self, burst: int, refill_seconds: float, clock: Clock) -> None:
        self._settings = (burst, refill_seconds)
        self._clock = clock
        self._requests: dict[str, Bucket] = {}
        self._failures: dict[str, Bucket] = {}

    def admit(self, visitor: str) -> None:
        """Count one request.

        Raises:
            NtfyError: 42901, without saying when to come back.
        """
        if not self._requests.setdefault(visitor, Bucket(*self._settings, self._clock)).take():
            raise NtfyError(*errors.TOO_MANY_REQUESTS)

    def identify(self, accounts: Accounts, request: web.Request) -> str:
        """Return the user, counting wrong credentials against the address.

        Raises:
            NtfyError: 40101, or 42909 after many of them.
        """
        fresh = Bucket(AUTH_FAILURES, AUTH_REFILL_SECONDS, self._clock)
        failures = self._failures.setdefault(request.remote or "", fresh)
        if not failures.available():
            raise NtfyError(*errors.TOO_MANY_AUTH_FAILURES)
        try:
            return accounts.identify(request)
        except NtfyError:
            failures.take()
            raise


def _from_query(value: str) -> str:
    return _decoded(value + "=" * (-len(value) % 4), base64.urlsafe_b64decode) if value else ""


def _decoded(text: str, decode: Callable[[str], bytes]) -> str:
    try:
        return decode(text).decode("utf-8")
    except ValueError:
        return ""
