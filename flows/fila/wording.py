"""What a row says to people: title, text, priority and tags, by the account's template and the first rule that fits."""

from collections.abc import Sequence
from dataclasses import dataclass

from connectors.oracle.orders import Order
from core.settings.fila import ContaFila, FilaRule
from core.text import plural

TITLE_LIMIT, MESSAGE_LIMIT = 250, 4000
DIGEST_LINES = 20
EMPTY = "(sem texto)"


@dataclass(frozen=True)
class Notice:
    """One message; `destino` is the name of the only destination, none for all that subscribe."""

    destino: str | None
    titulo: str
    mensagem: str
    prioridade: int
    tags: tuple[str, ...]

    @property
    def audience(self) -> tuple[str, int, tuple[str, ...], str]:
        """What rows must share to be told in one message."""
        return self.destino or "", self.prioridade, self.tags, self.titulo


def notice(order: Order, conta: ContaFila) -> Notice:
    """Return the message of a row."""
    values = _values(order, conta)
    rule = next((one for one in conta.rules if _fits(one, order, conta)), None)
    title = rule.title if rule and rule.title is not None else conta.title
    return Notice(
        destino=rule.destination if rule and rule.destination is not None else conta.destination,
        titulo=title.format_map(values)[:TITLE_LIMIT],
        mensagem=conta.template.format_map(values)[:MESSAGE_LIMIT] or EMPTY,
        prioridade=rule.priority if rule and rule.priority is not None else conta.priority,
        tags=rule.tags if rule and rule.tags is not None else conta.tags,
    )


class _Values(dict[str, str]):
    """What a template may name; a column that the row lacks is empty."""

    def __missing__(self, key: str) -> str:
        return ""


def _named(order: Order, conta: ContaFila) -> dict[str, str]:
    """Return what was read of a row, by the names of its columns."""
    columns = conta.columns
    mine = {columns.id: order.linha, columns.os: order.os, columns.message: order.message}
    return dict(order.extra) | {name.lower(): value for name, value in mine.items()}


def _values(order: Order, conta: ContaFila) -> _Values:
    named = _named(order, conta) | {"id": order.linha, "id_os": order.os, "mensagem": order.message}
    hidden = {column.lower() for column in conta.mask}
    return _Values({name: masked(value) if name in hidden else value for name, value in named.items()})


def _fits(rule: FilaRule, order: Order, conta: ContaFila) -> bool:
    value = _named(order, conta).get(rule.column.lower(), "")
    return value.strip().casefold() == rule.value.strip().casefold()


def masked(value: str) -> str:
    """Return a text of which only the first letter of each word is shown."""
    return " ".join(f"{word[0]}." for word in value.split())


def digest(notices: Sequence[Notice]) -> Notice:
    """Return one message for several of one audience."""
    first = notices[0]
    lines = [one.mensagem.splitlines()[0] for one in notices[:DIGEST_LINES]]
    more = len(notices) - len(lines)
    if more > 0:
        lines.append(f"e mais {more}")
    title = f"{first.titulo}: {plural(len(notices), 'aviso', 'avisos')}"
    return Notice(first.destino, title, "\n".join(lines)[:MESSAGE_LIMIT], first.prioridade, first.tags)
