"""Open alerts in their card: one that is critical makes it red, and who acknowledges is told of which object."""

from datetime import datetime

import pytest

from api.painel.panel import Sinal
from api.painel.panels import alertas
from core.caller import OPERATOR, Caller
from core.clock import SYSTEM
from core.errors import NotFound
from flows.usuarios.tokens import Quem
from storage.models.alertas import Alerta
from storage.session import reading, transaction

CHEFE, ANA = Quem(1, "chefe", True, None), Quem(2, "ana", False, None)


def opened(*severidades: str, resolvido_em: datetime | None = None) -> None:
    """Open an alert of each severity, of an object of its own."""
    now = SYSTEM.now()
    with transaction() as db:
        for place, severidade in enumerate(severidades):
            about = {"fonte": "sat", "objeto": f"loja-{place}", "codigo": "inalcancavel", "mensagem": "Não responde."}
            db.add(
                Alerta(**about, severidade=severidade, aberto_em=now, visto_em=now, resolvido_em=resolvido_em),
            )


@pytest.mark.parametrize(
    ("severidades", "sinal", "resumo"),
    [
        ((), Sinal.BEM, "nenhum aberto"),
        (("aviso",), Sinal.ATENCAO, "1 aberto"),
        (("aviso", "aviso"), Sinal.ATENCAO, "2 abertos"),
        (("critico",), Sinal.FALHA, "1 aberto, 1 crítico"),
        (("aviso", "critico", "critico"), Sinal.FALHA, "3 abertos, 2 críticos"),
    ],
)
def test_the_most_severe_one_gives_the_sign(
    sqlite: str, severidades: tuple[str, ...], sinal: Sinal, resumo: str
) -> None:
    opened(*severidades)
    seen = alertas.ler(OPERATOR, SYSTEM)
    assert (seen.sinal, seen.resumo) == (sinal, resumo)


def test_one_that_is_over_counts_no_more_and_a_user_meets_none(sqlite: str) -> None:
    opened("critico", resolvido_em=SYSTEM.now())
    assert alertas.ler(OPERATOR, SYSTEM).resumo == "nenhum aberto"
    opened("critico")
    assert alertas.ler(Caller(7), SYSTEM).sinal is Sinal.BEM


def test_an_alert_is_acknowledged_by_its_number_and_by_nobody_but_the_operator(sqlite: str) -> None:
    opened("aviso", "critico")
    with pytest.raises(NotFound):
        alertas.reconhecer(ANA, "2")
    assert alertas.reconhecer(CHEFE, "2") == "Alerta de loja-1 reconhecido: os lembretes param."
    with reading() as db:
        known = {one.objeto: one.reconhecido_em is not None for one in db.query(Alerta)}
    assert known == {"loja-0": False, "loja-1": True}
