"""Users as people see them; never a password."""

from dataclasses import dataclass

from sqlalchemy import select

from core.page import SIZE, Page
from storage.models.usuarios import Usuario
from storage.pages import oldest_first
from storage.session import reading


@dataclass(frozen=True)
class UserView:
    """A user; `nome` is the person's, `staff` also sees what is the operator's, `limite` is of requests to the API."""

    id: int
    usuario: str
    nome: str
    email: str
    staff: bool
    ativo: bool
    limite: int | None


def listar(*, depois: int | None = None, limite: int = SIZE) -> Page[UserView]:
    """Return a page of users, the oldest first."""
    with reading() as db:
        return oldest_first(db, select(Usuario.id, Usuario), Usuario.id, depois, limite).map(lambda row: view(row[1]))


def view(user: Usuario) -> UserView:
    """Return what people may see of a user."""
    return UserView(user.id, user.username, user.first_name, user.email, user.is_staff, user.ativo, user.limite_api)
