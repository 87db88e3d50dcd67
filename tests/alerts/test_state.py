import json
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from alerts import Avaliacao, state
from storage.models import Alerta, Event
from storage.session import reading, transaction

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)


def judged(codigo: str = "relogio", *, ativo: bool = True, erro: str | None = None, **more: object) -> Avaliacao:
    fields = {"severidade": "aviso", "mensagem": "Está errado.", "valores": {}, "alerta": None, **more}
    return Avaliacao(codigo=codigo, ativo=ativo, erro=erro, **fields)  # type: ignore[arg-type]


def apply(*avaliacoes: Avaliacao, objeto: str = "loja-1", minutes: int = 0) -> state.Changes:
    with transaction() as db:
        return state.apply(db, "sat", objeto, avaliacoes, NOW + timedelta(minutes=minutes))


def events() -> list[tuple[str, dict[str, str]]]:
    with reading() as db:
        rows = db.scalars(select(Event).order_by(Event.id)).all()
    return [(row.nome, json.loads(row.corpo)["dados"]) for row in rows]


def stored() -> list[Alerta]:
    with reading() as db:
        return list(db.scalars(select(Alerta).order_by(Alerta.id)))


def test_twenty_polls_of_one_problem_tell_once(banco: str) -> None:
    for minute in range(20):
        apply(judged(), minutes=minute)
    assert [name for name, _ in events()] == ["alerta_aberto"]
    (alerta,) = stored()
    assert (alerta.aberto_em, alerta.visto_em) == (NOW, NOW + timedelta(minutes=19))


def test_a_condition_that_ends_is_told_once_with_both_instants(banco: str) -> None:
    apply(judged())
    for minute in (5, 6, 7):
        apply(judged(ativo=False), minutes=minute)
    (_, opened), (name, closed) = events()
    assert name == "alerta_resolvido"
    assert (closed["aberto_em"], closed["resolvido_em"]) == (NOW.isoformat(), (NOW + timedelta(minutes=5)).isoformat())
    assert opened["mensagem"] == "Está errado."


def test_a_condition_that_comes_back_opens_again(sqlite: str) -> None:
    for minute, ativo in enumerate([True, False, True, False]):
        apply(judged(ativo=ativo), minutes=minute)
    assert [name for name, _ in events()] == ["alerta_aberto", "alerta_resolvido"] * 2
    assert len(stored()) == 2


def test_what_could_not_be_judged_changes_nothing(sqlite: str) -> None:
    apply(judged())
    assert apply(judged(ativo=False, erro="ValueError: x")).eventos == []
    assert stored()[0].resolvido_em is None


def test_each_box_and_each_condition_has_its_own_alert(sqlite: str) -> None:
    apply(judged("a"), judged("b"))
    apply(judged("a"), objeto="loja-2")
    changes = apply(judged("a", ativo=False), judged("b"))
    assert (changes.abertos, changes.resolvidos, len(changes.eventos)) == ([], ["a"], 1)
    assert sum(alerta.resolvido_em is None for alerta in stored()) == 2


def test_two_judgements_of_one_code_open_one_alert(sqlite: str) -> None:
    apply(judged(), judged())
    assert len(stored()) == 1


def test_a_rolled_back_check_opens_nothing(sqlite: str) -> None:
    with pytest.raises(RuntimeError), transaction() as db:
        state.apply(db, "sat", "loja-1", [judged()], NOW)
        raise RuntimeError
    assert (stored(), events()) == ([], [])


def test_what_gets_worse_is_told_again_once_and_what_gets_better_is_not(banco: str) -> None:
    for minute, severidade in enumerate(["aviso", "critico", "critico", "aviso", "critico"]):
        apply(judged(severidade=severidade), minutes=minute)
    assert [(name, told["severidade"], told["agravado"]) for name, told in events()] == [
        ("alerta_aberto", "aviso", False),
        ("alerta_aberto", "critico", True),
    ]
    assert events()[1][1]["mensagem"] == "Agravou: Está errado."
    apply(judged(ativo=False), minutes=9)
    assert events()[-1][0] == "alerta_resolvido"


def quiet(*avaliacoes: Avaliacao, minutes: int = 0) -> state.Changes:
    with transaction() as db:
        when = NOW + timedelta(minutes=minutes)
        return state.apply(db, "sat", "loja-1", avaliacoes, when, calado=lambda codigo: codigo == "relogio")


def test_of_a_silent_condition_nobody_hears_until_the_silence_ends(banco: str) -> None:
    assert quiet(judged(), judged("rede")).abertos == ["relogio", "rede"]
    assert [told["codigo"] for _, told in events()] == ["rede"]
    apply(judged(), judged("rede"), minutes=5)
    assert [told["codigo"] for _, told in events()] == ["rede", "relogio"]
    assert events()[1][1]["aberto_em"] == NOW.isoformat()


def test_what_ends_in_silence_was_never_told(sqlite: str) -> None:
    quiet(judged())
    apply(judged(ativo=False), minutes=5)
    assert events() == []
    assert stored()[0].resolvido_em is not None


def test_the_end_of_what_was_told_is_told_in_silence_too(sqlite: str) -> None:
    apply(judged())
    quiet(judged(ativo=False), minutes=5)
    assert [name for name, _ in events()] == ["alerta_aberto", "alerta_resolvido"]


def test_the_labels_of_an_object_travel_with_its_alerts(sqlite: str) -> None:
    with transaction() as db:
        state.apply(db, "sat", "pdv-3", [judged()], NOW, rotulos={"loja": "12", "uf": "CE"})
    told = events()[0][1]
    assert (told["objeto"], told["loja"], told["uf"], told["grupo"]) == ("pdv-3", "12", "CE", "")


def test_silent_objects_are_not_reminded_of(sqlite: str) -> None:
    apply(judged())
    apply(judged(), objeto="loja-2")
    with transaction() as db:
        assert len(state.remind(db, timedelta(hours=1), NOW + timedelta(hours=2), ["loja-2"])) == 1
    assert events()[-1][1]["objeto"] == "loja-1"
