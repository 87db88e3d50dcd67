"""What Questor means by a status where that differs from the default.

docs/reference/contracts/questor.md §3, §4.
"""

from connectors.base.causes import Cause
from connectors.base.faults import Blocked, Overloaded, Refused, TooLarge, Unintelligible
from connectors.base.table import DEFAULT, Row

_WRONG_ADDRESS = Row(Blocked, "o endereço configurado é inválido; confira base_url")
# A 500 or 503 is Questor's way to be away for hours: what it was sent goes through later, unchanged, exactly once.
TABLE = DEFAULT.changed(
    {
        range(300, 400): Row(Blocked, "o endereço redireciona (HTTP {status}); confira office e base_url"),
        404: Row(Blocked, "o endereço não existe (HTTP {status}): confira office, token e methods"),
        408: Row(Overloaded, "o pedido não chegou inteiro a tempo (HTTP {status})"),
        413: Row(TooLarge, "o lote é grande demais (HTTP {status})"),
        500: Row(Overloaded, "está indisponível (HTTP {status})"),
        501: Row(Overloaded, "está indisponível (HTTP {status})"),
        503: Row(Overloaded, "está indisponível (HTTP {status})"),
        range(505, 600): Row(Overloaded, "está indisponível (HTTP {status})"),
        Cause.BAD_ADDRESS: _WRONG_ADDRESS,
    }
)
NO_KEYS = Row(Unintelligible, "a consulta não trouxe uma lista de documentos")
ENDLESS = Row(Unintelligible, "as páginas da consulta não terminam")
NO_TEXT = Row(Refused, "o texto de um documento não é Unicode válido; nada foi enviado")
