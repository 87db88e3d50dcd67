"""A page of a list begins where another ended, and nowhere else."""

import pytest
from sqlalchemy import select
from support.deliveries import webhook

from core.errors import UsageError
from flows.documentos.listagem import Pagina, newest, page
from storage.models.destinos import Destino
from storage.session import reading


def test_a_place_that_its_column_cannot_hold_is_refused(banco: str) -> None:
    number = webhook("https://erp.example/x")
    order = newest(None, "total_execucoes", Destino.total_execucoes, Destino.id)
    with reading() as db:
        found = page(db, select(Destino.id), order, Pagina(depois=f"{2**31 - 1}~1"))
        assert [row[0] for row in found] == [number]
        for key in (2**31, -(2**31) - 1):
            with pytest.raises(UsageError, match="O lugar de onde continuar"):
                page(db, select(Destino.id), order, Pagina(depois=f"{key}~1"))
