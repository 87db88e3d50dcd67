"""Somebody of the staff before the admin, and a user's webhook."""

from collections.abc import Callable, Mapping
from typing import Any

import pytest
from sqlalchemy import select
from support.visiting import Visitor, visitor

from flows.destinos import webhooks
from flows.usuarios import managing
from flows.usuarios.finding import caller_of
from storage.models.auditoria import Auditoria
from storage.session import reading

SECRET, HEADER = "segredo-do-erp-9317", "valor-do-cabecalho-5528"  # pragma: allowlist secret


@pytest.fixture
def staff(light: str) -> Visitor:
    """Somebody of the staff."""
    return visitor(light, "chefe", staff=True)


@pytest.fixture
def hook(light: str) -> int:
    """A user's webhook, with a secret and a header."""
    managing.criar("dono")
    said = webhooks.Dito(
        nome="ERP",
        url="https://erp.example/x",
        eventos=["nfe_importada"],
        ativo=True,
        secret_key=SECRET,
        headers_customizados={"X-Loja": HEADER},
    )
    return webhooks.criar(said, caller_of("dono")).id


@pytest.fixture
def noted() -> Callable[[], list[Mapping[str, Any]]]:
    """What was noted of changes, the oldest first."""

    def look() -> list[Mapping[str, Any]]:
        with reading() as db:
            return [dict(vars(row)) for row in db.scalars(select(Auditoria).order_by(Auditoria.id))]

    return look
