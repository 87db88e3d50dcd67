"""What an event is: its name, its label, whom it concerns, and the type of its payload."""

from dataclasses import asdict, dataclass
from typing import Any, ClassVar, dataclass_transform

CATALOG: dict[str, type["Payload"]] = {}


@dataclass_transform(frozen_default=True, kw_only_default=True)
class Payload:
    """The `dados` of one event. A subclass with a name is an event: defining it enters it in the catalogue."""

    evento: ClassVar[str]
    rotulo: ClassVar[str]
    do_usuario: ClassVar[bool] = False
    etiquetas: ClassVar[tuple[str, ...]] = ()
    sempre: ClassVar[bool] = False

    def __init_subclass__(cls) -> None:
        dataclass(frozen=True, kw_only=True)(cls)
        if "evento" in vars(cls):
            CATALOG[cls.evento] = cls

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


def subscribable() -> list[str]:
    """Return the names a destination may subscribe to."""
    return [name for name, payload in CATALOG.items() if not payload.sempre]
