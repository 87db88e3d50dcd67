"""How a consultation begins: where the numbering stands, and that nothing is asked before its time.

docs/reference/contracts/sefaz.md §3.1 to §3.4.
"""

import pytest
from support.consultas import rows
from support.numeracao import Numeracao, add, after, change, numeracao, row
from support.sefaz import FILIAL, INICIO

from connectors.sefaz import Forma, Pergunta, servico
from core.settings.sefaz import SefazSettings
from flows.sefaz.causas import Chamada
from flows.sefaz.regras import Cursor, Situacao
from flows.sefaz.sequencia import CALLS_SHOWN, INTERRUPTED, Sequencia, begin
from flows.sefaz.vez import SemVez
from storage.models.sefaz import NAO_FEITA, ChamadaSEFAZ, ConsultaSEFAZ, Contribuinte, EstadoConsulta, SerieNSU
from storage.session import reading

NFE = servico("nfe")


def begun(mine: Numeracao) -> Sequencia:
    return begin(mine.quem, NFE, SefazSettings.current(), INICIO)


def call(mine: Numeracao, forma: Forma, cstat: str | None, nsu: int = 0, minutes: float = -90) -> int:
    asked = ChamadaSEFAZ(serie_id=mine.serie_id, forma=forma.value, nsu=nsu, em=after(minutes), cstat=cstat)
    return add(asked)[0]


def consultation(mine: Numeracao, status: EstadoConsulta) -> int:
    day = INICIO.date()
    new = ConsultaSEFAZ(
        serie_id=mine.serie_id,
        certificado_id=mine.quem.certificado_id,
        tipo_documento="NFE",
        data_inicio=day,
        data_fim=day,
        status=status,
        data_consulta=after(-30),
    )
    return add(new)[0]


def test_it_goes_on_behind_the_last_number(sqlite: str) -> None:
    mine = numeracao(ult_nsu=40, max_nsu=90, falhas=2)
    found = begun(mine)
    assert found.cursor == Cursor(40, 90, falhas=2)
    assert found.pergunta() == Pergunta(mine.quem.cnpj, "SP", Forma.SEQUENCIA, nsu=40)
    (consulta,) = rows(ConsultaSEFAZ)
    assert (found.consulta_id, consulta.status, consulta.data_consulta) == (consulta.id, "PROCESSANDO", INICIO)


WAITS = {
    "rest": ({"proxima_consulta": after(10)}, Situacao.DESCANSANDO, "A SEFAZ pede uma hora entre consultas."),
    "after a fault": (
        {"proxima_consulta": after(10), "falhas": 1, "motivo": "não respondeu"},
        Situacao.DESCANSANDO,
        "não respondeu",
    ),
    "after a fault without words": (
        {"proxima_consulta": after(10), "falhas": 1},
        Situacao.DESCANSANDO,
        "A consulta falhou.",
    ),
    "rest after good words": (
        {"proxima_consulta": after(10), "motivo": "138: dito"},
        Situacao.DESCANSANDO,
        "A SEFAZ pede uma hora entre consultas.",
    ),
    "block": ({"bloqueado_ate": after(10), "motivo": "656: dito"}, Situacao.BLOQUEADA, "656: dito"),
    "block without words": (
        {"bloqueado_ate": after(10)},
        Situacao.BLOQUEADA,
        "A SEFAZ bloqueou este CNPJ por uma hora.",
    ),
}


@pytest.mark.parametrize("name", WAITS)
def test_before_its_time_nothing_is_asked_and_the_reason_is_told(sqlite: str, name: str) -> None:
    columns, situacao, said = WAITS[name]
    mine = numeracao(**columns)
    with pytest.raises(SemVez) as told:
        begun(mine)
    assert (told.value.situacao, told.value.ate, told.value.mensagem) == (situacao, after(10), said)
    assert rows(ConsultaSEFAZ) == []
    assert row(Contribuinte, mine.contribuinte_id).lease_token is None, "nobody has the turn"


def test_one_that_is_asked_for_elsewhere_is_not_begun(sqlite: str) -> None:
    mine = numeracao()
    begun(mine)
    with pytest.raises(SemVez) as told:
        begun(mine)
    assert told.value.situacao is Situacao.OCUPADA
    assert len(rows(ConsultaSEFAZ)) == 1


def test_what_somebody_left_open_is_ended_and_what_somebody_asked_for_is_made(sqlite: str) -> None:
    mine, other = numeracao(), numeracao(FILIAL)
    left, theirs = consultation(mine, EstadoConsulta.PROCESSANDO), consultation(other, EstadoConsulta.PROCESSANDO)
    done, first, second = (
        consultation(mine, status)
        for status in (EstadoConsulta.CONCLUIDA, EstadoConsulta.PENDENTE, EstadoConsulta.PENDENTE)
    )
    assert begun(mine).consulta_id == first
    ended = row(ConsultaSEFAZ, left)
    assert (ended.status, ended.mensagem_erro, ended.data_conclusao) == ("ERRO", INTERRUPTED, INICIO)
    assert [row(ConsultaSEFAZ, one).status for one in (theirs, done, first, second)] == [
        "PROCESSANDO",
        "CONCLUIDA",
        "PROCESSANDO",
        "PENDENTE",
    ]


@pytest.mark.parametrize(
    ("ult_nsu", "before", "first"),
    [
        (0, [], True),
        (0, [(Forma.SEQUENCIA, NAO_FEITA)], True),
        (0, [(Forma.CHAVE, "138"), (Forma.NSU, "137")], True),
        (0, [(Forma.SEQUENCIA, NAO_FEITA), (Forma.SEQUENCIA, "137")], False),
        (0, [(Forma.SEQUENCIA, None)], False),
        (9, [], False),
    ],
    ids=["never", "did not leave", "single ones", "answered", "answer lost", "said where it begins"],
)
def test_the_first_question_of_all_is_told_apart(
    sqlite: str, ult_nsu: int, before: list[tuple[Forma, str | None]], first: bool
) -> None:
    mine = numeracao(ult_nsu=ult_nsu)
    for forma, cstat in before:
        call(mine, forma, cstat)
    assert begun(mine).primeira is first


def test_the_last_questions_by_sequence_are_those_of_the_cnpj_whoever_had_them_made(sqlite: str) -> None:
    mine, other = numeracao(), numeracao(FILIAL)
    (before,) = add(SerieNSU(contribuinte_id=mine.contribuinte_id, servico="nfe", empresa_id=other.quem.empresa_id))
    for number in range(1, CALLS_SHOWN + 2):
        call(mine, Forma.SEQUENCIA, "138", number, number)
    call(mine, Forma.NSU, "138", 70, 20)
    call(other, Forma.SEQUENCIA, "138", 80, 21)
    theirs = call(mine, Forma.SEQUENCIA, None, 9, 22)
    change(ChamadaSEFAZ, theirs, serie_id=before)
    last = call(mine, Forma.SEQUENCIA, "137", 10, 23)
    with reading() as db:
        found = begun(mine).calls(db, last)
    assert found == [Chamada(after(22), 9, None), *(Chamada(after(n), n, "138") for n in range(5, 2, -1))]
