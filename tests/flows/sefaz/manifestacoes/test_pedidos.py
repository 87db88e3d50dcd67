"""Who says something of a note, and what is refused before anything is written."""

import pytest
from support.consultas import Loja, rows
from support.manifestar import estados, mandar, numero, pedir
from support.sefaz import EMPRESA, FILIAL, OUTRA

from core.clock import FixedClock
from core.documentos.leitor import ler_documentos
from core.errors import Conflict, NotFound, UsageError
from core.fiscal import formatar_chave
from flows.documentos.entries import Entrada
from flows.documentos.storing import store
from flows.empresas import managing as empresas
from flows.sefaz.manifestacoes.pedidos import Destinada, Pedido, destinadas, tipo_de
from flows.usuarios import managing as usuarios
from flows.usuarios.finding import caller_of
from sandbox.documentos.comum import Pessoa, chave
from sandbox.documentos.notas import nota, resumo
from sandbox.sefaz.textos import FORNECEDOR
from storage.models.manifestacoes import ManifestacaoSEFAZ
from storage.session import transaction


def why_not(found: list[Destinada]) -> str:
    (one,) = found
    return one.recusa or ""


def test_the_company_that_has_the_note_says_it(com_notas: Loja, chaves: list[str]) -> None:
    written = [formatar_chave(chaves[0]), f"NFe{chaves[1]}", chaves[0]]
    assert [(one.chave, one.cnpj) for one in destinadas(written)] == [(key, EMPRESA) for key in chaves[:2]]


@pytest.mark.parametrize(
    ("key", "said"),
    [
        ("3526", "não é uma chave de acesso"),
        ("", "não é uma chave de acesso"),
        ("🚚" * 44, "não é uma chave de acesso"),
        (chave("55", 1)[:43] + "x", "não é uma chave de acesso"),
        (chave("65", 1), "é do modelo 65; só a NF-e (55)"),
        (chave("57", 1), "é do modelo 57"),
        (
            chave("55", 5, emitente=FORNECEDOR.documento),
            "não está no acervo de nenhuma empresa; diga para qual empresa",
        ),
    ],
)
def test_a_key_of_which_nobody_can_say_anything_costs_itself(com_notas: Loja, key: str, said: str) -> None:
    assert said in why_not(destinadas([key]))


def test_a_note_that_is_not_here_is_said_of_by_the_company_that_is_named(com_notas: Loja) -> None:
    (one,) = destinadas([chave("55", 5, emitente=FORNECEDOR.documento)], EMPRESA, "ana")
    assert (one.cnpj, one.recusa) == (EMPRESA, None)


def test_nobody_says_anything_of_its_own_note(com_notas: Loja) -> None:
    own = chave("55", 5, emitente=EMPRESA)
    assert "é nota da própria empresa 11.222.333/0001-81" in why_not(destinadas([own], EMPRESA, "ana"))


def test_a_branch_says_it_of_a_note_of_its_head_office(com_notas: Loja) -> None:
    empresas.criar(FILIAL, caller=caller_of("ana"), clock=com_notas.lugar.clock)
    (one,) = destinadas([chave("55", 5, emitente=EMPRESA)], FILIAL, "ana")
    assert (one.cnpj, one.recusa) == (FILIAL, None)


def test_another_user_meets_nothing(com_notas: Loja, chaves: list[str]) -> None:
    usuarios.criar("bia")
    assert "não está no acervo" in why_not(destinadas([chaves[0]], caller=caller_of("bia")))
    with pytest.raises(NotFound):
        destinadas([chaves[0]], EMPRESA, "bia")


def test_a_person_is_refused_plainly(com_notas: Loja) -> None:
    with pytest.raises(UsageError, match="com o e-CPF, não são enviados"):
        destinadas([chave("55", 5)], "111.444.777-35", "ana")


def test_a_company_that_is_off_says_nothing(com_notas: Loja, chaves: list[str]) -> None:
    empresas.desativar(EMPRESA, caller_of("ana"))
    with pytest.raises(Conflict):
        destinadas([chaves[0]], EMPRESA, "ana")
    assert "não está no acervo" in why_not(destinadas([chaves[0]]))


@pytest.mark.parametrize(
    ("tipo", "sequencia", "why", "campo"),
    [
        ("ciencia", 2, None, "sequencia"),
        ("confirmacao", 3, None, "sequencia"),
        ("nao-realizada", 1, "curta", "justificativa"),
        ("nao-realizada", 1, None, "justificativa"),
        ("confirmacao", 1, "quinze caracteres", "justificativa"),
    ],
)
def test_what_the_layout_forbids_is_not_asked_for(tipo: str, sequencia: int, why: str | None, campo: str) -> None:
    with pytest.raises(UsageError) as caught:
        Pedido(tipo_de(tipo), sequencia, why)
    assert caught.value.campo == campo


def test_an_unknown_kind_names_those_there_are() -> None:
    with pytest.raises(UsageError, match="Há ciencia, confirmacao, desconhecimento, nao-realizada"):
        tipo_de("aceite")


def test_asking_twice_owes_once(com_notas: Loja, chaves: list[str]) -> None:
    first = pedir(com_notas, chaves[0])
    assert pedir(com_notas, chaves[0]) == first
    mandar(com_notas)
    assert pedir(com_notas, chaves[0]) == first
    assert mandar(com_notas).lotes == 0
    assert estados(com_notas) == ["registrado"]


def test_what_was_refused_is_owed_again_when_it_is_asked_for(com_notas: Loja, chaves: list[str]) -> None:
    com_notas.server.cancelar(com_notas.server.notas[chaves[0]])
    pedir(com_notas, chaves[0])
    mandar(com_notas)
    assert estados(com_notas) == ["recusado"]
    com_notas.server.notas[chaves[0]].situacao = "1"
    pedir(com_notas, chaves[0])
    mandar(com_notas)
    (row,) = rows(ManifestacaoSEFAZ)
    assert (row.estado, row.cstat) == ("registrado", "135")


def test_each_conclusion_may_be_given_twice_and_the_last_counts(com_notas: Loja, chaves: list[str]) -> None:
    from flows.sefaz.manifestacoes import aguardados

    steps = [("confirmacao", 1), ("desconhecimento", 1), ("confirmacao", 2)]
    found = []
    for tipo, sequencia in steps:
        pedir(com_notas, chaves[0], tipo=tipo, sequencia=sequencia)
        mandar(com_notas)
        com_notas.passa(60)
        note = next(one for one in aguardados.listar(clock=com_notas.lugar.clock) if one.chave_acesso == chaves[0])
        found.append(note.conclusao)
    assert found == ["confirmada", "desconhecida", "confirmada"]
    assert estados(com_notas) == ["registrado"] * 3


def stored(company: int, text: bytes, clock: FixedClock) -> None:
    (part,) = ler_documentos(text)
    with transaction() as db:
        store(db, [Entrada(part, "nota.xml", None, company)], clock)


def test_of_those_who_have_a_whole_note_the_one_it_is_for_says_it(com_notas: Loja) -> None:
    """A carrier has it too."""
    clock = com_notas.lugar.clock
    usuarios.criar("bia")
    carrier = empresas.criar(OUTRA, caller=caller_of("bia"), clock=clock).id
    made = nota(77, emitente=FORNECEDOR, destinatario=Pessoa(EMPRESA))
    stored(carrier, made.xml, clock)
    assert "é para 11.222.333/0001-81; só o destinatário manifesta" in why_not(destinadas([made.chave]))
    assert "é para 11.222.333/0001-81" in why_not(destinadas([made.chave], OUTRA, "bia"))
    stored(numero(com_notas), made.xml, clock)
    assert [(one.cnpj, one.recusa) for one in destinadas([made.chave])] == [(EMPRESA, None)]


def test_of_a_summary_that_several_have_the_company_has_to_be_named(com_notas: Loja) -> None:
    clock = com_notas.lugar.clock
    usuarios.criar("bia")
    other = empresas.criar(OUTRA, caller=caller_of("bia"), clock=clock).id
    made = nota(77, emitente=FORNECEDOR, destinatario=Pessoa(EMPRESA))
    short = resumo(made, emitente=FORNECEDOR)
    stored(numero(com_notas), short, clock)
    stored(other, short, clock)
    assert "é de mais de uma empresa" in why_not(destinadas([made.chave]))
    assert [one.cnpj for one in destinadas([made.chave], caller=caller_of("bia"))] == [OUTRA]
    assert [one.cnpj for one in destinadas([made.chave], EMPRESA, "ana")] == [EMPRESA]
