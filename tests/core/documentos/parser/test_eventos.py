"""Events: with their answer, without, of other documents, summarised; and cancellations of before there were events."""

import re

import pytest
from support.lendo import lido

from core.documentos.conteudo import Evento
from core.documentos.espacos import MDFE
from core.documentos.leitor import ler_documentos
from sandbox.documentos.comum import COM_LETRAS, EMITENTE, QUANDO, Feito, chave
from sandbox.documentos.conhecimentos import conhecimento
from sandbox.documentos.eventos import CORRECAO, cancelamento_antigo, consulta, evento, resumo_de_evento
from sandbox.documentos.notas import nota
from sandbox.documentos.servicos import cancelamento_de_servico, nota_de_servico

NOTA, BILL = nota(7), conhecimento(8)
GOOD = evento(NOTA).decode()
SERVICO = nota_de_servico(7)
NFSE_CANCELLED = cancelamento_de_servico(SERVICO).texto


def test_an_event_is_read_field_by_field() -> None:
    read = lido(Evento, GOOD)
    assert (read.chave, read.tipo_evento, read.sequencia) == (NOTA.chave, "110111", 1)
    assert (read.descricao, read.orgao, read.ambiente, read.autor) == ("Cancelamento", "35", 1, EMITENTE.documento)
    assert (read.data_evento, read.recebido_em) == (QUANDO, QUANDO)
    assert (read.status, read.motivo, read.protocolo) == ("135", "Evento registrado", "935260000000007")
    assert (read.justificativa, read.completo, read.avisos) == ("Cancelado a pedido do cliente", True, ())


def test_an_event_of_a_national_nfse_is_known_by_the_name_of_an_element() -> None:
    read = lido(Evento, NFSE_CANCELLED)
    assert (read.chave, read.tipo_evento, read.sequencia) == (SERVICO.chave, "101101", 1)
    assert (read.descricao, read.ambiente, read.autor) == ("Cancelamento de NFS-e", 1, EMITENTE.documento)
    assert (read.data_evento, read.recebido_em, read.protocolo) == (QUANDO, QUANDO, "1")
    assert (read.justificativa, read.status, read.completo, read.avisos) == (
        "Erro na emissão da nota",
        None,
        True,
        (),
    )


def test_the_event_of_a_national_nfse_whose_issuer_has_letters_is_read() -> None:
    made = nota_de_servico(7, prestador=COM_LETRAS)
    read = lido(Evento, cancelamento_de_servico(made, autor=COM_LETRAS).texto)
    assert (read.chave, read.autor) == (made.chave, COM_LETRAS.documento)


@pytest.mark.parametrize("status", ["134", "135", "136", "155", "573", "999"])
def test_an_answer_says_whether_an_event_is_registered(status: str) -> None:
    assert lido(Evento, evento(NOTA, status=status)).status == status


@pytest.mark.parametrize("made", [NOTA, BILL])
def test_a_bare_event_proves_nothing(made: object) -> None:
    read = lido(Evento, evento(made, status=None))  # type: ignore[arg-type]
    assert (read.status, read.protocolo, read.tipo_evento) == (None, None, "110111")


def test_a_correction_says_what_it_corrects() -> None:
    assert lido(Evento, evento(NOTA, CORRECAO, 3, correcao="Peso:\n 10 kg")).correcao == "Peso:  10 kg"
    fields = "<grupoAlterado>ide</grupoAlterado><campoAlterado>cfop</campoAlterado><valorAlterado>6353</valorAlterado>"
    empty = "<infCorrecao><grupoAlterado/><campoAlterado/><valorAlterado/></infCorrecao>"
    text = evento(BILL, CORRECAO).decode()
    head, _, rest = text.partition("<xCorrecao>")
    read = lido(Evento, f"{head}<infCorrecao>{fields}</infCorrecao>{empty}{rest.partition('</xCorrecao>')[2]}")
    assert read.correcao == "ide/cfop: 6353"


@pytest.mark.parametrize(
    ("made", "tipo", "campo"),
    [(BILL, "610110", "xObs"), (BILL, "110190", "xJustMotivo"), (NOTA, "110192", "xJustMotivo")],
)
def test_why_is_read_by_whatever_name_a_kind_has_for_it(made: Feito, tipo: str, campo: str) -> None:
    text = evento(made, tipo).decode().replace("xJust>", f"{campo}>")
    assert lido(Evento, text).justificativa == "Cancelado a pedido do cliente"


def test_sequences_are_numbers_however_many_digits_they_have() -> None:
    texts = [GOOD.replace("<nSeqEvento>1<", f"<nSeqEvento>{number}<") for number in ("2", "02", "002")]
    assert {(lido(Evento, text).sequencia, lido(Evento, text).status) for text in texts} == {(2, "135")}


@pytest.mark.parametrize("tipo", ["110001", "110131"])
def test_a_cancellation_of_an_event_names_it(tipo: str) -> None:
    assert lido(Evento, evento(NOTA, tipo, alvo="135260000000099")).alvo == "135260000000099"


def test_an_event_of_a_kind_that_is_archived_is_an_event() -> None:
    key = chave("58", 5)
    read = lido(
        Evento,
        f'<eventoMDFe xmlns="{MDFE}"><infEvento><chMDFe>{key}</chMDFe><tpEvento>110112</tpEvento>'
        "<nSeqEvento>01</nSeqEvento><detEvento><evEncMDFe><descEvento>Encerramento</descEvento></evEncMDFe></detEvento></infEvento></eventoMDFe>",
    )
    assert (read.chave, read.tipo_evento, read.descricao) == (key, "110112", "Encerramento")


@pytest.mark.parametrize(
    "text",
    [
        evento(NOTA, status="573").decode().replace("<retEvento ", '<retEvento xmlns="" '),
        evento(NOTA, status="573").decode().replace("<retEvento ", '<retEvento xmlns="urn:x" '),
        evento(NOTA, status="573").decode().replace("retEvento", "RetEvento"),
        GOOD.replace(
            "</procEventoNFe>", "<retEvento><infEvento><cStat>573</cStat></infEvento></retEvento></procEventoNFe>"
        ),
    ],
)
def test_a_refusal_is_read_however_it_is_written(text: str) -> None:
    assert lido(Evento, text).status == "573"


@pytest.mark.parametrize(
    ("text", "aviso"),
    [
        (GOOD.replace("<cStat>135</cStat>", ""), "não há cStat"),
        (re.sub("(<retEvento .*?)infEvento(.*)infEvento", r"\1x\2x", GOOD), "não traz infEvento"),
        (GOOD.replace("registrado</xMotivo><chNFe>35", "registrado</xMotivo><chNFe>31"), "é de outro evento"),
        (GOOD.replace("110111</tpEvento><xEvento>", "110110</tpEvento><xEvento>"), "é de outro evento"),
        (GOOD.replace("</xEvento><nSeqEvento>1", "</xEvento><nSeqEvento>2"), "é de outro evento"),
    ],
)  # fmt: skip
def test_what_proves_nothing_leaves_an_event_unproven(text: str, aviso: str) -> None:
    assert text != GOOD
    read = lido(Evento, text)
    assert (read.status, read.protocolo) == (None, None)
    assert any(aviso in one for one in read.avisos), read.avisos


@pytest.mark.parametrize(
    ("text", "motivo", "said"),
    [
        (GOOD.replace(f"<chNFe>{NOTA.chave}", "<chNFe>123"), "chave_invalida", "não é uma chave de acesso"),
        (GOOD.replace("<tpEvento>110111", "<tpEvento>cancelar"), "evento_invalido", "não diz o seu tipo"),
        (GOOD.replace("<nSeqEvento>1", "<nSeqEvento>-1"), "evento_invalido", "não diz a sua sequência"),
        (
            GOOD.replace("<evento ", evento(NOTA, status=None).decode() + "<evento ", 1),
            "varios_documentos",
            "2 eventos",
        ),
        ('<retEnvEvento xmlns="http://www.portalfiscal.inf.br/nfe"/>', "so_resposta", "sem o evento não prova nada"),
        ('<retEvento xmlns="http://www.portalfiscal.inf.br/nfe"/>', "so_resposta", "sem o evento não prova nada"),
        ('<procEventoNFe xmlns="http://www.portalfiscal.inf.br/nfe"/>', "sem_conteudo", "não há infEvento"),
        ('<evento xmlns="http://www.sped.fazenda.gov.br/nfse"/>', "sem_conteudo", "não traz infEvento"),
        ('<Evento xmlns="http://www.sped.fazenda.gov.br/nfse"/>', "raiz_desconhecida", "a raiz Evento"),
        (NFSE_CANCELLED.replace("<chNFSe>3", "<chNFSe>x"), "chave_invalida", "não diz de que NFS-e é"),
        (NFSE_CANCELLED.replace("e101101>", "cancelamento>"), "evento_invalido", "não diz o seu tipo"),
    ],
)
def test_what_is_no_event_is_refused(text: str, motivo: str, said: str) -> None:
    (part,) = ler_documentos(text.encode())
    assert (part.conteudo, part.motivo) == (None, motivo)
    assert said in (part.mensagem or "")


def test_a_summary_of_an_event_is_one_that_is_registered() -> None:
    read = lido(Evento, resumo_de_evento(NOTA, CORRECAO, 2))
    assert (read.chave, read.tipo_evento, read.sequencia, read.completo) == (NOTA.chave, CORRECAO, 2, False)
    assert (read.status, read.protocolo, read.recebido_em) == (None, "935260000000007", QUANDO)


@pytest.mark.parametrize(("status", "expected"), [("101", "135"), ("151", "155"), ("218", "218")])
def test_an_old_cancellation_is_the_event_that_came_in_its_place(status: str, expected: str) -> None:
    read = lido(Evento, cancelamento_antigo(NOTA, status=status))
    assert (read.chave, read.tipo_evento, read.sequencia, read.status) == (NOTA.chave, "110111", 1, expected)
    assert (read.justificativa, read.motivo) == ("Erro de digitação", "Cancelamento de NF-e homologado")


def test_an_old_cancellation_answered_for_another_note_proves_nothing() -> None:
    head, _, tail = cancelamento_antigo(NOTA).decode().rpartition(f"<chNFe>{NOTA.chave}")
    read = lido(Evento, f"{head}<chNFe>{chave('55', 9)}{tail}")
    assert (read.chave, read.status) == (NOTA.chave, None)


def test_the_answer_about_a_note_holds_its_protocol_and_its_events() -> None:
    parts = ler_documentos(consulta(NOTA, evento(NOTA), evento(NOTA, CORRECAO)))
    assert [part.numero for part in parts] == [1, 2, 3]
    assert [getattr(part.conteudo, "tipo_evento", None) for part in parts] == [None, "110111", CORRECAO]
    assert b"<procEventoNFe" in parts[1].texto
