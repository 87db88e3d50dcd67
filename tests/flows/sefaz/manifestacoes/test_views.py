"""Events of the recipient as people see them: whose, which kind by its name, how far."""

import pytest
from support.numeracao import Numeracao, add, after, numeracao
from support.sefaz import FILIAL

from core.errors import UsageError
from flows.sefaz.manifestacoes import views
from flows.sefaz.manifestacoes.views import ManifestacaoView
from flows.usuarios.finding import caller_of
from sandbox.documentos.notas import nota
from storage.models.manifestacoes import EstadoManifestacao, ManifestacaoSEFAZ

PENDING, DONE = EstadoManifestacao.PENDENTE, EstadoManifestacao.REGISTRADO


@pytest.fixture
def mine(sqlite: str) -> Numeracao:
    return numeracao()


def event(of: Numeracao, number: int, **columns: object) -> int:
    given = {"tipo": "210210", "sequencia": 1, "estado": PENDING, "pedida_em": after(0), "due_at": after(0)} | columns
    return add(ManifestacaoSEFAZ(empresa_id=of.quem.empresa_id, ambiente=1, chave=nota(number).chave, **given))[0]


def test_an_event_says_of_which_note_and_kind_it_is_and_how_far(mine: Numeracao) -> None:
    number = event(
        mine,
        1,
        tipo="210240",
        sequencia=2,
        justificativa="A mercadoria não chegou",
        estado=DONE,
        cstat="135",
        motivo="135: registrado",
        protocolo="891",
        tentativas=3,
        registrada_em=after(5),
    )
    assert list(views.listar()) == [
        ManifestacaoView(
            id=number,
            empresa="11.222.333/0001-81",
            chave_acesso=nota(1).chave,
            tipo="nao-realizada",
            sequencia=2,
            justificativa="A mercadoria não chegou",
            automatica=False,
            estado="registrado",
            cstat="135",
            motivo="135: registrado",
            protocolo="891",
            tentativas=3,
            pedida_em=after(0),
            registrada_em=after(5),
        )
    ]


def test_a_kind_without_a_name_is_shown_as_its_code(mine: Numeracao) -> None:
    event(mine, 1, tipo="999999")
    assert [one.tipo for one in views.listar()] == ["999999"]


def test_they_come_the_newest_first_of_one_state_if_asked_and_only_one_s_own(mine: Numeracao) -> None:
    other = numeracao(FILIAL, "bia")
    first, theirs, last = event(mine, 1), event(other, 2, estado=DONE), event(mine, 3, estado=DONE)
    assert [one.id for one in views.listar()] == [last, theirs, first]
    assert [one.id for one in views.listar("registrado")] == [last, theirs]
    assert [one.id for one in views.listar("registrado", caller=caller_of("ana"))] == [last]
    assert list(views.listar("recusado")) == []
    page = views.listar(limite=2)
    assert ([one.id for one in page], [one.id for one in views.listar(depois=int(page.depois or 0))]) == (
        [last, theirs],
        [first],
    )


@pytest.mark.parametrize("state", ["", "REGISTRADO", "quase", "x" * 500])
def test_a_state_that_there_is_none_is_told_with_those_there_are(mine: Numeracao, state: str) -> None:
    with pytest.raises(UsageError, match="Há pendente, enviado, registrado, recusado") as told:
        views.listar(state)
    assert told.value.campo == "estado"
    assert len(str(told.value)) < 150


def test_those_asked_for_come_in_their_order_and_what_is_gone_is_left_out(
    mine: Numeracao, monkeypatch: pytest.MonkeyPatch
) -> None:
    numbers = [event(mine, number) for number in range(1, 6)]
    wanted = [numbers[3], 99, numbers[0], numbers[4], numbers[0]]
    for batch in (2, 5, 200):
        monkeypatch.setattr(views, "BATCH", batch)
        assert [one.id for one in views.das(wanted)] == [numbers[3], numbers[0], numbers[4], numbers[0]]
    assert views.das([]) == []
