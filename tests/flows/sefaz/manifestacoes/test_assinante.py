"""Who signs in a company's name: the company itself, with its own certificate or another one of its base CNPJ."""

from datetime import timedelta

import pytest
from sqlalchemy.exc import NoResultFound
from support.numeracao import change, numeracao
from support.sefaz import FILIAL, INICIO, OUTRA

from core.certificado import CertificadoRecusado
from flows.sefaz.manifestacoes.assinante import assinante
from storage.models.certificados import CertificadoDigital


def test_a_company_signs_with_its_own_certificate(sqlite: str) -> None:
    mine = numeracao()
    found = assinante(mine.quem.empresa_id, INICIO)
    assert (found.empresa_id, found.usuario_id, found.cnpj) == (
        mine.quem.empresa_id,
        mine.quem.usuario_id,
        mine.quem.cnpj,
    )
    assert found.certificado == mine.quem.certificado


def test_a_branch_without_one_signs_in_its_own_name_with_that_of_its_head_office(sqlite: str) -> None:
    head, branch = numeracao(), numeracao(FILIAL)
    change(CertificadoDigital, branch.quem.certificado_id, ativo=False)
    found = assinante(branch.quem.empresa_id, INICIO)
    assert (found.cnpj, found.certificado.documento) == (FILIAL, head.quem.cnpj)


@pytest.mark.parametrize(
    "columns",
    [
        {"ativo": False},
        {"validade_fim": INICIO - timedelta(seconds=1)},
        {"validade_inicio": INICIO + timedelta(seconds=1)},
    ],
    ids=["off", "ended", "not begun"],
)
def test_without_one_in_use_nobody_signs_and_the_company_is_named(sqlite: str, columns: dict[str, object]) -> None:
    mine = numeracao()
    numeracao(OUTRA)
    numeracao(FILIAL, "bia")
    change(CertificadoDigital, mine.quem.certificado_id, **columns)
    with pytest.raises(CertificadoRecusado, match=r"serve a empresa 11\.222\.333/0001-81") as told:
        assinante(mine.quem.empresa_id, INICIO)
    assert told.value.motivo == "nenhum"


def test_a_company_that_is_not_there_is_a_fault_of_ours(sqlite: str) -> None:
    with pytest.raises(NoResultFound):
        assinante(99, INICIO)
