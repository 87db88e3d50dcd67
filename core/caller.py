"""Who asks a flow for something: the operator of the installation, or one user, who meets only what is his."""

from dataclasses import dataclass

from core.errors import NotFound


@dataclass(frozen=True)
class Caller:
    """A user by number; without one, the operator (the command line, and staff in the API)."""

    usuario_id: int | None = None

    @property
    def is_operator(self) -> bool:
        """Tell whether everything may be seen."""
        return self.usuario_id is None

    def owns(self, usuario_id: int | None) -> bool:
        """Tell whether something with this owner is the caller's to see and to change."""
        return self.is_operator or usuario_id == self.usuario_id

    def must_operate(self, unknown: str) -> None:
        """Raise `NotFound` for a user: what is the operator's is told as what is not there, in the same words."""
        if not self.is_operator:
            raise NotFound(unknown)


OPERATOR = Caller()
