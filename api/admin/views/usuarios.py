"""Users: turned off and on; sessions end with them."""

from sqlalchemy import select

from api.admin.parts import Acao, Coluna, SimNao
from api.admin.table import Tabela
from core.errors import Conflict, NotFound
from flows.usuarios import managing
from flows.usuarios.tokens import Quem
from storage.models.usuarios import Usuario
from storage.session import reading


def ligar(numero: int, _: Quem) -> str:
    """Turn one on again."""
    managing.ativar(_name(numero))
    return "Ativado."


def desligar(numero: int, quem: Quem) -> str:
    """Turn one off; not oneself."""
    if numero == quem.id:
        raise Conflict("Ninguém se desativa a si mesmo.")
    managing.desativar(_name(numero))
    return "Desativado."


class Usuarios(Tabela, model=Usuario):
    """Users; of a password nothing is shown."""

    name, name_plural, caminho = "Usuário", "Usuários", "usuario"
    colunas = (
        Coluna("username", "Usuário", Usuario.username),
        Coluna("first_name", "Nome", Usuario.first_name),
        Coluna("email", "E-mail", Usuario.email),
        Coluna("is_staff", "Equipe", Usuario.is_staff),
        Coluna("ativo", "Ativo", Usuario.ativo),
        Coluna("limite_api", "Limite", Usuario.limite_api),
    )
    filtros = (SimNao("ativo", "Ativo", Usuario.ativo), SimNao("is_staff", "Equipe", Usuario.is_staff))
    buscados = (Usuario.username, Usuario.first_name, Usuario.email)
    acoes = (Acao("ligar", "Ativar", ligar), Acao("desligar", "Desativar", desligar))


def _name(numero: int) -> str:
    with reading() as db:
        found = db.scalar(select(Usuario.username).where(Usuario.id == numero))
    if found is None:
        raise NotFound("Não há este usuário.")
    return found


TABELA = Usuarios
