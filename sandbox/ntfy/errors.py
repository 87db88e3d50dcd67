"""The refusals of an ntfy server, with the numbers its clients know."""

from aiohttp import web


class NtfyError(Exception):
    """A refusal: ntfy's own code (None where it has none) and its text."""

    def __init__(self, code: int | None, text: str, http: int = 0) -> None:
        super().__init__(text)
        self.code, self.text = code, text
        self.http = http or (code or 40000) // 100

    def response(self) -> web.Response:
        """Return the JSON answer."""
        content: dict[str, int | str] = {"code": self.code} if self.code else {}
        return web.json_response(content | {"http": self.http, "error": self.text}, status=self.http)


DELAY_NO_CACHE = (40002, "cannot disable cache for delayed message")
EMAIL_DISABLED = (40001, "e-mail notifications are not enabled")
DELAY_UNREADABLE = (40004, "invalid delay parameter: unable to parse delay")
DELAY_TOO_SMALL = (40005, "invalid delay parameter: too small, please refer to the docs")
DELAY_TOO_LARGE = (40006, "invalid delay parameter: too large, please refer to the docs")
PRIORITY = (40007, "invalid priority parameter")
SINCE = (40008, "invalid since parameter")
TOPIC = (40009, "invalid request: topic invalid")
TOPIC_RESERVED = (40010, "invalid request: topic name is not allowed")
ATTACH_URL = (40013, "invalid request: attachment URL is invalid")
NO_ATTACHMENTS = (40014, "invalid request: attachments not allowed")
NO_WEBSOCKET = (40016, "invalid request: client not using the websocket protocol")
ACTIONS = (40018, "invalid request: actions invalid")
ICON_URL = (40021, "invalid request: icon URL is invalid")
BODY_JSON = (40024, "invalid request: request body must be valid JSON")
CALLING = (40032, "invalid request: calling is disabled")
UNAUTHORIZED = (40101, "unauthorized")
FORBIDDEN = (40301, "forbidden")
NOT_FOUND = (40401, "page not found")
JSON_TOO_LARGE = (41303, "JSON body too large")
TOO_MANY_REQUESTS = (42901, "limit reached: too many requests")
TOO_MANY_SUBSCRIPTIONS = (42903, "limit reached: too many active subscriptions")
TOO_MANY_AUTH_FAILURES = (42909, "limit reached: too many auth failures")
