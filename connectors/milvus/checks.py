"""What may be wrong with an account without any request failing."""

from collections.abc import Iterable

from connectors.milvus.client import Milvus

NAMES = {
    "mesa_trabalho": "a mesa",
    "setor": "o setor",
    "categoria_primaria": "a categoria primária",
    "categoria_secundaria": "a categoria secundária",
}


def unseen(milvus: Milvus, names: Iterable[tuple[str, str]]) -> list[str]:
    """Say of which desk, sector and category no ticket is known: perhaps the name is written in another way.

    `names` are fields of the list, each with a name.
    """
    lacking = [(campo, valor) for campo, valor in names if valor and not milvus.seen(campo, valor)]
    return [
        f"Nenhum chamado tem {NAMES[campo]} {valor!r}: confira o nome, letra por letra." for campo, valor in lacking
    ]
