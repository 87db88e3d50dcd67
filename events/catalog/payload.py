"""What an event is: its name, its label, whom it concerns, and the type of its payload."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, ClassVar, dataclass_transform

EMAIL = "email"
CATALOG: dict[str, type["Payload"]] = {}


@dataclass_transform(frozen_default=True, kw_only_default=True)
class Payload:
    """The `dados` of one event. A subclass with a name is an event: defining it enters it in the catalogue.

    `descricao` says to who may subscribe over the API when it happens. `so_para` are the only kinds of destination that
    may have it; none named: every kind may.
    """

    evento: ClassVar[str]
    rotulo: ClassVar[str]
    descricao: ClassVar[str] = ""
    do_usuario: ClassVar[bool] = False
    etiquetas: ClassVar[tuple[str, ...]] = ()
    sempre: ClassVar[bool] = False
    so_para: ClassVar[frozenset[str]] = frozenset()

    def __init_subclass__(cls) -> None:
        dataclass(frozen=True, kw_only=True)(cls)
        if "evento" in vars(cls):
            CATALOG[cls.evento] = cls

    @classmethod
    def tells(cls, tipo: str, dados: Mapping[str, Any]) -> bool:
        """Tell whether a kind of destination is told of an event with this payload; a person is not told of nothing."""
        return True

    @property
    def entidade(self) -> str | None:
        """The entity whose events are numbered one after the other; None where order means nothing."""
        return None

    def dados(self) -> dict[str, Any]:
        """Return the payload as the object that is sent."""
        return asdict(self)  # type: ignore[call-overload, no-any-return]


def known(name: str) -> bool:
    """Tell whether an event of this name exists."""
    return name in CATALOG


def subscribable(tipo: str | None = None) -> list[str]:
    """Return the names that a destination of a kind may subscribe to; without a kind, those that every kind may."""
    return [name for name, kind in CATALOG.items() if not kind.sempre and (not kind.so_para or tipo in kind.so_para)]
