import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select
from support.deliveries import webhook

from alerts import reminders, state
from alerts.judgement import Judgement
from storage.models.alertas import Alerta
from storage.models.eventos import Delivery, Event
from storage.session import reading, transaction

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)


def judged(codigo: str = "relogio", *, ativo: bool = True, objeto: str = "loja-1", **more: object) -> Judgement:
    fields: dict[str, object] = {"severidade": "aviso", "mensagem": "Está errado.", **more}
    return Judgement(objeto, codigo, ativo=ativo, **fields)  # type: ignore[arg-type]


def apply(*judgements: Judgement, minutes: int = 0, fonte: str = "sat") -> state.Changes:
    """Bring the alerts of one object to these judgements."""
    with transaction() as db:
        (changes,) = state.apply(db, fonte, judgements, NOW + timedelta(minutes=minutes)).values()
        return changes


def events() -> list[tuple[str, dict[str, str]]]:
    with reading() as db:
        rows = db.scalars(select(Event).order_by(Event.id)).all()
    return [(row.nome, json.loads(row.corpo)["dados"]) for row in rows]


def state_of(*judgements: Judgement) -> dict[str, state.Changes]:
    with transaction() as db:
        return state.apply(db, "sat", judgements, NOW)


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
    assert state_of(judged(ativo=False, desconhecido="ValueError: x"))["loja-1"].ativos == ["relogio"]
    assert stored()[0].resolvido_em is None


def test_each_box_and_each_condition_has_its_own_alert(sqlite: str) -> None:
    apply(judged("a"), judged("b"))
    apply(judged("a", objeto="loja-2"))
    changes = apply(judged("a", ativo=False), judged("b"))
    assert (changes.abertos, changes.resolvidos, len(changes.eventos)) == ([], ["a"], 1)
    assert sum(alerta.resolvido_em is None for alerta in stored()) == 2


def test_two_judgements_of_one_code_open_one_alert(sqlite: str) -> None:
    apply(judged(), judged())
    assert len(stored()) == 1


def test_a_rolled_back_check_opens_nothing(sqlite: str) -> None:
    with pytest.raises(RuntimeError), transaction() as db:
        state.apply(db, "sat", [judged()], NOW)
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


def quiet(*judgements: Judgement, minutes: int = 0) -> state.Changes:
    silent = [replace(one, calado=one.codigo == "relogio") for one in judgements]
    return apply(*silent, minutes=minutes)


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
        state.apply(db, "sat", [judged(objeto="pdv-3", rotulos={"loja": "12", "uf": "CE", "rota": "norte"})], NOW)
    told = events()[0][1]
    assert (told["objeto"], told["loja"], told["uf"], told["grupo"]) == ("pdv-3", "12", "CE", "")
    assert (told["rota"], told["rotulos"]) == ("norte", {"loja": "12", "uf": "CE", "rota": "norte"})


def test_silent_objects_are_not_reminded_of(sqlite: str) -> None:
    apply(judged())
    apply(judged(objeto="loja-2"))
    with transaction() as db:
        assert len(reminders.remind(db, timedelta(hours=1), NOW + timedelta(hours=2), [("sat", "loja-2")])) == 1
    assert events()[-1][1]["objeto"] == "loja-1"


def test_a_silence_of_one_source_silences_no_object_of_the_same_name_of_another(banco: str) -> None:
    apply(judged())
    apply(judged(), fonte="questor")
    with transaction() as db:
        reminders.remind(db, timedelta(hours=1), NOW + timedelta(hours=2), [("sat", "loja-1")])
    assert [(name, told["fonte"]) for name, told in events()][2:] == [("alerta_lembrete", "questor")]


def test_two_sources_never_collide(banco: str) -> None:
    apply(judged())
    apply(judged(), fonte="questor")
    assert apply(judged(ativo=False), fonte="questor").resolvidos == ["relogio"]
    with transaction() as db:
        state.forget(db, "questor", [], NOW)
    assert [(one.fonte, one.resolvido_em is None) for one in stored()] == [("sat", True), ("questor", False)]
    assert [told["sequencia"] for _, told in events()] == [1, 1, 2]


def test_no_label_takes_the_place_of_a_field(sqlite: str) -> None:
    apply(judged(rotulos={"codigo": "outro", "mensagem": "outra"}))
    assert (events()[0][1]["codigo"], events()[0][1]["mensagem"]) == ("relogio", "Está errado.")


def test_an_end_says_what_is_well_again(sqlite: str) -> None:
    apply(judged())
    apply(judged(ativo=False, resolvido="O relógio está certo."))
    assert events()[-1][1]["mensagem"] == "Resolvido: O relógio está certo."
    apply(judged(mensagem="Acerte o relógio já."))
    apply(judged(ativo=False))
    assert events()[-1][1]["mensagem"] == "Resolvido: relogio não vale mais para loja-1."


def test_another_kind_of_fault_of_one_code_is_told_again_once(banco: str) -> None:
    for causa in ("sem_resposta", "sem_resposta", "parada", "parada"):
        apply(judged(causa=causa, severidade="critico", mensagem=causa))
    assert [(told["agravado"], told["mensagem"]) for _, told in events()] == [
        (False, "sem_resposta"),
        (True, "Agravou: parada"),
    ]


def test_many_objects_are_brought_to_their_judgements_at_once(banco: str) -> None:
    with transaction() as db:
        found = state.apply(db, "sat", [judged(objeto=f"pdv-{n}", ativo=n % 2 == 0) for n in range(6)], NOW)
    assert [name for name, changes in found.items() if changes.abertos] == ["pdv-0", "pdv-2", "pdv-4"]
    assert len(events()) == 3


def test_a_destination_is_not_told_of_what_is_about_itself(banco: str) -> None:
    targets = [
        webhook(f"https://exemplo.com.br/{n}", "alerta_aberto", "alerta_resolvido", nome=f"d{n}") for n in range(2)
    ]
    apply(judged(objeto=f"destino:{targets[0]}"), fonte="entregas")
    apply(judged(objeto=f"destino:{targets[0]}", ativo=False), fonte="entregas")
    with reading() as db:
        assert set(db.scalars(select(Delivery.destino_id))) == {targets[1]}
