"""Which companies are consulted by themselves. docs/reference/contracts/integracoes.md §5.3, §5.4."""

import pytest
from support.consultas import Loja
from support.sefaz import EMPRESA, FILIAL, OUTRA

from core.errors import UsageError
from flows.certificados import keeping
from flows.empresas.managing import criar, desativar
from flows.sefaz import varredura
from flows.usuarios.finding import caller_of


def due(minha: Loja) -> list[str | None]:
    return [one.cnpj for one in varredura.devidas(minha.lugar.clock)]


def test_only_what_is_automatic_is_due_and_only_after_its_interval(minha: Loja) -> None:
    assert due(minha) == []
    keeping.automatizar(EMPRESA, "ana", intervalo=120)
    assert due(minha) == [EMPRESA]
    minha.consultar()
    minha.passa(119 * 60)
    assert due(minha) == []
    minha.passa(60)
    assert due(minha) == [EMPRESA]
    keeping.automatizar(EMPRESA, "ana", on=False)
    assert due(minha) == []


def test_branches_come_along_and_who_is_off_or_has_no_certificate_does_not(minha: Loja) -> None:
    ana = caller_of("ana")
    keeping.automatizar(EMPRESA, "ana")
    criar(FILIAL, uf="SP", caller=ana)
    criar(OUTRA, uf="SP", caller=ana)
    assert due(minha) == [EMPRESA, FILIAL]
    assert [one.cnpj for one in varredura.com_certificado(ana, minha.lugar.clock)] == [EMPRESA, FILIAL]
    desativar(EMPRESA, ana)
    assert due(minha) == [FILIAL]
    minha.passa(400 * 86_400)
    assert due(minha) == []


@pytest.mark.parametrize("minutes", [0, 59, 43_201])
def test_an_interval_of_less_than_an_hour_is_refused(minha: Loja, minutes: int) -> None:
    with pytest.raises(UsageError, match="intervalo"):
        keeping.automatizar(EMPRESA, "ana", intervalo=minutes)
