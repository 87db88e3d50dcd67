"""What a person says of the tickets to be opened, by `--opcao nome=valor`.

docs/reference/contracts/milvus.md §3.1.
"""

import json
from collections.abc import Mapping

from core.errors import UsageError
from storage.models.destinos import Destino

CLIENT = "cliente"
# The name of an option, and the field of the ticket.
FIELDS = {
    CLIENT: "cliente_id",
    "mesa": "chamado_mesa",
    "setor": "chamado_setor",
    "categoria": "chamado_categoria_primaria",
    "subcategoria": "chamado_categoria_secundaria",
    "tecnico": "chamado_tecnico",
    "contato": "chamado_contato",
    "email": "chamado_email",
    "telefone": "chamado_telefone",
}


def checked(given: Mapping[str, str]) -> str:
    """Return the options as they are stored; raise `UsageError` with what is wrong."""
    bare = {name: value.strip() for name, value in given.items()}
    if unknown := sorted(set(bare) - set(FIELDS)):
        known = ", ".join(FIELDS)
        raise UsageError(f"Um chamado não tem a opção {unknown[0]!r}. Há: {known}.", campo="opcao")
    if not bare.get(CLIENT):
        raise UsageError("Diga de quem são os chamados: cliente=<token do cliente no Milvus>.", campo="opcao")
    if not all(value.isprintable() and len(value) <= 200 for value in bare.values()):
        raise UsageError("As opções de um chamado têm até 200 caracteres, sem quebras de linha.", campo="opcao")
    return json.dumps({name: value for name, value in bare.items() if value}, ensure_ascii=False)


def stored(destino: Destino) -> dict[str, str]:
    """Return the options of a destination."""
    found: dict[str, str] = json.loads(destino.opcoes or "{}")
    return found


def fields(destino: Destino) -> dict[str, str]:
    """Return them as the fields of a ticket."""
    return {FIELDS[name]: value for name, value in stored(destino).items()}
