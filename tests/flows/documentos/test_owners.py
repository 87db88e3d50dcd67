"""What a company is in a document: what itself is before what another establishment of it is."""

import pytest
from support.fiscal import EMITENTE, cnpj, company, documents, events_about, nota, resumo, stored, user

from core.documentos.conteudo import Evento, Papel
from flows.documentos.views.apuracao import apuracao
from flows.documentos.views.statistics import statistics
from sandbox.documentos.comum import Pessoa
from sandbox.documentos.servicos import chave_de_servico

FILIAL, OUTRA = cnpj(11222333, 2), cnpj(11222333, 3)
TRANSFER = nota(papeis=((Papel.EMITENTE, EMITENTE), (Papel.DESTINATARIO, FILIAL)))


@pytest.mark.parametrize(
    ("registered", "roles"),
    [
        ([FILIAL], {FILIAL: "DESTINATARIO,EMITENTE"}),
        ([EMITENTE], {EMITENTE: "EMITENTE,DESTINATARIO"}),
        ([EMITENTE, FILIAL], {EMITENTE: "EMITENTE,DESTINATARIO", FILIAL: "DESTINATARIO,EMITENTE"}),
        ([OUTRA], {OUTRA: "EMITENTE,DESTINATARIO"}),
    ],
)
def test_an_establishment_is_itself_first_in_a_transfer(
    banco: str, registered: list[str], roles: dict[str, str]
) -> None:
    ana = user("ana")
    numbers = {company(ana, one): one for one in registered}
    stored(TRANSFER, usuario_id=ana)
    assert {numbers[one.empresa_id or 0]: one.papeis for one in documents()} == roles
    assert {(one.empresa, one.papel) for one in apuracao()} == {
        (one, said.partition(",")[0]) for one, said in roles.items()
    }


def test_what_a_branch_received_from_another_is_no_sale_of_it(banco: str) -> None:
    ana = user("ana")
    company(ana, FILIAL)
    stored(TRANSFER, usuario_id=ana)
    assert statistics().vendas_por_mes == ()


def test_a_summary_of_what_another_establishment_issued_makes_nobody_its_issuer(banco: str) -> None:
    ana = user("ana")
    branch, head = company(ana, FILIAL), company(ana, EMITENTE)
    for number in (branch, head):
        stored(resumo(), usuario_id=ana, empresa_id=number)
    assert {one.empresa_id: one.papel for one in documents()} == {branch: None, head: "EMITENTE"}
    stored(TRANSFER, usuario_id=ana)
    assert {one.empresa_id: one.papel for one in documents()} == {branch: "DESTINATARIO", head: "EMITENTE"}


def test_an_event_of_a_national_nfse_waits_for_its_note_at_the_company_that_issued_it(banco: str) -> None:
    issuer = company(user("ana"), EMITENTE)
    key = chave_de_servico(7, prestador=Pessoa(EMITENTE))
    stored(Evento(chave=key, tipo_evento="101101", sequencia=1))
    assert [(one.empresa_id, one.documento_id) for one in events_about()] == [(issuer, None), (None, None)]
