"""`Idempotency-Key`: a request sent twice is done once. docs/reference/contracts/integracoes.md §4.62."""

from collections.abc import Callable
from typing import Annotated, Any

from fastapi import Header, Response
from pydantic import TypeAdapter

from flows.pedidos.repeating import Chave, Within, once

Key = Annotated[
    str | None,
    Header(alias="Idempotency-Key", description="O mesmo pedido com a mesma chave é feito uma vez em 24 horas."),
]


def answered(
    key: str | None, usuario_id: int, rota: str, corpo: Any, do: Callable[[Within], Any], status: int = 200
) -> Response:
    """Return the answer to a request, which is done in one transaction unless it was done before with this key."""

    def text(db: Within) -> tuple[int, str]:
        done = do(db)
        # as a route writes what it returns
        return status, TypeAdapter(type(done)).dump_json(done).decode()

    code, said = once(None if key is None else Chave(usuario_id, rota, key, corpo), text)
    return Response(said, code, media_type="application/json")
